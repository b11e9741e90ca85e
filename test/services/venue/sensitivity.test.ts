import { beforeAll, expect, test } from 'vitest'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { describeShared, sharedDir } from '#test/shared.ts'
import { captureIn, type Played, playCapture, variants } from './capture-play.ts'

/** The recording is what it is and the venue is a function of it: so every step of these rows is held, not a tendency. */
describeShared('on the recorded BTCUSDT, results move in the direction they must', () => {
  let facts: readonly MarketFact[]
  beforeAll(() => {
    facts = captureIn(sharedDir)
  }, 120_000)
  const played = (all: readonly (readonly [string, object])[]): Played[] =>
    all.map(([, config]) => playCapture(facts, config))
  const rises = (values: readonly number[]) => values.every((value, i) => i === 0 || value > (values[i - 1] as number))

  test('with latency fewer entries are filled in time, more after their cancels, and exits come further from where they were wished', () => {
    const rows = played(variants.latency)
    expect(rises(rows.map(({ filledShare }) => -filledShare))).toBe(true)
    expect(rises(rows.map(({ lateShare }) => lateShare))).toBe(true)
    expect(rises(rows.map(({ exitDistance }) => exitDistance))).toBe(true)
    expect(rows[0]?.lateShare).toBe(0)
  }, 120_000)

  test('the later reports come, the less is known to be filled in time, and the more is heard of too late', () => {
    const rows = played(variants.response)
    expect(rises(rows.map(({ filledShare }) => -filledShare))).toBe(true)
    expect(rises(rows.map(({ lateShare }) => lateShare))).toBe(true)
    expect(rows[0]?.lateShare).toBe(0)
    for (const { filledShare, lateShare } of rows)
      expect(filledShare + lateShare).toBeCloseTo(rows[0]?.filledShare ?? 0, 3)
  }, 120_000)

  test('a market seen as late as it was recorded, and latencies that were measured, cost what latency costs; a line that is cut trades less', () => {
    const [none, feed, measured, short, long] = played(variants.line) as [Played, Played, Played, Played, Played]
    for (const row of [feed, measured]) {
      expect(row.filledShare).toBeLessThan(none.filledShare)
      expect(row.exitDistance).toBeGreaterThan(none.exitDistance)
    }
    expect(measured.lateShare).toBeGreaterThan(0)
    expect(rises([none, short, long].map(({ filled }) => -filled))).toBe(true)
  }, 120_000)

  test('the more of those before an order a queue model lets leave, the more of it is filled', () => {
    expect(rises(played(variants.queue).map(({ filledShare }) => filledShare))).toBe(true)
  }, 120_000)

  test('slippage costs what it says, and fills no less', () => {
    const [none, tick, ticks, tenth, bp, share, walk] = played(variants.slippage) as [
      Played,
      Played,
      Played,
      Played,
      Played,
      Played,
      Played,
    ]
    expect(tick.exitCost - none.exitCost).toBeCloseTo(0.1, 8)
    expect(ticks.exitCost - none.exitCost).toBeCloseTo(1, 8)
    // A basis point of 61,800 is 6.18, rounded up to the tick.
    expect(bp.exitCost - none.exitCost).toBeCloseTo(6.2, 1)
    expect(tenth.exitCost - none.exitCost).toBeCloseTo(0.7, 1)
    for (const row of [tick, ticks, tenth, bp, share, walk]) {
      expect(row.equity).toBeLessThan(none.equity)
      expect(row.exitCost).toBeGreaterThan(none.exitCost)
      expect(row.filledShare).toBe(none.filledShare)
    }
  }, 120_000)
})
