import type { ArithmeticSign, Operand, PairFunction, ScalarFunction, WindowFunction } from './expression.ts'
import { type History, valueAt } from './history.ts'

/** A double, or null for undefined. What is not finite (a division by zero, a root of what is below 0) is undefined. */
export function evaluateOperand(operand: Operand, history: History, ago = 0): number | null {
  switch (operand.op) {
    case 'number':
      return operand.value
    case 'value':
      return valueAt(history, operand.slot, ago)
    case 'negate': {
      const of = evaluateOperand(operand.of, history, ago)
      return of === null ? null : -of
    }
    case '+':
    case '-':
    case '*':
    case '/': {
      const left = evaluateOperand(operand.left, history, ago)
      const right = evaluateOperand(operand.right, history, ago)
      return left === null || right === null ? null : finite(calculate(operand.op, left, right))
    }
    case 'call': {
      const args: number[] = []
      for (const arg of operand.args) {
        const value = evaluateOperand(arg, history, ago)
        if (value === null) return null
        args.push(value)
      }
      return finite(apply(operand.name, args))
    }
    case 'window': {
      const values = newest(operand.of, operand.bars, history, ago)
      return values && finite(summarize(operand.name, values))
    }
    case 'pair': {
      const left = newest(operand.left, operand.bars, history, ago)
      const right = left && newest(operand.right, operand.bars, history, ago)
      return right && finite(compareValues(operand.name, left, right))
    }
    case 'past':
      return evaluateOperand(operand.of, history, ago + operand.bars)
  }
}

/** Null where one of them is undefined. */
function newest(of: Operand, bars: number, history: History, ago: number): number[] | null {
  const values: number[] = []
  for (let back = 0; back < bars; back++) {
    const value = evaluateOperand(of, history, ago + back)
    if (value === null) return null
    values.push(value)
  }
  return values
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

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

function apply(name: ScalarFunction, args: readonly number[]): number {
  switch (name) {
    case 'abs':
      return Math.abs(args[0] as number)
    case 'sqrt':
      return Math.sqrt(args[0] as number)
    case 'log':
      return Math.log(args[0] as number)
    case 'min':
      return Math.min(...args)
    case 'max':
      return Math.max(...args)
  }
}

function summarize(name: WindowFunction, values: readonly number[]): number {
  switch (name) {
    case 'highest':
      return Math.max(...values)
    case 'lowest':
      return Math.min(...values)
    case 'average':
      return meanOf(values)
    case 'deviation': {
      let squares = 0
      for (const deviation of deviationsOf(values)) squares += deviation ** 2
      return Math.sqrt(squares / values.length)
    }
  }
}

/** Pearson's coefficient, and the slope of a regression of the first on the second; what does not move makes neither. */
function compareValues(name: PairFunction, left: readonly number[], right: readonly number[]): number {
  const [deviationsLeft, deviationsRight] = [deviationsOf(left), deviationsOf(right)]
  let [both, ofLeft, ofRight] = [0, 0, 0]
  for (let n = 0; n < left.length; n++) {
    const [a, b] = [deviationsLeft[n] as number, deviationsRight[n] as number]
    both += a * b
    ofLeft += a * a
    ofRight += b * b
  }
  if (name === 'beta') return both / ofRight
  return ofLeft === 0 || ofRight === 0 ? Number.NaN : Math.max(-1, Math.min(1, both / Math.sqrt(ofLeft * ofRight)))
}

/**
 * From the mean, in two passes: the sum of squares less the square of the sum loses what is small beside the mean. Reckoned from the first value, so
 * that what does not move is exactly 0 away: a mean of three times 0.1 is not 0.1.
 */
function deviationsOf(values: readonly number[]): number[] {
  const first = values[0] as number
  const moved = values.map((value) => value - first)
  const mean = meanOf(moved)
  return moved.map((value) => value - mean)
}

function meanOf(values: readonly number[]): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}
