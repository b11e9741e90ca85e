import { backSlot, type DeclaredInput, type DeclaredSeries, firstSeries, type InputScope } from './declared-inputs.ts'
import type { Condition, Operand } from './expression.ts'
import { formatCondition, formatOperand } from './format-expression.ts'

/**
 * What looks back over nothing but one series of another timeframe than the first (`daily.high[1]`, `highest(daily.high, 20)`) counts bars
 * of that series: it becomes a slot that is worked out at that pace. Everything else, and every cross, counts evaluations.
 */
export function atOwnPace(condition: Condition, scope: InputScope): Condition {
  const inner = (of: Condition) => atOwnPace(of, scope)
  const number = (of: Operand) => numberAtOwnPace(of, scope)
  switch (condition.op) {
    case 'was':
    case 'rising':
    case 'falling': {
      const of = paceOf(condition, scope)
      if (of)
        return { op: 'holds', slot: backSlot(scope, formatCondition(condition, scope.slots), of, { truth: condition }) }
      return condition.op === 'was'
        ? { ...condition, of: inner(condition.of) }
        : { ...condition, of: number(condition.of) }
    }
    case 'and':
    case 'or':
      return { ...condition, left: inner(condition.left), right: inner(condition.right) }
    case 'not':
      return { ...condition, of: inner(condition.of) }
    case 'in':
    case 'holds':
      return condition
    case 'between':
      return { ...condition, of: number(condition.of), low: number(condition.low), high: number(condition.high) }
    default:
      return { ...condition, left: number(condition.left), right: number(condition.right) }
  }
}

/** The same of a number. */
export function numberAtOwnPace(operand: Operand, scope: InputScope): Operand {
  const inner = (of: Operand) => numberAtOwnPace(of, scope)
  switch (operand.op) {
    case 'past':
    case 'window':
    case 'pair': {
      const of = paceOf(operand, scope)
      if (of)
        return { op: 'value', slot: backSlot(scope, formatOperand(operand, scope.slots), of, { number: operand }) }
      if (operand.op === 'pair') return { ...operand, left: inner(operand.left), right: inner(operand.right) }
      return { ...operand, of: inner(operand.of) }
    }
    case 'number':
    case 'value':
      return operand
    case 'negate':
      return { ...operand, of: inner(operand.of) }
    case 'call':
      return { ...operand, args: operand.args.map(inner) }
    default:
      return { ...operand, left: inner(operand.left), right: inner(operand.right) }
  }
}

type Series = DeclaredInput & DeclaredSeries

/** The only series that is read, where it is of another timeframe than the first; null otherwise. */
function paceOf(node: Condition | Operand, scope: InputScope): Series | null {
  const read = new Set(seriesRead(node, scope))
  const [only] = read
  return read.size === 1 && only && only.timeframe !== firstSeries(scope.inputs)?.timeframe ? only : null
}

/** Of every value that is read: its series, or null where it has none or a cross is made of it. */
function seriesRead(node: Condition | Operand, scope: InputScope): readonly (Series | null)[] {
  switch (node.op) {
    case 'number':
      return []
    case 'value':
    case 'in':
    case 'holds':
      return [seriesOf(node.slot, scope)]
    case 'crosses above':
    case 'crosses below':
      return [null]
    case 'call':
      return node.args.flatMap((arg) => seriesRead(arg, scope))
    case 'between':
      return [node.of, node.low, node.high].flatMap((of) => seriesRead(of, scope))
    default:
      return 'of' in node ? seriesRead(node.of, scope) : [node.left, node.right].flatMap((of) => seriesRead(of, scope))
  }
}

function seriesOf(slot: number, { slots, inputs }: InputScope): Series | null {
  const from = slots[slot]
  if (!from || !('input' in from)) return null
  const { input } = from
  const name = input.kind === 'indicator' ? input.of : input.name
  return inputs.find((one): one is Series => one.kind === 'series' && one.name === name) ?? null
}
