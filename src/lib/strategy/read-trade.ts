import { isScalar, isSeq, type Node } from 'yaml'
import { Name } from '#schemas/primitives.ts'
import { parseLeg } from './parse-leg.ts'
import { readAmount } from './read-amount.ts'
import { readExpression } from './read-expression.ts'
import type { FileContext } from './read-rules.ts'
import type { Traded } from './strategy-definition.ts'
import { type Field, fieldsOf, startOf, writtenText } from './yaml-tree.ts'

/** `trade: underlying`, `trade: { first: with, second: against }`, `trade: { option: { long: call atm nearest weekly } }`. */
export function readTrade(field: Field, context: FileContext): Traded[] | null {
  const { report } = context
  if (isScalar(field.value) || field.value === null || isSeq(field.value)) {
    const role = writtenText(field.value)
    if (role !== null && Name.safeParse(role).success) return [plainTrade(role)]
    report.error(startOf(field.value, field.at), 'trade has to be a lower-case name like ema-cross')
    return null
  }
  const roles = [...(fieldsOf(field.value, field.at, 'trade', null, report) ?? [])]
  if (roles.length === 0) report.error(field.at, 'trade names no role')
  if (roles.length > 8) report.error(field.at, 'trade names at most 8 roles')
  const traded = roles.map(([role, written]) => readRole(role, written, context))
  const complete = traded.filter((one) => one !== null)
  return complete.length === roles.length && roles.length > 0 ? complete : null
}

export const plainTrade = (role: string): Traded => ({ role, isAgainst: false, ratio: '1' })

function readRole(role: string, field: Field, context: FileContext): Traded | null {
  const { report } = context
  if (!Name.safeParse(role).success) {
    report.error(field.at, `a role is a lower-case name, not ${JSON.stringify(role)}`)
    return null
  }
  const word = writtenText(field.value)
  if (word === 'with' || word === 'against') return { ...plainTrade(role), isAgainst: word === 'against' }
  if (word !== null || isSeq(field.value)) {
    const long = readLegs(`trade.${role}`, field, context)
    return long && { ...plainTrade(role), wish: { long } }
  }
  const fields = fieldsOf(field.value, field.at, `trade.${role}`, ['side', 'ratio', 'long', 'short'], report)
  if (!fields) return null
  const sideField = fields.get('side')
  const side = sideField ? writtenText(sideField.value) : 'with'
  if (sideField && side !== 'with' && side !== 'against')
    report.error(startOf(sideField.value, sideField.at), 'side is with or against')
  const ratioField = fields.get('ratio')
  const ratio = ratioField ? readAmount('ratio', ratioField, report) : '1'
  const [long, short] = ['long', 'short'].map((target) => {
    const legs = fields.get(target)
    return legs && readLegs(`trade.${role}.${target}`, legs, context)
  })
  if (sideField && side === 'against' && (long || short))
    report.error(startOf(sideField.value, sideField.at), 'options are taken as they are stated, never against that')
  if (ratio === null || long === null || short === null) return null
  const wish = { ...(long ? { long } : {}), ...(short ? { short } : {}) }
  return { role, isAgainst: side === 'against', ratio, ...(long || short ? { wish } : {}) }
}

type Legs = NonNullable<NonNullable<Traded['wish']>['long']>

/** One option, or a list of them: a spread. */
function readLegs(what: string, field: Field, { source, report }: FileContext): Legs | null {
  const items = isSeq<Node>(field.value) ? field.value.items : [field.value]
  if (items.length === 0 || items.length > 8) {
    report.error(startOf(field.value, field.at), `${what} has from 1 to 8 legs`)
    return null
  }
  const example = 'an option, such as call atm+1 nearest weekly'
  const legs = items.map((value) =>
    readExpression(what, { at: field.at, value }, source, example, report, (text) => parseLeg(text)),
  )
  const read = legs.flatMap((leg) => (leg ? [leg.made] : []))
  return read.length === legs.length ? { legs: read } : null
}
