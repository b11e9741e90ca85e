import { compileCall } from './compile-call.ts'
import { type InputScope, ownSlot, sinceSlot, slotOf } from './declared-inputs.ts'
import { type ArithmeticSign, arithmeticSigns, type Condition, type Operand } from './expression.ts'
import { ExpressionFault } from './expression-fault.ts'
import { formatCondition } from './format-expression.ts'
import { atOwnPace } from './own-pace.ts'
import { clockWord, positionWord, weekdayNumber } from './own-words.ts'
import type { Syntax } from './syntax.ts'
import { wholeBars } from './whole-bars.ts'

/** An expression with its names found and its types checked. A time of day is in minutes, a weekday from 1 for Monday. */
export type Typed =
  | { readonly type: 'truth'; readonly node: Condition }
  | { readonly type: 'number' | 'time' | 'weekday'; readonly node: Operand }

/** Throws ExpressionFault, with an index into the text, and nothing else. */
export function compileExpression(syntax: Syntax, scope: InputScope): Typed {
  switch (syntax.kind) {
    case 'number':
      return { type: 'number', node: { op: 'number', value: syntax.value } }
    case 'time':
      return { type: 'time', node: { op: 'number', value: minutesOf(syntax) } }
    case 'name':
      return compileName(syntax, scope)
    case 'prefix':
      return syntax.op === 'not'
        ? truth({ op: 'not', of: conditionOf(syntax.of, scope) })
        : number({ op: 'negate', of: numberOf(syntax.of, scope) })
    case 'infix':
      return compileInfix(syntax, scope)
    case 'between':
      return compileBetween(syntax, scope)
    case 'run':
      return truth({ op: syntax.op, of: numberOf(syntax.of, scope), bars: syntax.bars ? wholeBars(syntax.bars, 1) : 1 })
    case 'is':
      return compilePosition(syntax, scope)
    case 'in':
      return truth({ op: 'in', slot: sessionSlot(syntax, scope) })
    case 'past':
      return compilePast(syntax, scope)
    case 'call':
      return number(compileCall(syntax, (arg) => numberOf(arg, scope)))
    case 'since':
      return number(compileSince(syntax, scope))
  }
}

/** Something true or false. */
export function conditionOf(syntax: Syntax, scope: InputScope): Condition {
  const typed = compileExpression(syntax, scope)
  if (typed.type === 'truth') return typed.node
  const what = typed.type === 'number' ? 'a number' : `a ${typed.type}`
  throw new ExpressionFault(syntax.at, `expected something true or false, found ${what}: compare it with something`)
}

/** A plain number. */
export function numberOf(syntax: Syntax, scope: InputScope): Operand {
  const { type, node } = compileExpression(syntax, scope)
  if (type === 'number') return node
  if (type === 'truth')
    throw new ExpressionFault(syntax.at, `expected a number, found something true or false (${wordOf(syntax)})`)
  throw new ExpressionFault(syntax.at, `expected a number, found a ${type}`)
}

const truth = (node: Condition): Typed => ({ type: 'truth', node })
const number = (node: Operand): Typed => ({ type: 'number', node })
const wordOf = (syntax: Syntax): string => ('op' in syntax ? syntax.op : syntax.kind)

function compileName({ name, at }: Syntax & { kind: 'name' }, scope: InputScope): Typed {
  const day = weekdayNumber(name)
  if (day !== null) return { type: 'weekday', node: { op: 'number', value: day } }
  const clock = clockWord(name)
  if (clock !== null) return { type: clock, node: { op: 'value', slot: ownSlot(scope, { name, depth: 1, clock }) } }
  const position = positionWord(name)
  if (position !== null) {
    if ('fault' in position) throw new ExpressionFault(at, position.fault)
    return number({ op: 'value', slot: ownSlot(scope, { name, depth: 1, position: position.field }) })
  }
  const slot = slotOf(scope, name)
  if (typeof slot === 'string') throw new ExpressionFault(at, slot)
  return number({ op: 'value', slot })
}

function compileInfix(syntax: Syntax & { kind: 'infix' }, scope: InputScope): Typed {
  const { op, left, right, at } = syntax
  if (op === 'and' || op === 'or')
    return truth({ op, left: conditionOf(left, scope), right: conditionOf(right, scope) })
  if (!isArithmetic(op)) return truth({ op, ...sameKind(left, right, at, scope) })
  const sides = { left: numberOf(left, scope), right: numberOf(right, scope) }
  if (op === '/' && sides.right.op === 'number' && sides.right.value === 0)
    throw new ExpressionFault(at, 'divides by 0: it never has a value')
  return number({ op, ...sides })
}

