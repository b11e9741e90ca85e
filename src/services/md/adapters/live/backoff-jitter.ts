import { drawBelow, type SeededRandom } from '#lib/market/seeded-random.ts'

const firstMs = 250
const longestMs = 30_000

/** Twice as long with each attempt, and half of it by chance: many who were thrown out together do not come back together. */
export function backoffMs(attempt: number, random: SeededRandom): number {
  const most = Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 20))
  return most / 2 + drawBelow(random, Math.ceil(most / 2) + 1)
}

/** A wait for what stays silent: twice as long with each time, up to 32 times. */
export const everLonger = (wait: number, times: number): number => wait * 2 ** Math.min(times, 5)
