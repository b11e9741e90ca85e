import { ExpressionFault } from './expression-fault.ts'
import type { Syntax } from './syntax.ts'

/** How far back a condition may look. */
export const mostBars = 500

/** A number of bars, written as a plain whole number from `least` on; what has not come yet cannot be read. */
export function wholeBars(syntax: Syntax, least: 0 | 1 | 2): number {
  const isNegative = syntax.kind === 'prefix' && syntax.op === '-' && syntax.of.kind === 'number'
  if (isNegative)
    throw new ExpressionFault(syntax.at, 'this reads the future: a bar that has not come yet. [1] is the bar before')
  const bars = syntax.kind === 'number' ? syntax.value : Number.NaN
  if (Number.isInteger(bars) && bars >= least && bars <= mostBars && syntax.kind === 'number' && !/%/.test(syntax.text))
    return bars
  throw new ExpressionFault(syntax.at, `expected a whole number of bars from ${least} to ${mostBars}`)
}
