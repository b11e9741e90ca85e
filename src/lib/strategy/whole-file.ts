import { type InputScope, unusedInputs } from './declared-inputs.ts'
import type { Report } from './problem.ts'
import type { StrategyDefinition } from './strategy-definition.ts'
import type { Field } from './yaml-tree.ts'

type Fields = ReadonlyMap<string, Field>
const targets = [
  ['long', 'short'],
  ['short', 'long'],
] as const

/** What each part of a file may say, and not all of them together. */
export function refuseContradictions(definition: StrategyDefinition, fields: Fields, report: Report): void {
  const { entry, trade, size, stop, target, trail, scaleIn, scaleOut } = definition
  const at = (key: string) => fields.get(key)?.at ?? 0
  if (size.kind === 'risk' && !stop)
    report.error(at('size'), 'a size by risk needs a stop: what is lost there is the risk')
  for (const { role, wish } of trade) {
    if (!wish) continue
    for (const [side] of targets)
      if (entry[side] && !wish[side])
        report.error(at('trade'), `trade.${role} has no options for ${side}, and entry.${side} wishes it`)
    for (const [key, scaling] of [
      ['scale_in', scaleIn],
      ['scale_out', scaleOut],
    ] as const)
      if (scaling && size.kind !== 'quantity') report.error(at(key), `${key} of options needs a size by quantity`)
  }
  for (const [key, distance] of [
    ['stop', stop],
    ['target', target],
    ['trail', trail],
  ] as const)
    if (distance && trade.length > 1)
      report.error(
        at(key),
        `${key} is measured on one price, and this file trades ${trade.length} roles: write an exit`,
      )
}

/** What can be read and is hardly meant. */
export function warnOfSlips(definition: StrategyDefinition, scope: InputScope, fields: Fields, report: Report): void {
  const { entry, exit, stop, target, trail, timeExit } = definition
  const entryAt = fields.get('entry')?.at ?? 0
  for (const { name, at } of unusedInputs(scope)) report.warning(at, `${name} is not used by any condition`)
  const hasOtherExit = stop || target || trail || timeExit
  for (const [side, other] of targets) {
    if (entry[side] && !exit[side] && !entry[other] && !hasOtherExit)
      report.warning(entryAt, `nothing ever leaves a ${side}: there is no exit.${side} and no entry.${other}`)
    if (exit[side] && !entry[side])
      report.warning(fields.get('exit')?.at ?? 0, `exit.${side} never counts: there is no entry.${side}`)
  }
}
