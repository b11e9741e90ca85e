import { isScalar } from 'yaml'
import { unsignedDecimalPattern } from '#schemas/primitives.ts'
import type { Report } from './problem.ts'
import type { StrategyDefinition } from './strategy-definition.ts'
import { type Field, fieldsOf, startOf, writtenText } from './yaml-tree.ts'

/** `size: { quantity: 100 }` or `{ notional: 10000 }`: exact, more than nothing. */
export function readSize(field: Field, report: Report): StrategyDefinition['size'] | null {
  const fields = fieldsOf(field.value, field.at, 'size', ['quantity', 'notional'], report)
  if (!fields) return null
  const [written, other] = [...fields]
  if (other) report.error(other[1].at, 'size is either a quantity or a notional')
  else if (!written) report.error(field.at, 'size has to be { quantity: ... } or { notional: ... }')
  if (!written) return null
  const [kind, { at, value }] = written
  const amount = writtenText(value)
  if (amount === null || amount.length > 64 || !unsignedDecimalPattern.test(amount) || !/[1-9]/.test(amount)) {
    report.error(startOf(value, at), `${kind} has to be an exact number above 0, such as 100 or 0.25`)
    return null
  }
  return kind === 'quantity' ? { kind, quantity: amount } : { kind: 'notional', notional: amount }
}

/** `limit_bps: 5`: from 0 to 10000 hundredths of a percent. */
export function readLimitBps({ at, value }: Field, report: Report): number | null {
  const bps = isScalar(value) ? value.value : null
  if (typeof bps === 'number' && bps >= 0 && bps <= 10_000) return bps
  report.error(startOf(value, at), 'limit_bps has to be a number of basis points from 0 to 10000')
  return null
}

/** `rate_limit: { intents: 10, per: 1h }`: so many in any such stretch of event time. */
export function readRateLimit(field: Field, report: Report): NonNullable<StrategyDefinition['rateLimit']> | null {
  const fields = fieldsOf(field.value, field.at, 'rate_limit', ['intents', 'per'], report)
  if (!fields) return null
  const intents = fields.get('intents')
  const per = fields.get('per')
  if (!intents) report.error(field.at, 'rate_limit has no intents, such as { intents: 10, per: 1h }')
  if (!per) report.error(field.at, 'rate_limit has no per, such as { intents: 10, per: 1h }')
  if (!intents || !per) return null
  const count = isScalar(intents.value) ? intents.value.value : null
  const isCount = typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= 10_000
  if (!isCount) report.error(startOf(intents.value, intents.at), 'intents has to be a whole number from 1 to 10000')
  const text = writtenText(per.value) ?? ''
  const [, digits, unit] = /^([1-9]\d{0,5})(s|m|h|d)$/.exec(text) ?? []
  if (unit === undefined) report.error(startOf(per.value, per.at), 'per has to be a time such as 30s, 15m, 1h or 1d')
  if (!isCount || unit === undefined) return null
  return { intents: count, per: text, perUs: Number(digits) * (unitUs[unit] as number) }
}

const unitUs: Readonly<Record<string, number>> = { s: 1_000_000, m: 60_000_000, h: 3_600_000_000, d: 86_400_000_000 }