const isArithmetic = (op: string): op is ArithmeticSign => (arithmeticSigns as readonly string[]).includes(op)

function sameKind(left: Syntax, right: Syntax, at: number, scope: InputScope): { left: Operand; right: Operand } {
  const a = measured(left, scope)
  const b = measured(right, scope)
  requireSame(a.type, b.type, at)
  return { left: a.node, right: b.node }
}

function requireSame(a: string, b: string, at: number): void {
  if (a !== b) throw new ExpressionFault(at, `a ${a} cannot be compared with a ${b}`)
}

function measured(syntax: Syntax, scope: InputScope): Typed & { type: 'number' | 'time' | 'weekday' } {
  const typed = compileExpression(syntax, scope)
  if (typed.type !== 'truth') return typed
  throw new ExpressionFault(syntax.at, `expected a number, found something true or false (${wordOf(syntax)})`)
}

function compileBetween({ of, low, high, at }: Syntax & { kind: 'between' }, scope: InputScope): Typed {
  const { type, node: value } = measured(of, scope)
  const least = measured(low, scope)
  const most = measured(high, scope)
  requireSame(type, least.type, at)
  requireSame(type, most.type, at)
  if (least.node.op === 'number' && most.node.op === 'number' && least.node.value > most.node.value) {
    if (type !== 'time') throw new ExpressionFault(at, `nothing is between ${least.node.value} and ${most.node.value}`)
    return truth({
      op: 'or',
      left: { op: '>=', left: value, right: least.node },
      right: { op: '<=', left: value, right: most.node },
    })
  }
  return truth({ op: 'between', of: value, low: least.node, high: most.node })
}

function compilePosition({ of, word, wordAt, at }: Syntax & { kind: 'is' }, scope: InputScope): Typed {
  if (of.kind !== 'name' || of.name !== 'position')
    throw new ExpressionFault(at, 'is goes with position only, as in position is long')
  const sides: Readonly<Record<string, number>> = { long: 1, short: -1, flat: 0 }
  const side = Object.hasOwn(sides, word) ? sides[word] : undefined
  if (side === undefined) throw new ExpressionFault(wordAt, `position is long, short or flat, not ${word}`)
  const slot = ownSlot(scope, { name: 'position', depth: 1, position: 'side' })
  return truth({ op: '==', left: { op: 'value', slot }, right: { op: 'number', value: side } })
}

function sessionSlot({ name, at }: Syntax & { kind: 'in' }, scope: InputScope): number {
  const input = scope.inputs.find((one) => one.name === name)
  if (input && input.kind !== 'session' && input.kind !== 'broken')
    throw new ExpressionFault(at, `${name} is no session, such as { session: 09:30-16:00, zone: America/New_York }`)
  const slot = slotOf(scope, input?.kind === 'session' ? `${name}.elapsed` : name)
  if (typeof slot === 'string') throw new ExpressionFault(at, slot)
  return slot
}

function compilePast({ of, bars }: Syntax & { kind: 'past' }, scope: InputScope): Typed {
  const back = wholeBars(bars, 0)
  const typed = compileExpression(of, scope)
  if (back === 0) return typed
  if (typed.type === 'truth') return truth({ op: 'was', of: typed.node, bars: back })
  return { type: typed.type, node: { op: 'past', of: typed.node, bars: back } }
}

function compileSince({ of, at }: Syntax & { kind: 'since' }, scope: InputScope): Operand {
  if (of.kind === 'name' && of.name === 'entry')
    return { op: 'value', slot: ownSlot(scope, { name: 'position.bars', depth: 1, position: 'bars' }) }
  if (of.kind === 'name') throw new ExpressionFault(of.at, 'write bars since entry, or bars since (a condition)')
  const condition = atOwnPace(conditionOf(of, scope), scope)
  if (scope.counters.length >= 64) throw new ExpressionFault(at, 'more than 64 times "bars since" in one file')
  const name = `bars since (${formatCondition(condition, scope.slots)})`
  return { op: 'value', slot: sinceSlot(scope, name.slice(0, 2000), condition) }
}

function minutesOf({ text, at }: Syntax & { kind: 'time' }): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  if (hours > 23 || minutes > 59) throw new ExpressionFault(at, `${text} is no time of day, such as 09:30`)
  return hours * 60 + minutes
}
