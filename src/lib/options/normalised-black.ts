import { erf, erfcScaled } from './error-function.ts'
import { normalCdf, normalDensity } from './normal.ts'

/**
 * Black's price of a call at or out of the money, in units of sqrt(forward * strike), undiscounted: `x` = ln(forward / strike) <= 0,
 * `s` = volatility * sqrt(years) >= 0. Without the cancellation of the textbook's difference (P. Jaeckel, Let's be rational, 2015).
 * By symmetry a put out of the money has the price of `x` = ln(strike / forward).
 */
export function normalisedBlack(x: number, s: number): number {
  if (s <= 0) return 0
  const h = x / s
  const t = s / 2
  if (x === 0) return erf(t * Math.SQRT1_2)
  if (h + t > 0.85) return Math.exp(x / 2) * normalCdf(h + t) - Math.exp(-x / 2) * normalCdf(h - t)
  const difference = erfcScaled(-(h + t) * Math.SQRT1_2) - erfcScaled(-(h - t) * Math.SQRT1_2)
  return 0.5 * Math.exp(-0.5 * h * h) * Math.exp(-0.5 * t * t) * difference
}

/** Its derivative by `s`. */
export const normalisedVega = (x: number, s: number): number => normalDensity(x / s) * Math.exp(-s * s * 0.125)

/** What is left to the bound exp(x / 2), without cancellation. */
export function normalisedComplement(x: number, s: number): number {
  const h = x / s
  const t = s / 2
  return Math.exp(x / 2) * normalCdf(-h - t) + Math.exp(-x / 2) * normalCdf(h - t)
}
