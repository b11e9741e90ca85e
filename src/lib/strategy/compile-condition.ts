import { compileExpression, conditionOf } from './compile-expression.ts'
import type { InputScope } from './declared-inputs.ts'
import type { Condition, Operand } from './expression.ts'
import { ExpressionFault } from './expression-fault.ts'
import { mostKept, reserveHistory } from './look-back.ts'
import { isNeverTrue } from './never-true.ts'
import { parseExpression } from './parse-expression.ts'
import { slotBounds } from './slot-bounds.ts'

/** A condition that can run; `isAlways`: nothing but an undefined value keeps it from being true. */
export type CompiledCondition = { readonly when: Condition; readonly isAlways: boolean }

/** Reads a condition and checks its names and types. Throws ExpressionFault, with an index into the text, and nothing else. */
export function compileCondition(text: string, scope: InputScope): CompiledCondition {
  const syntax = parseExpression(text)
  const when = conditionOf(syntax, scope)
  if (checkReach(when, scope, syntax.at) === 0)
    throw new ExpressionFault(syntax.at, 'this reads no input, so it is always the same')
  const boundsOf = (slot: number) => slotBounds(scope, slot)
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
  checkReach(typed.node, scope, syntax.at)
  return typed.node
}

const mostReads = 20_000

/** How many values it reads. The conditions inside of "bars since" are counted where they are evaluated. */
function checkReach(node: Condition | Operand, scope: InputScope, at: number): number {
  const reach = reserveHistory(node, scope.slots)
  let reads = reach.reads
  let bars = reach.bars
  for (const counter of scope.counters) {
    const inner = reserveHistory(counter, scope.slots)
    reads += inner.reads
    bars = Math.max(bars, inner.bars)
  }
  if (bars >= mostKept)
    throw new ExpressionFault(at, `this looks back ${bars} bars, and at most ${mostKept - 1} are kept`)
  if (reads > mostReads)
    throw new ExpressionFault(at, `this reads ${reads} values on every bar, and at most ${mostReads} may be read`)
  return reach.reads
}
