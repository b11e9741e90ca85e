import { describe, expect, it } from 'vitest'
import { afterExit, type ExitHistory, noExits } from '#lib/process/backoff.ts'

/** The delays of ends `gapMs` apart, each after `upMs` of being up. */
function delays(count: number, gapMs: number, upMs: number): (number | 'give_up')[] {
  let history: ExitHistory = noExits
  const found: (number | 'give_up')[] = []
  for (let i = 0; i < count; i++) {
    const next = afterExit(history, { atMs: i * gapMs, upMs })
    if (next.kind === 'give_up') return [...found, 'give_up']
    found.push(next.delayMs)
    history = next.history
  }
  return found
}

describe('starting again after an unexpected end', () => {
  it('waits twice as long each time, from 100 ms up to 10 s', () => {
    expect(delays(9, 9_000, 500)).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000])
  })

  it('starts from 100 ms again once it was up for 10 s', () => {
    expect(delays(6, 12_000, 10_000)).toEqual([100, 100, 100, 100, 100, 100])
  })

  it('gives up on the fifth end within 30 s', () => {
    expect(delays(9, 7_000, 500)).toEqual([100, 200, 400, 800, 'give_up'])
  })
})
