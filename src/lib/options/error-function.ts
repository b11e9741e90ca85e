/**
 * Scaled complementary error function exp(x^2) erfc(x), to about 1 ulp. W. J. Cody, Rational Chebyshev approximations for the error
 * function, Math. Comp. 23 (1969), and his CALERF (1990). Infinite below about -26.6.
 */
export function erfcScaled(x: number): number {
  const y = Math.abs(x)
  if (y <= small) return Math.exp(y * y) * (1 - erfNear(x))
  const tail = y <= 4 ? middleTail(y) : farTail(y)
  return x < 0 ? 2 * expOfSquare(y) - tail : tail
}

/** Error function, to about 1 ulp; the same source. */
export function erf(x: number): number {
  const y = Math.abs(x)
  if (y <= small) return erfNear(x)
  const value = y > 6 ? 1 : 1 - expOfMinusSquare(y) * (y <= 4 ? middleTail(y) : farTail(y))
  return x < 0 ? -value : value
}

/** exp(-x^2 / 2) with the relative precision of exp itself: the square is taken apart, so that its rounding is not multiplied. */
export function expOfMinusHalfSquare(x: number): number {
  const coarse = Math.trunc(x * 16) / 16
  const rest = (x - coarse) * (x + coarse)
  return Math.exp(-coarse * coarse * 0.5) * Math.exp(-rest * 0.5)
}

const small = 0.46875
const sqrtOfInversePi = 0.5641895835477563

function expOfMinusSquare(y: number): number {
  const coarse = Math.trunc(y * 16) / 16
  return Math.exp(-coarse * coarse) * Math.exp(-(y - coarse) * (y + coarse))
}

function expOfSquare(y: number): number {
  const coarse = Math.trunc(y * 16) / 16
  return Math.exp(coarse * coarse) * Math.exp((y - coarse) * (y + coarse))
}

/** erf(x) for |x| <= 0.46875 */
function erfNear(x: number): number {
  const square = x * x
  let top = a[4] * square
  let bottom = square
  for (let i = 0; i < 3; i++) {
    top = (top + (a[i] as number)) * square
    bottom = (bottom + (b[i] as number)) * square
  }
  return (x * (top + a[3])) / (bottom + b[3])
}

/** erfcScaled(y) for 0.46875 < y <= 4 */
function middleTail(y: number): number {
  let top = c[8] * y
  let bottom = y
  for (let i = 0; i < 7; i++) {
    top = (top + (c[i] as number)) * y
    bottom = (bottom + (d[i] as number)) * y
  }
  return (top + c[7]) / (bottom + d[7])
}

/** erfcScaled(y) for y > 4 */
function farTail(y: number): number {
  if (y > 1e8) return sqrtOfInversePi / y
  const inverse = 1 / (y * y)
  let top = p[5] * inverse
  let bottom = inverse
  for (let i = 0; i < 4; i++) {
    top = (top + (p[i] as number)) * inverse
    bottom = (bottom + (q[i] as number)) * inverse
  }
  return (sqrtOfInversePi - (inverse * (top + p[4])) / (bottom + q[4])) / y
}

const a = [3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694, 0.18577770618460315] as const
const b = [23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171] as const
const c = [
  0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001, 881.952221241769, 1712.0476126340707,
  2051.0783778260716, 1230.3393547979972, 2.1531153547440383e-8,
] as const
const d = [
  15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597, 4362.619090143247,
  3439.3676741437216, 1230.3393548037495,
] as const
const p = [
  0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275, 0.0006587491615298378,
  0.016315387137302097,
] as const
const q = [
  2.568520192289822, 1.8729528499234604, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
] as const
