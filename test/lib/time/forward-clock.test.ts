import { expect, test } from 'vitest'
import { forwardClock, forwardMicros } from '#lib/time/forward-clock.ts'

test('[G4] a clock that never steps back and goes on while the machine sleeps', () => {
  const hour = 3_600_000
  let [wall, own] = [100 * hour, 0]
  const now = forwardClock(
    () => wall,
    () => own,
  )
  expect(now()).toBe(100 * hour)
  own += 500
  wall -= hour
  expect(now()).toBe(100 * hour + 500)
  // It slept for eight hours: only the wall clock has seen it.
  wall = 108 * hour
  expect(now()).toBe(108 * hour)
  own += 1
  expect(now()).toBe(108 * hour + 1)
})

test('[MD-N2a] a clock that leaps ahead and back again within a second moves nothing; one that stays there is followed', () => {
  let [wall, own] = [3_600_000_000, 0]
  const now = forwardMicros(
    () => wall,
    () => own,
  )
  const after = (ms: number, wallMs = ms): number => {
    own += ms
    wall += wallMs
    return now() / 1_000 - 3_600_000_000
  }
  expect(after(100.0004)).toBe(100)
  expect(after(100, 3_600_100)).toBeCloseTo(200, 2)
  expect(after(100)).toBeCloseTo(300, 2)
  expect(after(100, -3_599_900)).toBeCloseTo(400, 2)
  expect(after(2_000)).toBeCloseTo(2_400, 2)
  expect(after(100, 3_600_100)).toBeCloseTo(2_500, 2)
  expect(after(999)).toBeCloseTo(3_499, 2)
  expect(after(1)).toBeCloseTo(3_603_500, 2)
  // Back again: nothing goes back, and nobody waits.
  expect(after(100, -3_599_900)).toBeCloseTo(3_603_600, 2)
  // A small step is followed at once.
  expect(after(10, 3_600_000 + 5_010)).toBeCloseTo(3_608_610, 2)
})
