import { describe, expect, it } from 'vitest'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { barsApart } from '#services/md/adapters/bars-apart.ts'

const minute = 60_000_000
const bar = (
  start: number,
  { minutes = 1, interval = '1m', instrument = 'X.V', close = '1' } = {},
): MarketFact<'md.bar'> => ({
  topic: 'md.bar',
  at: (start + minutes) * minute,
  payload: {
    ...{ instrument, interval, start: start * minute, end: (start + minutes) * minute },
    ...{ open: '1', high: '1', low: '1', close, volume: '1' },
  },
})
function apart(facts: readonly MarketFact[], skips = false) {
  const left: string[] = []
  const report = { leaveOut: (reason: string) => void left.push(reason) }
  const told = [...barsApart(facts, { report, skipsOverlapping: skips, file: () => 'two.csv' })]
  return { told, left }
}

describe('bars of one instrument and width', () => {
  it('[MD-I21] follow each other, with holes between them or none, whatever others do', () => {
    const facts = [
      bar(0),
      bar(1),
      bar(0, { minutes: 5, interval: '5m' }),
      bar(7),
      bar(7, { instrument: 'Y.V' }),
      bar(8),
    ]
    expect(apart(facts)).toEqual({ told: facts, left: [] })
  })

  it('[MD-I21] are told once', () => {
    const facts = [bar(0), bar(0), bar(1), bar(1), bar(1), bar(2)]
    expect(apart(facts)).toEqual({ told: [bar(0), bar(1), bar(2)], left: Array(3).fill('told before') })
  })

  it('[MD-I21] do not overlap: a day a minute is told with its times, or left out', () => {
    const days = [0, 1, 2].map((start) => bar(start, { minutes: 1_440, interval: '1d' }))
    expect(() => apart(days)).toThrow(
      'the 1d bar of X.V at 1970-01-01T00:01:00.000000Z begins before the one in front of it has ended, at 1970-01-02T00:00:00.000000Z',
    )
    expect(apart(days, true)).toEqual({ told: days.slice(0, 1), left: Array(2).fill('overlaps the bar before it') })
  })

  it('[MD-I21] of one time say the same: another one is told with its file and both bars, or left out', () => {
    const facts = [bar(0), bar(1), bar(1, { close: '9' }), bar(1, { close: '1.0' }), bar(2)]
    expect(() => apart(facts)).toThrow(
      expect.objectContaining({
        message:
          'the 1m bar of X.V at 1970-01-01T00:01:00.000000Z is 1 1 1 9 1, and was 1 1 1 1 1 before: are they of one instrument?',
        file: 'two.csv',
      }),
    )
    expect(apart(facts, true)).toEqual({
      told: [bar(0), bar(1), bar(2)],
      left: ['another bar of that time', 'told before'],
    })
  })
})
