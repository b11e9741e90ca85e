import { type ExactDecimal, formatExact, parseExact, tenTo } from '#lib/bars/exact-decimal.ts'
import { decimalPattern } from '#schemas/primitives.ts'

/** Decimal text as an integer at a scale: `toUnits('0.10', 1)` is 1n. Throws a RangeError when the text is more precise than that. */
export function toUnits(text: string, scale: number): bigint {
  if (!decimalPattern.test(text)) throw new RangeError(`expected an exact decimal, found '${text}'`)
  const exact = parseExact(text)
  if (exact.scale <= scale) return exact.units * tenTo(scale - exact.scale)
  const excess = tenTo(exact.scale - scale)
  if (exact.units % excess !== 0n) throw new RangeError(`${text} has more than ${scale} digits after the point`)
  return exact.units / excess
}

/** The same as a safe integer. Throws a RangeError beyond Number.MAX_SAFE_INTEGER too. */
export function toSafeUnits(text: string, scale: number): number {
  const fast = shortUnits(text, scale)
  if (fast !== null) return fast
  const units = toUnits(text, scale)
  const safe = Number(units)
  if (!Number.isSafeInteger(safe)) throw new RangeError(`${text} at scale ${scale} is beyond the safe integers`)
  return safe
}

/** An integer at a scale as the shortest decimal text: 100n at scale 1 is `10`. */
export function fromUnits(units: bigint | number, scale: number): string {
  if (typeof units === 'number' && !Number.isSafeInteger(units)) throw new RangeError(`${units} is not a safe integer`)
  const text = formatExact({ units: BigInt(units), scale })
  if (scale === 0) return text
  let end = text.length
  while (text.charCodeAt(end - 1) === zeroCode) end--
  return text.slice(0, text.charCodeAt(end - 1) === pointCode ? end - 1 : end)
}

/** A double by its shortest decimal text, so that 100.01 is 10001 at scale 2. Throws a RangeError when it is not finite. */
export function exactOfDouble(value: number): ExactDecimal {
  if (!Number.isFinite(value)) throw new RangeError(`expected a finite number, found ${value}`)
  const [mantissa = '', exponent = '0'] = String(value).split('e')
  const { units, scale } = parseExact(mantissa)
  const moved = scale - Number(exponent)
  return moved >= 0 ? { units, scale: moved } : { units: units * tenTo(-moved), scale: 0 }
}

const zeroCode = 48
const pointCode = 46
const minusCode = 45
const powersOfTen = Array.from({ length: 16 }, (_, power) => 10 ** power)

/** Up to 15 digits in plain integers; null where only the long way can tell. */
function shortUnits(text: string, scale: number): number | null {
  const isNegative = text.charCodeAt(0) === minusCode
  const first = isNegative ? 1 : 0
  let units = 0
  let point = -1
  for (let i = first; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === pointCode && point < 0) point = i
    else if (code >= zeroCode && code <= zeroCode + 9) units = units * 10 + (code - zeroCode)
    else return null
  }
  const digits = text.length - first - (point < 0 ? 0 : 1)
  const shift = scale - (point < 0 ? 0 : text.length - point - 1)
  if (digits < 1 || point === first || point === text.length - 1 || shift < 0 || digits + shift > 15) return null
  if (units === 0) return 0
  return (isNegative ? -units : units) * (powersOfTen[shift] as number)
}
