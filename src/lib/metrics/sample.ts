/** Sum with Neumaier's compensation (1974): exact to about an ulp of the sum of magnitudes, in any order. */
export function sumOf(values: readonly number[]): number {
  let [sum, lost] = [0, 0]
  for (const value of values) {
    const next = sum + value
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum
    sum = next
  }
  return sum + lost
}

export const meanOf = (values: readonly number[]): number => sumOf(values) / values.length

/** Sample standard deviation (n - 1), in two passes; null below two values. */
export function sampleDeviation(values: readonly number[]): number | null {
  if (values.length < 2) return null
  return Math.sqrt(centralSum(values, 2) / (values.length - 1))
}

/** Sum of the powers of the distances from the mean. */
export function centralSum(values: readonly number[], power: 2 | 3 | 4): number {
  const mean = meanOf(values)
  return sumOf(values.map((value) => (value - mean) ** power))
}

/** Quantile of sorted values, linear between the two nearest (numpy's default; Hyndman and Fan's type 7). Null of none. */
export function quantileOf(sorted: readonly number[], share: number): number | null {
  if (sorted.length === 0) return null
  const at = share * (sorted.length - 1)
  const low = Math.floor(at)
  const below = sorted[low] as number
  const above = sorted[Math.min(low + 1, sorted.length - 1)] as number
  return below + (above - below) * (at - low)
}

/** Bias-corrected skewness (Fisher-Pearson G1); null below three values, 0 without deviation. */
export function sampleSkewness(values: readonly number[]): number | null {
  const n = values.length
  if (n < 3) return null
  const variance = centralSum(values, 2) / n
  if (variance === 0) return 0
  return ((Math.sqrt(n * (n - 1)) / (n - 2)) * (centralSum(values, 3) / n)) / variance ** 1.5
}

/** Bias-corrected excess kurtosis (G2); null below four values, 0 without deviation. */
export function sampleExcessKurtosis(values: readonly number[]): number | null {
  const n = values.length
  if (n < 4) return null
  const variance = centralSum(values, 2) / n
  if (variance === 0) return 0
  const biased = centralSum(values, 4) / n / variance ** 2 - 3
  return ((n - 1) / ((n - 2) * (n - 3))) * ((n + 1) * biased + 6)
}
