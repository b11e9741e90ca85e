import { compileExpression, conditionOf } from './compile-expression.ts'
import type { InputScope } from './declared-inputs.ts'
import type { Condition, Operand } from './expression.ts'
import { ExpressionFault } from './expression-fault.ts'
import { mostKept, reserveHistory } from './look-back.ts'
import { isNeverTrue, type SlotBounds } from './never-true.ts'
import { atOwnPace, numberAtOwnPace } from './own-pace.ts'
import { parseExpression } from './parse-expression.ts'
import { slotBounds } from './slot-bounds.ts'

/** A condition that can run; `isAlways`: nothing but an undefined value keeps it from being true. */
export type CompiledCondition = { readonly when: Condition; readonly isAlways: boolean }

/** Reads a condition and checks its names and types. Throws ExpressionFault, with an index into the text, and nothing else. */
export function compileCondition(text: string, scope: InputScope): CompiledCondition {
  const syntax = parseExpression(text)
  const when = atOwnPace(conditionOf(syntax, scope), scope)
  if (checkReach(when, scope, syntax.at) === 0)
    throw new ExpressionFault(syntax.at, 'this reads no input, so it is always the same')
  const known = new Map<number, SlotBounds>()
  const boundsOf = (slot: number) => {
    const bounds = known.get(slot) ?? slotBounds(scope, slot)
    known.set(slot, bounds)
    return bounds
  }
  if (scope.inputs.every(({ kind }) => kind !== 'broken')) {
    if (isNeverTrue(when, boundsOf)) throw new ExpressionFault(syntax.at, 'this can never be true')
    return { when, isAlways: isNeverTrue({ op: 'not', of: when }, boundsOf) }
  }
  return { when, isAlways: false }
}

/** Reads a number, such as a distance or a factor, likewise. */
export function compileNumber(text: string, scope: InputScope): Operand {
  const syntax = parseExpression(text)
  const typed = compileExpression(syntax, scope)
  if (typed.type !== 'number') {
    const found = typed.type === 'truth' ? 'something true or false' : `a ${typed.type}`
    throw new ExpressionFault(syntax.at, `expected a number, found ${found}`)
  }
  const number = numberAtOwnPace(typed.node, scope)
  checkReach(number, scope, syntax.at)
  return number
}

const mostReads = 20_000

/** How many values it reads, with the conditions inside of "bars since" and what looks back over bars of other series. */
function checkReach(node: Condition | Operand, scope: InputScope, at: number): number {
  const reach = reserveHistory(node, scope.slots)
  let reads = reach.reads
  let bars = reach.bars
  const backs = scope.slots.flatMap((slot) => ('back' in slot ? [slot.back] : []))
  const inside = backs.map((back) => reserveHistory('number' in back ? back.number : back.truth, passing(scope.slots)))
  for (const inner of [...scope.counters.map((counter) => reserveHistory(counter, scope.slots)), ...inside]) {
    reads += inner.reads
    bars = Math.max(bars, inner.bars)
  }
  if (bars >= mostKept)
    throw new ExpressionFault(at, `this looks back ${bars} bars, and at most ${mostKept - 1} are kept`)
  if (reads > mostReads)
    throw new ExpressionFault(at, `this reads ${reads} values on every bar, and at most ${mostReads} may be read`)
  return reach.reads
}

const passing = (slots: readonly unknown[]) => slots.map(() => ({ depth: 1 }))
