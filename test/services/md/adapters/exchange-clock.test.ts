import { expect, test } from 'vitest'
import { followClock } from '#services/md/adapters/normalize/follow-clock.ts'

const second = 1_000_000
const t0 = 1_700_000_000 * second

/** What is said of events that are received at these seconds, so many milliseconds before (negative: behind) the time that the exchange gives them. */
function said(...events: readonly (readonly [atSeconds: number, aheadMs: number])[]): string[] {
  const all: string[] = []
  const follow = followClock(({ state, aheadMicros }) => all.push(`${state} ${aheadMicros}`))
  for (const [atSeconds, aheadMs] of events) {
    const at = t0 + atSeconds * second
    follow(at + aheadMs * 1_000, at)
  }
  return all
}

test('[MD-N9] the most within each minute is said, the first event of it too; behind, it is the shortest way', () => {
  expect(said([0, -20], [30, -30], [60, -45], [90, -50], [120, -60], [180, -10])).toEqual([
    'measured -20000',
    'measured -45000',
    'measured -60000',
  ])
  expect(said([0, -30], [59, -10], [60, -90], [119, -40], [120, -1])).toEqual(['measured -10000', 'measured -40000'])
})

test('[MD-N9] more than half a second is flagged at once, and cleared after a minute with less than half of it', () => {
  expect(said([0, 500], [1, 501], [2, 900], [60, 250], [120, 249], [121, -5], [180, 0])).toEqual([
    'flagged 501000',
    'measured 900000',
    'measured 250000',
    'cleared 249000',
  ])
})
