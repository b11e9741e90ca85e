import { PlainDecimal } from '#lib/codec/plain-decimal.ts'
import { decimalPattern, unsignedDecimalPattern } from '#schemas/primitives.ts'
import { checkDigits, decimalText, quoted, summable } from '../decimal-text.ts'
import { LineFault } from '../line-fault.ts'
import { year2200Micros, year2200Ms } from '../year-2200.ts'

export type Frame = { readonly [field: string]: unknown }

/** JSON text as an object. Throws a LineFault. */
export function jsonObject(text: string, parse: (text: string) => unknown = JSON.parse): Frame {
  const value = jsonValue(text, parse)
  if (!isObject(value)) throw new LineFault('the frame is not an object')
  return value
}

/** The fields of an object in JSON; none where it is no such thing. */
export function objectIn(text: string): Frame {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

export function jsonValue(text: string, parse: (text: string) => unknown = JSON.parse): unknown {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof RangeError)) throw error
    throw new LineFault(`not JSON: ${error.message.slice(0, 120)}`)
  }
}

export const isObject = (value: unknown): value is Frame =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function objectOf(body: Frame, field: string): Frame {
  const value = body[field]
  if (isObject(value)) return value
  throw new LineFault(`${field} is ${shown(value)}, expected an object`)
}

export function listOf(body: Frame, field: string): readonly unknown[] {
  const value = body[field]
  if (Array.isArray(value)) return value
  throw new LineFault(`${field} is ${shown(value)}, expected a list`)
}

/** `12`, `0.50`: nearly everything that comes; what it refuses is looked at by the patterns. */
function isPlainDecimal(text: string): boolean {
  let points = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit >>> 0 > 9 && (digit !== -2 || points++ > 0)) return false
  }
  const first = text.charCodeAt(0)
  const second = text.charCodeAt(1)
  // No empty text, no `.5`, no `5.`, no `007`.
  if (text.length === 0 || first === 46 || text.charCodeAt(text.length - 1) === 46) return false
  return first !== 48 || text.length === 1 || second === 46
}

/** A price that was sent as text. */
export function price(value: unknown, field: string): string {
  if (value instanceof PlainDecimal) return value.text
  if (typeof value === 'string') {
    if (value.length <= 15 && isPlainDecimal(value)) return value
    if (value.length <= 64 && decimalPattern.test(value)) {
      checkDigits(value, field)
      return value
    }
  }
  throw new LineFault(`${field} is ${shown(value)}, expected a decimal number as text`)
}

/** A size that was sent as text. */
export function quantity(value: unknown, field: string): string {
  if (value instanceof PlainDecimal) return value.text
  if (typeof value === 'string') {
    if (value.length <= 15 && isPlainDecimal(value)) return value
    if (value.length <= 64 && unsignedDecimalPattern.test(value)) return summable(value, field)
  }
  throw new LineFault(`${field} is ${shown(value)}, expected a decimal number as text that is not negative`)
}

/** A price that was sent as a JSON number, of a frame that was parsed with its numbers as text: an exponent is written out. */
export function numberPrice(value: unknown, field: string): string {
  if (value instanceof PlainDecimal) return value.text
  if (typeof value === 'string' && value.length <= 15 && isPlainDecimal(value)) return value
  const text = typeof value === 'string' ? decimalText(value) : null
  if (text === null) throw new LineFault(`${field} is ${shown(value)}, expected a number`)
  checkDigits(text, field)
  return text
}

export function numberQuantity(value: unknown, field: string): string {
  if (value instanceof PlainDecimal) return value.text
  const text = numberPrice(value, field)
  if (text.charCodeAt(0) === 45)
    throw new LineFault(`${field} is ${shown(value)}, expected a number that is not negative`)
  return summable(text, field)
}

/** A side of a whole book. Throws a LineFault where it has a price twice (`1.0` and `1.00` are one): nobody could say which holds. [MD-N7] */
export function eachPriceOnce<L extends readonly [price: string, size: string]>(levels: L[], side: string): L[] {
  const prices = new Set<number>()
  for (const [price] of levels) {
    const key = Number(price)
    if (prices.has(key)) throw new LineFault(`${side} has the price ${price} twice`)
    prices.add(key)
  }
  return levels
}

/** A whole number, sent as a number or as text. */
export function whole(value: unknown, field: string): number {
  const number = typeof value === 'string' ? wholeIn(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number
  throw new LineFault(`${field} is ${shown(value)}, expected a whole number`)
}

/** -1 where the text is none; more than sixteen digits are not safe. */
function wholeIn(text: string): number {
  if (text.length === 0 || text.length > 16) return -1
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit >>> 0 > 9) return -1
    value = value * 10 + digit
  }
  return value
}

/** A double, for what is a statistic; undefined where there is none. */
export function statistic(value: unknown, field: string): number | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN
  if (Number.isFinite(number)) return number
  throw new LineFault(`${field} is ${shown(value)}, expected a number`)
}

/** Milliseconds since 1970 as microseconds; not beyond the year 2200. */
export function microsOfMs(value: unknown, field: string): number {
  const ms = whole(value, field)
  if (ms < year2200Ms) return ms * 1000
  // Spot streams can be asked for microseconds.
  if (ms < year2200Micros) return ms
  throw new LineFault(`${field} is ${shown(value)}, which is no time in ms`)
}

export function truth(value: unknown, field: string): boolean {
  if (typeof value === 'boolean') return value
  throw new LineFault(`${field} is ${shown(value)}, expected true or false`)
}

export function text(value: unknown, field: string): string {
  if (typeof value === 'string') return value
  throw new LineFault(`${field} is ${shown(value)}, expected text`)
}

export const shown = (value: unknown): string =>
  value === undefined ? 'missing' : quoted(typeof value === 'string' ? value : JSON.stringify(value))
