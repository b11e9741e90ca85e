import { describe, expect, it } from 'vitest'
import { hasEnded } from '#lib/bus/has-ended.ts'
import type { ReadRequest } from '#lib/bus/log-port.ts'
import { MemoryLog } from '#lib/journal/memory-log.ts'
import { fact } from '#test/lib/journal/bodies.ts'

class CountingLog extends MemoryLog {
  given = 0
  override async read(request: ReadRequest) {
    const read = await super.read(request)
    this.given += read.lines.length
    return read
  }
}

/** A log of so many bars, a status, so many bars behind it, and so many facts of a clock. */
async function logOf({ bars, state, behind, clock }: { bars: number; state: string; behind: number; clock: number }) {
  const log = new CountingLog()
  const status = fact('md', 1, bars, 'md.status').replace('"payload":{', `"payload":{"state":"${state}",`)
  await log.append(Array.from({ length: bars }, (_, n) => [fact('md', 1, n)]))
  await log.append([[status], ...Array.from({ length: behind }, (_, n) => [fact('md', 1, bars + 1 + n)])])
  await log.append(Array.from({ length: clock }, (_, n) => [fact('clock', 1, n, 'system.time')]))
  return log
}

describe('whether the feed of a log has ended', () => {
  it.each([
    ['an end, and nothing behind it', { bars: 10, state: 'ended', behind: 0, clock: 0 }, true],
    ['an end, and bars that were built from it', { bars: 20_000, state: 'ended', behind: 30, clock: 0 }, true],
    ['an end long ago', { bars: 20_000, state: 'ended', behind: 30, clock: 50_000 }, true],
    ['an end at the edge of what is looked at', { bars: 20_000, state: 'ended', behind: 4_096, clock: 0 }, true],
    ['a feed that goes on', { bars: 20_000, state: 'live', behind: 30, clock: 10 }, false],
    ['a status at the beginning alone', { bars: 0, state: 'live', behind: 60_000, clock: 10 }, false],
  ])('is known from the tail: %s', async (_, made, expected) => {
    const log = await logOf(made)
    expect(await hasEnded(log)).toBe(expected)
    expect(log.given).toBeLessThan(20_000)
  })

  it('has not where nothing is', async () => {
    expect(await hasEnded(new MemoryLog())).toBe(false)
  })
})
