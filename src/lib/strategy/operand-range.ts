import type { Operand, ScalarFunction } from './expression.ts'

/** The least and the largest that a number can be. */
export type Range = { readonly least: number; readonly most: number }

/**
 * What an operand can be, by what its slots can be: interval arithmetic. Rounding never swaps what is above and what is below, so the ends, reckoned in
 * doubles as the values are, hold exactly.
 */
export function operandRange(operand: Operand, rangeOf: (slot: number) => Range): Range {
  const range = (of: Operand): Range => operandRange(of, rangeOf)
  switch (operand.op) {
    case 'number':
      return { least: operand.value, most: operand.value }
    case 'value':
      return rangeOf(operand.slot)
    case 'negate': {
      const { least, most } = range(operand.of)
      return { least: -most, most: -least }
    }
    case 'past':
      return range(operand.of)
    case '+':
    case '-':
    case '*':
    case '/':
      return combined(operand.op, range(operand.left), range(operand.right))
    case 'call':
      return called(operand.name, operand.args.map(range))
    case 'pair':
      return operand.name === 'correlation' ? { least: -1, most: 1 } : anything
    case 'window': {
      const { least, most } = range(operand.of)
      if (operand.name === 'deviation') return { least: 0, most: Number.POSITIVE_INFINITY }
      if (operand.name !== 'average') return { least, most }
      // A sum of many is rounded on the way.
      return { least: least - Math.abs(least) * hair, most: most + Math.abs(most) * hair }
    }
  }
}

const hair = 1e-12
const anything: Range = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY }

function combined(sign: '+' | '-' | '*' | '/', a: Range, b: Range): Range {
  switch (sign) {
    case '+':
      return hull([a.least + b.least, a.most + b.most])
    case '-':
      return hull([a.least - b.most, a.most - b.least])
    case '*':
      return hull([a.least * b.least, a.least * b.most, a.most * b.least, a.most * b.most])
    case '/':
      if (b.least <= 0 && b.most >= 0) return anything
      return hull([a.least / b.least, a.least / b.most, a.most / b.least, a.most / b.most])
  }
}

function called(name: ScalarFunction, args: readonly Range[]): Range {
  const [{ least, most }] = args as readonly [Range]
  switch (name) {
    case 'abs':
      return { least: least > 0 ? least : most < 0 ? -most : 0, most: Math.max(-least, most) }
    case 'sqrt':
      return { least: least > 0 ? Math.sqrt(least) : 0, most: most > 0 ? Math.sqrt(most) : Number.POSITIVE_INFINITY }
    case 'log':
      return anything
    case 'min':
      return { least: Math.min(...args.map((one) => one.least)), most: Math.min(...args.map((one) => one.most)) }
    case 'max':
      return { least: Math.max(...args.map((one) => one.least)), most: Math.max(...args.map((one) => one.most)) }
  }
}

// 0 times the infinite, and the infinite less itself, are no numbers: then nothing is known.
const hull = (ends: readonly number[]): Range =>
  ends.some(Number.isNaN) ? anything : { least: Math.min(...ends), most: Math.max(...ends) }
