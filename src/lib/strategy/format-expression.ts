import type { Comparison, Condition, Operand } from './expression.ts'
import { weekdays } from './weekdays.ts'

type Names = readonly { readonly name: string }[]

/** A condition as a file may write it: compiled again it is the same condition. */
export function formatCondition(condition: Condition, slots: Names): string {
  switch (condition.op) {
    case 'and':
    case 'or':
      return `${inner(condition.left, slots)} ${condition.op} ${inner(condition.right, slots)}`
    case 'not':
      return `not ${inner(condition.of, slots)}`
    case 'was':
      return `(${formatCondition(condition.of, slots)})[${condition.bars}]`
    case 'in':
      return `in ${nameOf(condition.slot, slots).split('.')[0]}`
    case 'holds':
      return nameOf(condition.slot, slots)
    case 'between':
      return `${formatOperand(condition.of, slots)} between ${beside(condition.of, condition.low, slots)} and ${beside(condition.of, condition.high, slots)}`
    case 'rising':
    case 'falling':
      return `${formatOperand(condition.of, slots)} ${condition.op} for ${condition.bars}`
    default:
      return sideIs(condition, slots) ?? formatComparison(condition, slots)
  }
}

/** A number likewise. */
export function formatOperand(operand: Operand, slots: Names): string {
  switch (operand.op) {
    case 'number':
      return plainNumber(operand.value)
    case 'value':
      return nameOf(operand.slot, slots)
    case 'negate':
      return `-${tight(operand.of, slots)}`
    case '+':
    case '-':
    case '*':
    case '/':
      return `${tight(operand.left, slots)} ${operand.op} ${tight(operand.right, slots)}`
    case 'call':
      return `${operand.name}(${operand.args.map((arg) => formatOperand(arg, slots)).join(', ')})`
    case 'window':
      return `${operand.name}(${formatOperand(operand.of, slots)}, ${operand.bars})`
    case 'pair': {
      const { name, left, right, bars } = operand
      return `${name}(${formatOperand(left, slots)}, ${formatOperand(right, slots)}, ${bars})`
    }
    case 'past':
      return `${tight(operand.of, slots)}[${operand.bars}]`
  }
}

const formatComparison = ({ op, left, right }: Comparison, slots: Names): string =>
  `${beside(right, left, slots)} ${op} ${beside(left, right, slots)}`

/** A number that stands beside the time or the weekday is one itself. */
function beside(other: Operand, operand: Operand, slots: Names): string {
  if (operand.op !== 'number') return formatOperand(operand, slots)
  const word = other.op === 'past' ? other.of : other
  const name = word.op === 'value' ? nameOf(word.slot, slots) : ''
  if (name === 'weekday') return weekdays[operand.value - 1] ?? plainNumber(operand.value)
  return name === 'time' ? clockText(operand.value) : plainNumber(operand.value)
}

/** Minutes since midnight as `09:30`. */
export const clockText = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(Math.floor(minutes % 60)).padStart(2, '0')}`

const inner = (condition: Condition, slots: Names): string =>
  condition.op === 'and' || condition.op === 'or'
    ? `(${formatCondition(condition, slots)})`
    : formatCondition(condition, slots)

function tight(operand: Operand, slots: Names): string {
  const text = formatOperand(operand, slots)
  return wholes.includes(operand.op) ? text : `(${text})`
}

const wholes: readonly Operand['op'][] = ['number', 'value', 'call', 'window', 'pair']

function sideIs({ op, left, right }: Comparison, slots: Names): string | null {
  if (op !== '==' || left.op !== 'value' || right.op !== 'number' || nameOf(left.slot, slots) !== 'position')
    return null
  return `position is ${right.value === 0 ? 'flat' : right.value > 0 ? 'long' : 'short'}`
}

const nameOf = (slot: number, slots: Names): string => slots[slot]?.name ?? `slot ${slot}`

// Without an exponent: the language has none.
function plainNumber(value: number): string {
  const text = String(value)
  return text.includes('e') ? value.toFixed(20).replace(/0+$/, '').replace(/\.$/, '') : text
}
