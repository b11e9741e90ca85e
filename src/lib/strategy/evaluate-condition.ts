import type { ArithmeticSign, ComparisonSign, Condition, Crossing, Operand } from './expression.ts'

/** The numbers of a strategy by slot; null is undefined (an indicator that warms up, a series without a bar yet). */
export type Values = readonly (number | null)[]

/**
 * Three-valued (Kleene, 1938): null is undefined. Whatever needs an undefined number is undefined, `not` of it too; `and` is
 * false as soon as one side is, `or` true as soon as one side is. `before` holds the values of the evaluation before.
 */
export function evaluateCondition(condition: Condition, now: Values, before: Values): boolean | null {
  switch (condition.op) {
    case 'and': {
      const left = evaluateCondition(condition.left, now, before)
      if (left === false) return false
      const right = evaluateCondition(condition.right, now, before)
      return right === false ? false : left === null ? null : right
    }
    case 'or': {
      const left = evaluateCondition(condition.left, now, before)
      if (left === true) return true
      const right = evaluateCondition(condition.right, now, before)
      return right === true ? true : left === null ? null : right
    }
    case 'not': {
      const of = evaluateCondition(condition.of, now, before)
      return of === null ? null : !of
    }
    case 'crosses above':
    case 'crosses below':
      return crosses(condition.op, condition.left, condition.right, now, before)
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '==':
    case '!=':
      return compare(condition.op, evaluateOperand(condition.left, now), evaluateOperand(condition.right, now))
  }
}

/** A double, or null for undefined. What is not finite (a division by zero) is undefined. */
export function evaluateOperand(operand: Operand, values: Values): number | null {
  switch (operand.op) {
    case 'number':
      return operand.value
    case 'value':
      return values[operand.slot] ?? null
    case 'negate': {
      const of = evaluateOperand(operand.of, values)
      return of === null ? null : -of
    }
    case '+':
    case '-':
    case '*':
    case '/': {
      const left = evaluateOperand(operand.left, values)
      const right = evaluateOperand(operand.right, values)
      if (left === null || right === null) return null
      const result = calculate(operand.op, left, right)
      return Number.isFinite(result) ? result : null
    }
  }
}

// At or on the other side before, strictly on this side now: a touch alone is no cross, leaving a touch is one.
function crosses(crossing: Crossing, left: Operand, right: Operand, now: Values, before: Values): boolean | null {
  const wasLeft = evaluateOperand(left, before)
  const wasRight = evaluateOperand(right, before)
  const isLeft = evaluateOperand(left, now)
  const isRight = evaluateOperand(right, now)
  if (wasLeft === null || wasRight === null || isLeft === null || isRight === null) return null
  return crossing === 'crosses above'
    ? wasLeft <= wasRight && isLeft > isRight
    : wasLeft >= wasRight && isLeft < isRight
}

function compare(sign: ComparisonSign, left: number | null, right: number | null): boolean | null {
  if (left === null || right === null) return null
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

function calculate(sign: ArithmeticSign, left: number, right: number): number {
  switch (sign) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
  }
}
