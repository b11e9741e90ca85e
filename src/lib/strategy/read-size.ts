import type { Report } from './problem.ts'
import { microsOf, readAmount, readCount, readShare } from './read-amount.ts'
import { type FileContext, readNumber } from './read-rules.ts'
import type { SizeRule, StrategyDefinition } from './strategy-definition.ts'
import { type Field, fieldsOf, startOf, writtenText } from './yaml-tree.ts'

const sizeKinds = ['quantity', 'notional', 'equity', 'volatility', 'risk'] as const
type SizeKind = (typeof sizeKinds)[number]
const extras: Readonly<Record<SizeKind, readonly string[]>> = {
  quantity: [],
  notional: [],
  equity: [],
  volatility: ['measured', 'most'],
  risk: ['most'],
}

/** `size: { quantity: 100 }`, `{ notional: 10000 }`, `{ equity: 25% }`, `{ volatility: 15%, measured: … }` or `{ risk: 1% }`. */
export function readSize(field: Field, context: FileContext): SizeRule | null {
  const { report } = context
  const fields = fieldsOf(field.value, field.at, 'size', [...sizeKinds, 'measured', 'most'], report)
  if (!fields) return null
  const [kind, other] = sizeKinds.filter((one) => fields.has(one))
  if (!kind) {
    report.error(
      field.at,
      'size has to be { quantity: ... }, { notional: ... }, { equity: 25% }, { volatility: ... } or { risk: 1% }',
    )
    return null
  }
  const second = other && fields.get(other)
  if (second) report.error(second.at, `size is one of ${sizeKinds.join(', ')}`)
  for (const [key, { at }] of fields)
    if (!isSizeKind(key) && !extras[kind].includes(key)) report.error(at, `a size by ${kind} has no ${key}`)
  return second ? null : readKind(kind, fields.get(kind) as Field, fields, field, context)
}

function readKind(
  kind: SizeKind,
  written: Field,
  fields: ReadonlyMap<string, Field>,
  whole: Field,
  context: FileContext,
): SizeRule | null {
  const { report } = context
  if (kind === 'quantity' || kind === 'notional') {
    const amount = readAmount(kind, written, report)
    if (amount === null) return null
    return kind === 'quantity' ? { kind, quantity: amount } : { kind, notional: amount }
  }
  const share = readShare(kind, written, kind === 'equity' ? 100 : 1, report)
  const mostField = fields.get('most')
  const most = mostField ? readShare('most', mostField, 100, report) : '1'
  if (kind !== 'volatility') {
    if (share === null || most === null) return null
    return kind === 'equity' ? { kind, share } : { kind, share, most }
  }
  const measuredField = fields.get('measured')
  if (!measuredField)
    report.error(whole.at, 'a size by volatility says how it is measured: measured: range / price.close')
  const measured = measuredField ? readNumber('measured', measuredField, context) : null
  return share !== null && most !== null && measured ? { kind, target: share, measured, most } : null
}

const isSizeKind = (key: string): key is SizeKind => (sizeKinds as readonly string[]).includes(key)

/** `rate_limit: { intents: 10, per: 1h }`: so many in any such stretch of event time. */
export function readRateLimit(field: Field, report: Report): NonNullable<StrategyDefinition['rateLimit']> | null {
  const fields = fieldsOf(field.value, field.at, 'rate_limit', ['intents', 'per'], report)
  if (!fields) return null
  const intents = fields.get('intents')
  const per = fields.get('per')
  if (!intents) report.error(field.at, 'rate_limit has no intents, such as { intents: 10, per: 1h }')
  if (!per) report.error(field.at, 'rate_limit has no per, such as { intents: 10, per: 1h }')
  if (!intents || !per) return null
  const count = readCount('intents', intents, 10_000, report)
  const text = writtenText(per.value) ?? ''
  const perUs = microsOf(text)
  if (perUs === null) report.error(startOf(per.value, per.at), 'per has to be a time such as 30s, 15m, 1h or 1d')
  return count === null || perUs === null ? null : { intents: count, per: text, perUs }
}
