import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { saySeldom } from '#lib/bus/say-seldom.ts'
import { entriesAtOnce, entriesPerSecond, Turnstile } from '#lib/bus/turnstile.ts'
import { openBus, openRaw } from './bus-of-test.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

/** A turnstile at which so many ask at once: who is in, and whether each may wait. */
function crowd(count: number, isGone: (n: number) => boolean = () => false) {
  const turnstile = new Turnstile()
  const inside: number[] = []
  const take = (n: number) => turnstile.take({ isGone: () => isGone(n), enter: () => void inside.push(n) })
  return { turnstile, inside, take, taken: Array.from({ length: count }, (_, n) => take(n)) }
}

it('[R19] lets a crowd in at once, and then one after the other in the order in which they came', () => {
  const { inside } = crowd(entriesAtOnce + 50)
  expect(inside).toHaveLength(entriesAtOnce)
  vi.advanceTimersByTime(20)
  expect(inside).toHaveLength(entriesAtOnce + (20 * entriesPerSecond) / 1_000)
  vi.advanceTimersByTime(1_000)
  expect(inside).toEqual(Array.from({ length: entriesAtOnce + 50 }, (_, n) => n))
})

it('[R19] keeps 128 waiting and no more', () => {
  const { taken, inside, take } = crowd(entriesAtOnce + 200)
  expect(taken.lastIndexOf(true)).toBe(entriesAtOnce + 127)
  expect(taken.filter((isTaken) => isTaken)).toHaveLength(entriesAtOnce + 128)
  vi.advanceTimersByTime(1_000)
  expect(inside).toHaveLength(entriesAtOnce + 128)
  expect(take(999)).toBe(true)
  expect(inside.at(-1)).toBe(999)
})

it('[R19] gives no turn to who has left', () => {
  const { inside } = crowd(entriesAtOnce + 100, (n) => n >= entriesAtOnce && n < entriesAtOnce + 99)
  vi.advanceTimersByTime(2)
  expect(inside.slice(entriesAtOnce)).toEqual([entriesAtOnce + 99])
})

it('[R19] says the first twenty refusals of ten seconds, and how many more there were', () => {
  const said: string[] = []
  const say = saySeldom((message) => void said.push(message))
  for (let n = 0; n < 500; n++) say(`refused ${n}`)
  expect(said).toHaveLength(20)
  vi.advanceTimersByTime(10_000)
  expect(said.slice(20)).toEqual(['and 480 more like the last within 10 s'])
  say('refused again')
  vi.advanceTimersByTime(10_000)
  expect(said.slice(21)).toEqual(['refused again'])
})

it('[R19] is in front of every handshake: as many as may wait all come in, and not sooner', async () => {
  vi.useRealTimers()
  const bus = await openBus()
  const most = entriesAtOnce + 128
  try {
    const atMs = performance.now()
    const came = await Promise.all(Array.from({ length: most }, () => openRaw(bus.url)))
    const lastedMs = performance.now() - atMs
    expect(came).toHaveLength(most)
    expect(lastedMs).toBeGreaterThan(((most - entriesAtOnce - 1) / entriesPerSecond) * 1_000)
  } finally {
    await bus.close()
  }
})
