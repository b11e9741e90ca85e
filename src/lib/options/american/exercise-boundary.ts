import { normalCdf } from '../normal.ts'
import { flatBoundary } from './bjerksund-stensland.ts'
import { gaussLegendre } from './gauss-legendre.ts'

/** A put of strike 1 with rate >= 0. */
export type UnitPut = {
  readonly years: number
  readonly volatility: number
  readonly rate: number
  readonly yield: number
}

/** The logarithm of the highest spot at which a put of strike 1 is exercised, by the time that is left. */
export type ExerciseBoundary = (years: number) => number

const degree = 12
const mostIterations = 50
// The price does not change with the boundary to first order: an error of 1e-7 in it is one of about 1e-14 in the price.
const tolerance = 1e-7

/** Chebyshev's points on [-1, 1], the first at no time left. */
const points = Array.from({ length: degree + 1 }, (_, i) => -Math.cos((i * Math.PI) / degree))
const { nodes, weights } = gaussLegendre(32)
/** Of the time t of a point, u = t - t y^2 takes the square root out of the end of the integral. */
const ys = nodes.map((node) => (1 + node) / 2)
/** How the heights make the height at time u, whatever t is: by point and node. */
const shares = points.map((z) => ys.map((y) => interpolation((1 + z) * Math.sqrt(1 - y * y) - 1)))

/**
 * Andersen, Lake and Offengenden, High-performance American option pricing (2016): the boundary B(t) as a Chebyshev polynomial of ln(B / X)^2
 * in sqrt(t), as the fixed point of their equation B, from the flat boundary of Bjerksund and Stensland. Null when the iteration does not settle.
 */
export function exerciseBoundary(put: UnitPut): ExerciseBoundary | null {
  const { years, volatility, rate, yield: q } = put
  const atOnce = Math.log(q > rate ? rate / q : 1)
  const steps = points.map((z, i) => equationAt(put, years * ((1 + z) / 2) ** 2, shares[i] as readonly Float64Array[]))
  const logs = points.map((z) => {
    const t = years * ((1 + z) / 2) ** 2
    const start = -Math.log(flatBoundary(t, volatility, q, q - rate))
    return Number.isFinite(start) && start < atOnce ? start : atOnce - volatility * Math.sqrt(t)
  })
  const heights = new Float64Array(degree + 1)
  for (let n = 0; n < mostIterations; n++) {
    for (let i = 1; i <= degree; i++) heights[i] = ((logs[i] as number) - atOnce) ** 2
    let moved = 0
    for (let i = 1; i <= degree; i++) {
      const before = logs[i] as number
      const after = Math.min(atOnce, (steps[i] as Equation)(before, heights, atOnce))
      if (!Number.isFinite(after)) return null
      moved = Math.max(moved, Math.abs(after - before))
      logs[i] = after
    }
    if (moved < tolerance) return (t) => atOnce - heightRoot(heights, interpolation(2 * Math.sqrt(t / years) - 1))
  }
  return null
}

/** One step of B = exp(-(r - q) t) N / D at a time t: from the logarithm of B there, and the heights everywhere, to the next logarithm. */
type Equation = (before: number, heights: Float64Array, atOnce: number) => number

function equationAt({ volatility, rate, yield: q }: UnitPut, t: number, rows: readonly Float64Array[]): Equation {
  const drift = rate - q
  const whole = volatility * Math.sqrt(t)
  const nodesOf = ys.map((y, k) => {
    const left = t * y * y
    const weight = (weights[k] as number) * t * y
    const s = volatility * Math.sqrt(left)
    const forward = drift * left
    return {
      row: rows[k] as Float64Array,
      s,
      forward,
      top: weight * rate * Math.exp(rate * (t - left)),
      bottom: weight * q * Math.exp(q * (t - left)),
    }
  })
  return (before, heights, atOnce) => {
    const d1 = (before + drift * t) / whole + whole / 2
    let numerator = normalCdf(d1 - whole)
    let denominator = normalCdf(d1)
    for (const { row, s, forward, top, bottom } of nodesOf) {
      const boundary = atOnce - heightRoot(heights, row)
      const d = (before - boundary + forward) / s + s / 2
      if (top !== 0) numerator += top * normalCdf(d - s)
      if (bottom !== 0) denominator += bottom * normalCdf(d)
    }
    return Math.log(numerator / denominator) - drift * t
  }
}

function heightRoot(heights: Float64Array, row: Float64Array): number {
  let height = 0
  for (let j = 0; j <= degree; j++) height += (heights[j] as number) * (row[j] as number)
  return Math.sqrt(Math.max(0, height))
}

/** The share of each point in the interpolant at z, in barycentric form (Berrut and Trefethen, 2004). */
function interpolation(z: number): Float64Array {
  const row = new Float64Array(degree + 1)
  let sum = 0
  for (let i = 0; i <= degree; i++) {
    const distance = z - (points[i] as number)
    if (distance === 0) {
      row.fill(0)
      row[i] = 1
      return row
    }
    const share = ((i === 0 || i === degree ? 0.5 : 1) * (i % 2 === 0 ? 1 : -1)) / distance
    row[i] = share
    sum += share
  }
  for (let i = 0; i <= degree; i++) row[i] = (row[i] as number) / sum
  return row
}
