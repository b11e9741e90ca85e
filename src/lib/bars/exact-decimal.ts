/** A decimal as an integer and the number of its digits after the point: `12.30` is 1230 at scale 2. */
export type ExactDecimal = { readonly units: bigint; readonly scale: number }

/** Takes apart decimal text that its schema has checked. */
export function parseExact(text: string): ExactDecimal {
  const dot = text.indexOf('.')
  if (dot < 0) return { units: BigInt(text), scale: 0 }
  return { units: BigInt(text.slice(0, dot) + text.slice(dot + 1)), scale: text.length - dot - 1 }
}

/** As text, with every digit of its scale: 1230 at scale 2 is `12.30`. */
export function formatExact({ units, scale }: ExactDecimal): string {
  if (scale === 0) return units.toString()
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  return `${units < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** Exact sum, at the larger of both scales. */
export function addExact(a: ExactDecimal, b: ExactDecimal): ExactDecimal {
  const scale = Math.max(a.scale, b.scale)
  return { units: unitsAt(a, scale) + unitsAt(b, scale), scale }
}

/** Exact product, at the sum of both scales. */
export const multiplyExact = (a: ExactDecimal, b: ExactDecimal): ExactDecimal => ({
  units: a.units * b.units,
  scale: a.scale + b.scale,
})

/** Negative when a < b, zero when they are the same number, positive when a > b. */
export function compareExact(a: ExactDecimal, b: ExactDecimal): number {
  const scale = Math.max(a.scale, b.scale)
  const difference = unitsAt(a, scale) - unitsAt(b, scale)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** The same for decimal text. Doubles decide when they differ, since rounding keeps order; only a tie is looked at exactly. */
export function compareDecimalText(a: string, b: string): number {
  if (a === b) return 0
  const difference = Number(a) - Number(b)
  return difference !== 0 ? difference : compareExact(parseExact(a), parseExact(b))
}

const unitsAt = ({ units, scale }: ExactDecimal, wanted: number): bigint =>
  scale === wanted ? units : units * tenTo(wanted - scale)

/** Ten to that power, which is not negative. */
export const tenTo = (power: number): bigint => powersOfTen[power] ?? 10n ** BigInt(power)

// To raise takes longer than what is done with it.
const powersOfTen = Array.from({ length: 64 }, (_, power) => 10n ** BigInt(power))
