import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LiveClock, timeFacts } from '#services/clock/adapters/live-clock.ts'

/** Two clocks of a machine, in the hand of a test. */
function machine(wall: number) {
  const clocks = { wall, monotonic: 0 }
  const sources = { wallMicros: () => clocks.wall, monotonicMicros: () => clocks.monotonic }
  const pass = (micros: number) => {
    clocks.wall += micros
    clocks.monotonic += micros
  }
  return { clocks, sources, pass }
}

const second = 1_000_000
const start = 1_700_000_000 * second

describe('LiveClock', () => {
  it('[C4] only goes forward, in whole microseconds, however the wall clock jumps', () => {
    const passing = fc.record({
      micros: fc.double({ min: 0, max: 10 * second, noNaN: true }),
      jump: fc.oneof(
        { weight: 3, arbitrary: fc.constant(0) },
        fc.integer({ min: -3_600 * second, max: 3_600 * second }),
      ),
    })
    const notBefores = fc.integer({ min: start - second, max: start + 3_600 * second })
    fc.assert(
      fc.property(notBefores, fc.array(passing, { maxLength: 60 }), (notBefore, passings) => {
        const { clocks, sources, pass } = machine(start)
        const clock = new LiveClock({ notBefore, sources })
        let before = notBefore
        for (const { micros, jump } of passings) {
          pass(micros)
          clocks.wall += jump
          const now = clock.now()
          expect(Number.isSafeInteger(now)).toBe(true)
          expect(now).toBeGreaterThan(before)
          // [C5] Ahead of the wall clock it is never by more than it was; the two clocks are sums of doubles here, right to a part of a microsecond.
          if (now > clocks.wall) expect(now - before).toBeLessThanOrEqual(Math.max(1, Math.ceil(micros / 2)))
          before = now
        }
      }),
    )
  })

  it('[C5] follows the wall clock at once when that is ahead', () => {
    const { clocks, sources } = machine(start)
    const clock = new LiveClock({ sources })
    expect(clock.now()).toBe(start)
    clocks.wall += 60 * second
    expect(clock.now()).toBe(start + 60 * second)
  })

  it('[C5] waits at half speed for a wall clock that was set back, and is with it again', () => {
    const { clocks, sources, pass } = machine(start)
    const clock = new LiveClock({ sources })
    clock.now()
    clocks.wall -= 10 * second
    expect(clock.now()).toBe(start + 1)
    pass(4 * second)
    expect(clock.now()).toBe(start + 1 + 2 * second)
    for (let i = 0; i < 20; i++) {
      pass(second)
      clock.now()
    }
    pass(second)
    expect(clock.now()).toBe(clocks.wall)
  })

  it('[C4] tells readings of one microsecond apart', () => {
    const { sources } = machine(start)
    const clock = new LiveClock({ sources })
    expect([clock.now(), clock.now(), clock.now()]).toEqual([start, start + 1, start + 2])
  })

  it('[C4] reads the clocks of this machine', () => {
    const clock = new LiveClock()
    const earlier = Date.now() * 1_000
    expect(clock.now()).toBeGreaterThanOrEqual(earlier)
    expect(clock.now()).toBeLessThan(Date.now() * 1_000 + second)
  })
})

describe('timeFacts', () => {
  it('[C6] says every multiple of the step from the first after the start on', async () => {
    const { sources, pass } = machine(start + 300_000)
    const clock = new LiveClock({ sources })
    const facts = timeFacts({ clock, epoch: 7, waitMs: async (ms) => pass(ms * 1_000) })
    for (const n of [0, 1, 2]) {
      const at = start + (n + 1) * second
      expect((await facts.next()).value).toEqual([{ topic: 'system.time', payload: { now: at }, at, epoch: 7, n }])
    }
  })

  it('[C6] does not say the steps that were slept through', async () => {
    const { sources, pass } = machine(start)
    const clock = new LiveClock({ sources })
    const facts = timeFacts({ clock, epoch: 1, waitMs: async (ms) => pass(ms * 1_000) })
    await facts.next()
    pass(100.5 * second)
    const { value } = await facts.next()
    expect(value?.[0]).toMatchObject({ at: start + 101 * second, n: 1 })
  })

  it('[C6] says no time twice when the wall clock is set back', async () => {
    const { clocks, sources, pass } = machine(start)
    const clock = new LiveClock({ sources })
    const facts = timeFacts({ clock, epoch: 1, waitMs: async (ms) => pass(ms * 1_000) })
    await facts.next()
    clocks.wall -= 30 * second
    const { value } = await facts.next()
    expect(value?.[0]).toMatchObject({ at: start + 2 * second, n: 1 })
  })

  it('[C6] ends when it is asked to, in the middle of a wait', async () => {
    const stop = new AbortController()
    const facts = timeFacts({ clock: { now: () => start }, epoch: 1, signal: stop.signal })
    const ended = facts.next()
    stop.abort()
    expect(await ended).toEqual({ done: true, value: undefined })
  })
})
