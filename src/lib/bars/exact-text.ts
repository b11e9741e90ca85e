import { addExact, formatExact, multiplyExact, parseExact } from './exact-decimal.ts'

/** Exact sum of two decimal texts, with the digits of the finer one. Safe integers where they suffice, bigints where not. */
export function sumOf(a: string, b: string): string {
  const scaleA = scaleOf(a)
  const scaleB = scaleOf(b)
  const scale = Math.max(scaleA, scaleB)
  const sum = digitsOf(a) * (tens[scale - scaleA] ?? tooBig) + digitsOf(b) * (tens[scale - scaleB] ?? tooBig)
  return isExact(sum) ? textOf(sum, scale) : formatExact(addExact(parseExact(a), parseExact(b)))
}

/** Exact product of two decimal texts, with the digits of both. */
export function productOf(a: string, b: string): string {
  const product = digitsOf(a) * digitsOf(b)
  return isExact(product)
    ? textOf(product, scaleOf(a) + scaleOf(b))
    : formatExact(multiplyExact(parseExact(a), parseExact(b)))
}

const tooBig = Number.POSITIVE_INFINITY
const tens = Array.from({ length: 16 }, (_, power) => 10 ** power)

// All terms are positive, so a safe result means that every integer on the way to it was safe too. Zero goes the long way:
// its terms may have been rounded.
const isExact = (units: number): boolean => units > 0 && units <= Number.MAX_SAFE_INTEGER

function scaleOf(text: string): number {
  const dot = text.indexOf('.')
  return dot < 0 ? 0 : text.length - dot - 1
}

/** The integer that the digits make without the point; not a number for a sign, which the exact path then reads. */
function digitsOf(text: string): number {
  let units = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 46) continue
    if (code < 48) return Number.NaN
    units = units * 10 + (code - 48)
  }
  return units
}

function textOf(units: number, scale: number): string {
  const digits = String(units)
  if (scale === 0) return digits
  const padded = digits.length > scale ? digits : digits.padStart(scale + 1, '0')
  const point = padded.length - scale
  return `${padded.slice(0, point)}.${padded.slice(point)}`
}
