import { readCount, readShare } from './read-amount.ts'
import { type FileContext, readNumber, readRule } from './read-rules.ts'
import type { Distance, Scaling } from './strategy-definition.ts'
import { type Field, fieldsOf, startOf, writtenText } from './yaml-tree.ts'

/** `stop: 2%` of the price, or `stop: 2 * range` in its units. */
export function readDistance(what: string, field: Field, context: FileContext): Distance | null {
  const { report } = context
  const written = (writtenText(field.value) ?? '').trim()
  if (/^\d+(?:\.\d+)?%$/.test(written)) {
    const share = readShare(what, field, 10, report)
    return share === null ? null : { text: written, share: Number(share) }
  }
  const rule = readNumber(what, field, context)
  if (!rule) return null
  const { of } = rule
  const isNothing = (of.op === 'number' && of.value <= 0) || (of.op === 'negate' && of.of.op === 'number')
  if (!isNothing) return rule
  report.error(startOf(field.value, field.at), `${what} is a distance from a price: more than 0`)
  return null
}

/** `scale_in: { when: …, part: 50%, most: 2 }`. */
export function readScaling(what: string, field: Field, context: FileContext): Scaling | null {
  const { report } = context
  const fields = fieldsOf(field.value, field.at, what, ['when', 'part', 'most'], report)
  if (!fields) return null
  const whenField = fields.get('when')
  const partField = fields.get('part')
  const mostField = fields.get('most')
  if (!whenField) report.error(field.at, `${what} does not say when`)
  if (!partField) report.error(field.at, `${what} does not say which part of the entry, such as part: 50%`)
  const rule = whenField ? readRule(`${what}.when`, whenField, context) : null
  const part = partField ? readShare('part', partField, what === 'scale_out' ? 1 : 10, report) : null
  const most = mostField ? readCount('most', mostField, 100, report) : 1
  return rule && part !== null && most !== null ? { ...rule, part, most } : null
}
