import { erfcScaled, expOfMinusHalfSquare } from './error-function.ts'

/** Density of the standard normal distribution, with full relative precision. */
export const normalDensity = (x: number): number =>
  Math.abs(x) < 40 ? inverseSqrtOfTwoPi * expOfMinusHalfSquare(x) : 0

/** Distribution function of the standard normal, with full relative precision in both tails. */
export function normalCdf(x: number): number {
  if (x > 0) return 1 - normalCdf(-x)
  return x < -40 ? 0 : 0.5 * erfcScaled(-x * Math.SQRT1_2) * expOfMinusHalfSquare(x)
}

const inverseSqrtOfTwoPi = 0.3989422804014327
