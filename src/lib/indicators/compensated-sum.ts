/** A sum without end that keeps what rounding takes away (Neumaier 1974). */
export type CompensatedSum = { sum: number; lost: number }

export const startTotal = (): CompensatedSum => ({ sum: 0, lost: 0 })

export function addToTotal(total: CompensatedSum, x: number): void {
  const sum = total.sum + x
  total.lost += Math.abs(total.sum) >= Math.abs(x) ? total.sum - sum + x : x - sum + total.sum
  total.sum = sum
}

export const totalOf = ({ sum, lost }: CompensatedSum): number => sum + lost
