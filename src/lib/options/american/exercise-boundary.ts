import { normalCdf } from '../normal.ts'
import { flatBoundary } from './bjerksund-stensland.ts'
import { gaussLegendre } from './gauss-legendre.ts'

/** A put of strike 1 with rate > 0. */
export type UnitPut = {
  readonly years: number
  readonly volatility: number
  readonly rate: number
  readonly yield: number
}

/** The highest spot at which a put of strike 1 is exercised, by the time that is left; null when the iteration did not settle. */
export type ExerciseBoundary = (years: number) => number

const degree = 12
const quadrature = gaussLegendre(32)
const mostIterations = 50
// The price does not change with the boundary to first order: an error of 1e-7 in it is one of about 1e-14 in the price.
const tolerance = 1e-7

/**
 * Andersen, Lake and Offengenden, High-performance American option pricing (2016): the boundary B(t) as a Chebyshev polynomial of ln(B / X)^2
 * in sqrt(t), as the fixed point of their equation B, from the flat boundary of Bjerksund and Stensland.
 */
export function exerciseBoundary(put: UnitPut): ExerciseBoundary | null {
  const { years, volatility, rate, yield: q } = put
  const atOnce = q > rate ? rate / q : 1
  const times = chebyshevPoints.map((z) => years * ((1 + z) / 2) ** 2)
  let values = times.map((t) => (t === 0 ? 0 : heightOf(startOf(t, volatility, rate, q, atOnce), atOnce)))
  for (let n = 0; n < mostIterations; n++) {
    const boundary = polynomialBoundary(values, years, atOnce)
    let moved = 0
    const next = times.map((t, i) => {
      if (t === 0) return 0
      const before = atOnce * Math.exp(-Math.sqrt(values[i] as number))
      const after = Math.min(atOnce, fixedPoint(put, t, before, boundary))
      moved = Math.max(moved, Math.abs(after - before))
      return heightOf(after, atOnce)
    })
    if (next.some((height) => !Number.isFinite(height))) return null
    values = next
    if (moved < tolerance) return polynomialBoundary(values, years, atOnce)
  }
  return null
}

function startOf(t: number, volatility: number, rate: number, q: number, atOnce: number): number {
  const start = 1 / flatBoundary(t, volatility, q, q - rate)
  return start > 0 && start < atOnce ? start : atOnce * Math.exp(-volatility * Math.sqrt(t))
}

const heightOf = (boundary: number, atOnce: number): number => Math.log(boundary / atOnce) ** 2

/** One step of B = exp(-(r - q) t) N / D with their equation B; `before` is the boundary at t. */
function fixedPoint(
  { volatility, rate, yield: q }: UnitPut,
  t: number,
  before: number,
  boundary: ExerciseBoundary,
): number {
  const { nodes, weights } = quadrature
  let [top, bottom] = [0, 0]
  for (let k = 0; k < nodes.length; k++) {
    // u = t - t (1 + y)^2 / 4 takes the square root out of the end of the integral.
    const y = (1 + (nodes[k] as number)) / 2
    const left = t * y * y
    const u = t - left
    const weight = (weights[k] as number) * t * y
    const s = volatility * Math.sqrt(left)
    const d1 = (Math.log(before / boundary(u)) + (rate - q) * left) / s + s / 2
    top += weight * Math.exp(rate * u) * normalCdf(d1 - s)
    bottom += weight * Math.exp(q * u) * normalCdf(d1)
  }
  const s = volatility * Math.sqrt(t)
  const d1 = (Math.log(before) + (rate - q) * t) / s + s / 2
  const numerator = normalCdf(d1 - s) + rate * top
  const denominator = normalCdf(d1) + q * bottom
  return (Math.exp((q - rate) * t) * numerator) / denominator
}

const chebyshevPoints = Array.from({ length: degree + 1 }, (_, i) => -Math.cos((i * Math.PI) / degree))

/** The interpolant through the heights, in barycentric form (Berrut and Trefethen, 2004). */
function polynomialBoundary(heights: readonly number[], years: number, atOnce: number): ExerciseBoundary {
  return (t) => {
    const z = 2 * Math.sqrt(Math.max(0, t) / years) - 1
    let [top, bottom] = [0, 0]
    for (let i = 0; i <= degree; i++) {
      const distance = z - (chebyshevPoints[i] as number)
      if (distance === 0) return atOnce * Math.exp(-Math.sqrt(heights[i] as number))
      const weight = (i === 0 || i === degree ? 0.5 : 1) * (i % 2 === 0 ? 1 : -1)
      top += (weight / distance) * (heights[i] as number)
      bottom += weight / distance
    }
    return atOnce * Math.exp(-Math.sqrt(Math.max(0, top / bottom)))
  }
}
