import { tenTo } from '#lib/bars/exact-decimal.ts'
/** An exact fraction in lowest terms, its denominator above zero. */
export type Rational = { readonly numerator: bigint; readonly denominator: bigint }

/** Throws a RangeError where the denominator is zero. */
export function rational(numerator: bigint, denominator = 1n): Rational {
  if (denominator === 0n) throw new RangeError('division by zero')
  const divisor = greatestDivisor(numerator, denominator)
  const sign = denominator < 0n ? -1n : 1n
  return { numerator: (sign * numerator) / divisor, denominator: (sign * denominator) / divisor }
}

export const zeroRational: Rational = { numerator: 0n, denominator: 1n }

/** Decimal text, also with a plus, an exponent or a bare point; a number counts as its shortest text. Throws a RangeError for anything else. */
export function rationalOf(value: string | number): Rational {
  const parts = decimalParts.exec(String(value).trim())
  const { sign = '', whole = '', fraction = '', exponent = '0' } = parts?.groups ?? {}
  if (!parts || whole.length + fraction.length === 0) throw new RangeError(`expected a decimal, found '${value}'`)
  const power = Number(exponent) - fraction.length
  if (Math.abs(power) > largestPower) throw new RangeError(`${value} has more than ${largestPower} digits`)
  const units = BigInt(`${whole}${fraction}`) * (sign === '-' ? -1n : 1n)
  return power >= 0 ? rational(units * tenTo(power)) : rational(units, tenTo(-power))
}

export const addRational = (a: Rational, b: Rational): Rational =>
  a.denominator === b.denominator
    ? rational(a.numerator + b.numerator, a.denominator)
    : rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)

export const negateRational = ({ numerator, denominator }: Rational): Rational => ({
  numerator: -numerator,
  denominator,
})

export const subtractRational = (a: Rational, b: Rational): Rational => addRational(a, negateRational(b))

export const multiplyRational = (a: Rational, b: Rational): Rational =>
  rational(a.numerator * b.numerator, a.denominator * b.denominator)

/** Throws a RangeError where the divisor is zero. */
export const divideRational = (a: Rational, b: Rational): Rational =>
  rational(a.numerator * b.denominator, a.denominator * b.numerator)

export const signOf = ({ numerator }: Rational): -1 | 0 | 1 => (numerator > 0n ? 1 : numerator < 0n ? -1 : 0)

export const compareRational = (a: Rational, b: Rational): -1 | 0 | 1 => signOf(subtractRational(a, b))

export const absRational = (a: Rational): Rational => (a.numerator < 0n ? negateRational(a) : a)

export const minRational = (a: Rational, b: Rational): Rational => (compareRational(a, b) <= 0 ? a : b)

const decimalParts = /^(?<sign>[+-]?)(?<whole>\d*)\.?(?<fraction>\d*)(?:[eE](?<exponent>[+-]?\d{1,4}))?$/
const largestPower = 1_000

function greatestDivisor(a: bigint, b: bigint): bigint {
  let [left, right] = [a < 0n ? -a : a, b < 0n ? -b : b]
  while (right > 0n) [left, right] = [right, left % right]
  return left
}
