import { expect, test } from 'vitest'
import { HeardTime } from '#lib/time/heard-time.ts'

test('a time that is told goes on by the process’s own clock until it is told again, also back', () => {
  let own = 500
  const time = new HeardTime(() => own)
  expect(time.now()).toBeNull()
  time.hear(10_000)
  own += 700
  expect(time.now()).toBe(10_700)
  time.hear(10_500)
  own += 100
  expect(time.now()).toBe(10_600)
})
