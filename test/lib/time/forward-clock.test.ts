import { expect, test } from 'vitest'
import { forwardClock } from '#lib/time/forward-clock.ts'

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
