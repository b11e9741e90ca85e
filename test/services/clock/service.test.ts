import { describe, expect, it } from 'vitest'
import { clock } from '#services/clock/service.ts'
import { event, given } from '#test/given.ts'

const step = 1_000_000
const statusAt = (at: number) => event('md.status', { feed: 'test', state: 'started', isSimulated: true }, at)
const time = (now: number) => ({ topic: 'system.time', payload: { now } }) as const

describe('clock', () => {
  it('[C1] says the time with the first event, and then with the first at or beyond each boundary', () => {
    given(clock, { stepMicros: step })
      .when(statusAt(1_500_000))
      .then(time(1_500_000))
      .when(statusAt(1_999_999))
      .then()
      .when(statusAt(2_000_000))
      .then(time(2_000_000))
      .when(statusAt(2_000_001))
      .then()
  })

  it('[C1] does not say the steps that had no event', () => {
    given(clock, { stepMicros: step }, statusAt(500_000)).when(statusAt(7_300_000)).then(time(7_300_000))
  })

  it('[C2] says nothing to an event that is older than the newest time, and goes on from there', () => {
    given(clock, { stepMicros: step }, statusAt(5_000_000))
      .when(statusAt(3_000_000))
      .then()
      .when(statusAt(5_999_999))
      .then()
      .when(statusAt(6_000_000))
      .then(time(6_000_000))
  })

  it('[C9] says the time of the end within a step, and again when it was said', () => {
    const endedAt = (at: number) => event('md.status', { feed: 'test', state: 'ended', isSimulated: true }, at)
    given(clock, { stepMicros: step }, statusAt(5_000_000))
      .when(endedAt(4_999_999))
      .then()
      .when(endedAt(5_000_000))
      .then(time(5_000_000))
      .when(endedAt(5_000_007))
      .then(time(5_000_007))
  })

  it('[C3] keeps the time that was reached over a hot reload of the step, and over a restart', () => {
    given(clock, { stepMicros: step }, statusAt(5_000_000))
      .reconfigured({ stepMicros: 10 * step })
      .restarted()
      .when(statusAt(9_999_999))
      .then()
      .when(statusAt(10_000_000))
      .then(time(10_000_000))
  })

  it('[C1] refuses steps below a millisecond', () => {
    expect(() => given(clock, { stepMicros: 999 })).toThrow()
  })
})
