import { evaluateOperand } from './evaluate-operand.ts'
import type { ComparisonSign, Condition, Crossing, Operand } from './expression.ts'
import { type History, valueAt } from './history.ts'

/**
 * Three-valued (Kleene, 1938): null is undefined. Whatever needs an undefined number is undefined, `not` of it too; `and` is
 * false as soon as one side is, `or` true as soon as one side is. `ago`: as it was so many evaluations ago.
 */
export function evaluateCondition(condition: Condition, history: History, ago = 0): boolean | null {
  switch (condition.op) {
    case 'and': {
      const left = evaluateCondition(condition.left, history, ago)
      if (left === false) return false
      const right = evaluateCondition(condition.right, history, ago)
      return right === false ? false : left === null ? null : right
    }
    case 'or': {
      const left = evaluateCondition(condition.left, history, ago)
      if (left === true) return true
      const right = evaluateCondition(condition.right, history, ago)
      return right === true ? true : left === null ? null : right
    }
    case 'not': {
      const of = evaluateCondition(condition.of, history, ago)
      return of === null ? null : !of
    }
    case 'was':
      return evaluateCondition(condition.of, history, ago + condition.bars)
    case 'in':
      // Before the first evaluation nobody knows.
      return history.evaluations > ago ? valueAt(history, condition.slot, ago) !== null : null
    case 'holds': {
      const value = valueAt(history, condition.slot, ago)
      return value === null ? null : value === 1
    }
    case 'crosses above':
    case 'crosses below':
      return crosses(condition.op, condition.left, condition.right, history, ago)
    case 'between':
      return isBetween(condition, history, ago)
    case 'rising':
    case 'falling':
      return runs(condition.op, condition.of, condition.bars, history, ago)
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '==':
    case '!=': {
      const left = evaluateOperand(condition.left, history, ago)
      const right = evaluateOperand(condition.right, history, ago)
      return left === null || right === null ? null : compare(condition.op, left, right)
    }
  }
}

// At or on the other side before, strictly on this side now: a touch alone is no cross, leaving a touch is one.
function crosses(crossing: Crossing, left: Operand, right: Operand, history: History, ago: number): boolean | null {
  const wasLeft = evaluateOperand(left, history, ago + 1)
  const wasRight = evaluateOperand(right, history, ago + 1)
  const isLeft = evaluateOperand(left, history, ago)
  const isRight = evaluateOperand(right, history, ago)
  if (wasLeft === null || wasRight === null || isLeft === null || isRight === null) return null
  return crossing === 'crosses above'
    ? wasLeft <= wasRight && isLeft > isRight
    : wasLeft >= wasRight && isLeft < isRight
}

// Both ends belong to it. A side that is broken already decides, as with `and`.
function isBetween({ of, low, high }: Condition & { op: 'between' }, history: History, ago: number): boolean | null {
  const value = evaluateOperand(of, history, ago)
  if (value === null) return null
  const least = evaluateOperand(low, history, ago)
  const most = evaluateOperand(high, history, ago)
  if ((least !== null && value < least) || (most !== null && value > most)) return false
  return least === null || most === null ? null : true
}

function runs(way: 'rising' | 'falling', of: Operand, bars: number, history: History, ago: number): boolean | null {
  let newer = evaluateOperand(of, history, ago)
  let isUndefined = newer === null
  for (let back = 1; back <= bars; back++) {
    const older = evaluateOperand(of, history, ago + back)
    if (newer !== null && older !== null && (way === 'rising' ? newer <= older : newer >= older)) return false
    isUndefined ||= older === null
    newer = older
  }
  return isUndefined ? null : true
}

function compare(sign: ComparisonSign, left: number, right: number): boolean {
  switch (sign) {
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '>=':
      return left >= right
    case '==':
      return left === right
    case '!=':
      return left !== right
  }
}
