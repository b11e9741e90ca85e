/** Plain arithmetic of the models that the gate and the books are held against: integers of 10^-18, no code of the product. */
export const one = 10n ** 18n

/** Decimal text with at most 18 digits behind the point. */
export function dec(text: string): bigint {
  const found = /^(-?)(\d+)(?:\.(\d{1,18}))?$/.exec(text)
  if (found === null) throw new Error(`${text} is no decimal of 18 digits`)
  const [, sign, whole, rest = ''] = found
  const units = BigInt(`${whole}${rest.padEnd(18, '0')}`)
  return sign === '-' ? -units : units
}

/** Its shortest text. */
export function text(units: bigint): string {
  const size = abs(units)
  const rest = String(size % one)
    .padStart(18, '0')
    .replace(/0+$/, '')
  return `${units < 0n ? '-' : ''}${size / one}${rest === '' ? '' : `.${rest}`}`
}

/** A product that needs no rounding: the numbers of the tests are chosen so. */
export function mul(a: bigint, b: bigint): bigint {
  const product = a * b
  const whole = product / one
  if (whole * one !== product) throw new Error(`${text(a)} * ${text(b)} has more than 18 digits`)
  return whole
}

/** A quotient, half to even where it has more digits. */
export function div(a: bigint, b: bigint): bigint {
  const [sign, x, y] = [a < 0n !== b < 0n ? -1n : 1n, abs(a) * one, abs(b)]
  const [whole, twice] = [x / y, (x % y) * 2n]
  return sign * (twice > y || (twice === y && whole % 2n === 1n) ? whole + 1n : whole)
}

export const abs = (a: bigint): bigint => (a < 0n ? -a : a)
export const max = (...all: readonly bigint[]): bigint => all.reduce((a, b) => (a < b ? b : a))
export const min = (...all: readonly bigint[]): bigint => all.reduce((a, b) => (a < b ? a : b))
export const sum = (all: Iterable<bigint>): bigint => [...all].reduce((a, b) => a + b, 0n)
