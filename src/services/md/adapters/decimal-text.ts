import { formatExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { sumOf } from '#lib/bars/exact-text.ts'
import { decimalPattern } from '#schemas/primitives.ts'
import { LineFault } from './line-fault.ts'

/**
 * A number as files write it as exact decimal text, digit by digit: `+1.50`, `.5`, `007` and `6.1e-7` are put into the one form
 * that prices have; what has it already stays as it is. Null when it is not a finite decimal number of at most 64 characters.
 */
export function decimalText(written: string): string | null {
  if (written.length <= 64 && decimalPattern.test(written) && written !== '-0') return written
  const [whole, sign, before = '', after = '', power = '0'] =
    /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?\s*$/.exec(written) ?? []
  if (whole === undefined || before.length + after.length === 0) return null
  const shift = Number(power)
  if (Math.abs(shift) > 60) return null
  const point = before.length + shift
  const digits = before + after
  const units =
    point > digits.length ? digits.padEnd(point, '0') : point < 0 ? digits.padStart(digits.length - point, '0') : digits
  const integer = units.slice(0, Math.max(0, point)).replace(/^0+(?=\d)/, '') || '0'
  const fraction = units.slice(Math.max(0, point))
  const text = fraction === '' ? integer : `${integer}.${fraction}`
  if (text.length > 63) return null
  return sign === '-' && /[1-9]/.test(text) ? `-${text}` : text
}

/** The price of a cell. Throws a LineFault that names the cell. */
export function priceIn(written: string | undefined, name: string): string {
  const text = written === undefined ? null : decimalText(written)
  if (text === null) throw new LineFault(`${name} is ${quoted(written)}, expected a decimal number`)
  checkDigits(text, name)
  return text
}

/** Throws a LineFault on a price of more than 15 digits, as sums of doubles are written: it could not be a whole number of ticks. */
export function checkDigits(text: string, name: string): void {
  if (text.length <= 15) return
  const digits = shortest(text).replace(/^-?0?\.?0*|\./g, '')
  if (digits.length > 15)
    throw new LineFault(`${name} is ${quoted(text)}: more than 15 digits cannot be reckoned with exactly`)
}

/** No instrument that is told here has prices of zero or below, nor trades of nothing. [MD-N7] */
export function aboveZero(text: string, name: string): string {
  const first = text.charCodeAt(0)
  if (first === 45 || (first === 48 && !/[1-9]/.test(text)))
    throw new LineFault(`${name} is ${text}, expected more than zero`)
  return text
}

/** The quantity of a cell: as a price, and not negative. */
export function quantityIn(written: string | undefined, name: string): string {
  const text = written === undefined ? null : decimalText(written)
  if (text === null) throw new LineFault(`${name} is ${quoted(written)}, expected a decimal number`)
  if (text.charCodeAt(0) === 45)
    throw new LineFault(`${name} is ${quoted(written)}, expected a decimal number that is not negative`)
  return summable(text, name)
}

/** Sums of sizes are told as exact text too (the volume of a bar): none is too long of sizes with so few digits before the point and behind it. [MD-N7] */
export function summable(size: string, name: string): string {
  checkDigits(size, name)
  if (size.length <= sizeCharsMost) return size
  throw new LineFault(`${name} is ${quoted(size)}: a size has at most ${sizeCharsMost} characters`)
}

const sizeCharsMost = 32

/** An integer of ten-thousandths as its shortest decimal text: `7485400` is `748.54`. Throws a LineFault on anything else. */
export function tenThousandths(written: string | undefined, name: string): string {
  if (written === undefined || !/^-?\d{1,15}$/.test(written))
    throw new LineFault(`${name} is ${quoted(written)}, expected a whole number`)
  const units = Number(written)
  if (units === 0) return '0'
  const text = String(Math.abs(units)).padStart(5, '0')
  const point = text.length - 4
  return `${units < 0 ? '-' : ''}${shortest(`${text.slice(0, point)}.${text.slice(point)}`)}`
}

/** The exact middle of two prices, as its shortest text. */
export function middleOf(a: string, b: string): string {
  if (a === b) return shortest(a)
  const { units, scale } = parseExact(sumOf(a, b))
  return shortest(formatExact({ units: units * 5n, scale: scale + 1 }))
}

/** Without the zeros that end a fraction. */
export function shortest(text: string): string {
  if (text.indexOf('.') < 0) return text
  let end = text.length
  while (text.charCodeAt(end - 1) === 48) end--
  return text.slice(0, text.charCodeAt(end - 1) === 46 ? end - 1 : end)
}

/** How a message shows what a file says: never longer than a line. */
export const quoted = (written: string | undefined): string =>
  written === undefined
    ? 'missing'
    : written === ''
      ? 'empty'
      : JSON.stringify(written.length > 40 ? `${written.slice(0, 40)}…` : written)
