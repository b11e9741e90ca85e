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

test('a clock that jumps ahead and back again goes on from where it was ahead, in whole microseconds', () => {
  const before = Date.now
  const now = forwardMicros()
  try {
    Date.now = () => before() + 3_600_000
    const ahead = now()
    Date.now = before
    const from = performance.now()
    while (performance.now() - from < 5);
    const later = now()
    expect([later - ahead >= 5_000, Number.isInteger(later)]).toEqual([true, true])
  } finally {
    Date.now = before
  }
})
