import { evaluateCondition } from './evaluate-condition.ts'
import { evaluateOperand } from './evaluate-operand.ts'
import type { Condition, Operand } from './expression.ts'
import { clockText, formatCondition, formatOperand } from './format-expression.ts'
import type { History } from './history.ts'

/** A clause, what it is now, and the numbers that it is made of; the parts of and, or and not likewise. */
export type Explained = {
  readonly text: string
  readonly verdict: boolean | null
  readonly values: readonly { readonly name: string; readonly value: number | null; readonly shown: string }[]
  readonly parts: readonly Explained[]
}

type Names = readonly { readonly name: string }[]

/** A condition clause by clause, as it is on the newest evaluation; `ago`: as it was before. */
export function explainCondition(condition: Condition, slots: Names, history: History, ago = 0): Explained {
  const text = formatCondition(condition, slots)
  const verdict = evaluateCondition(condition, history, ago)
  const part = (of: Condition, back = ago) => explainCondition(of, slots, history, back)
  switch (condition.op) {
    case 'and':
    case 'or':
      return { text, verdict, values: [], parts: flat(condition, condition.op).map((of) => part(of)) }
    case 'not':
      return { text, verdict, values: [], parts: [part(condition.of)] }
    case 'was':
      return { text, verdict, values: [], parts: [part(condition.of, ago + condition.bars)] }
    default:
      return { text, verdict, values: valuesOf(condition, slots, history, ago), parts: [] }
  }
}

/** `a and b and c` has three parts. */
const flat = (condition: Condition, op: 'and' | 'or'): Condition[] =>
  condition.op === op ? [...flat(condition.left, op), ...flat(condition.right, op)] : [condition]

function valuesOf(condition: Condition, slots: Names, history: History, ago: number): Explained['values'] {
  const before = condition.op === 'crosses above' || condition.op === 'crosses below' ? 1 : 0
  const steps = condition.op === 'rising' || condition.op === 'falling' ? Math.min(condition.bars, 8) : before
  const named = operandsOf(condition).filter(({ op }) => op !== 'number')
  return named.flatMap((operand) =>
    Array.from({ length: steps + 1 }, (_, back) => {
      const value = evaluateOperand(operand, history, ago + back)
      const name = formatOperand(operand, slots)
      return { name: back === 0 ? name : `${name}, ${back} before`, value, shown: shownAs(name, value) }
    }),
  )
}

function operandsOf(condition: Condition): readonly Operand[] {
  switch (condition.op) {
    case 'between':
      return [condition.of, condition.low, condition.high]
    case 'rising':
    case 'falling':
      return [condition.of]
    case 'in':
    case 'holds':
      return [{ op: 'value', slot: condition.slot }]
    case 'and':
    case 'or':
    case 'not':
    case 'was':
      return []
    default:
      return [condition.left, condition.right]
  }
}

const shownAs = (name: string, value: number | null): string =>
  value === null ? 'undefined' : name === 'time' ? clockText(value) : String(value)
