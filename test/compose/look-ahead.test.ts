import { describe, expect, test } from 'vitest'
import { firstFacts, inMemoryRun } from '#compose/in-memory-run.ts'
import { findLookAhead } from '#compose/look-ahead.ts'
import { Topology } from '#compose/topology.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import type { Fact } from '#schemas/event.ts'
import { feedFacts } from '#services/md/adapters/dataset-feed.ts'
import { exampleMarket } from '#test/example-market.ts'

const market = exampleMarket(120).filter(({ payload }) => 'instrument' in payload && payload.instrument === 'DAY.SIM')
const run = inMemoryRun(
  Topology.parse({
    run: 'cut',
    feed: { kind: 'seeded' },
    venue: { fill: 'next-open', fees: { takerBps: 1, makerBps: 0 } },
    strategies: [{ file: 'strategies/ema-cross.yaml', roles: { underlying: 'DAY.SIM' } }],
  }),
)
const factsOf = (recorded: readonly MarketFact[]): Iterable<Fact> =>
  feedFacts(recorded as Parameters<typeof feedFacts>[0], true)
const nothing = () => undefined

describe('a look-ahead', () => {
  test('is not found where the data is told as it comes: every intent is made again at every cut', () => {
    const found = findLookAhead({ facts: (most) => firstFacts(factsOf(market), most), run }, null, nothing)
    expect(found).toMatchObject({ leak: null })
    expect(found.intents).toBeGreaterThan(3)
    expect(found.cuts).toBe(found.intents)
  })

  test('planted in the data is found, with the intent: prices that are turned over when they rise at the end', () => {
    // The slip of many a notebook: the whole series, its last bars included, decides what the first ones are.
    const scaled = (most: number | null): Iterable<Fact> => {
      const seen = [...firstFacts(factsOf(market), most)]
      const closes = seen.flatMap(({ topic, payload }) => (topic === 'md.bar' ? [Number(payload.close)] : []))
      const isUp = (closes.at(-1) ?? 0) > (closes.at(-12) ?? 0)
      return seen.map((fact) =>
        fact.topic === 'md.bar' && isUp
          ? { ...fact, payload: { ...fact.payload, close: bent(fact.payload.close) } }
          : fact,
      )
    }
    const { leak } = findLookAhead({ facts: scaled, run }, null, nothing)
    expect(leak).toMatchObject({ kind: 'intent', intent: { payload: { strategy: 'ema-cross' } } })
  })

  test('planted in what runs is found: a price that is taken from the bar after it', () => {
    const peeking = (facts: Iterable<Fact>): Iterable<Fact> => {
      const all = [...facts]
      return all.map((fact, n) => {
        const next = all.slice(n + 1).find(({ topic }) => topic === 'md.bar') as Fact<'md.bar'> | undefined
        return fact.topic === 'md.bar' && next
          ? { ...fact, payload: { ...fact.payload, close: next.payload.close } }
          : fact
      })
    }
    const subject = {
      facts: (most: number | null) => firstFacts(factsOf(market), most),
      run: (...[facts, sink]: Parameters<typeof run>) => run(peeking(facts), sink),
    }
    expect(findLookAhead(subject, null, nothing).leak).toMatchObject({ kind: 'intent' })
  })

  test('planted in time is found: a bar that is told before it ends', () => {
    const early = market.map((fact) => (fact.topic === 'md.bar' ? { ...fact, at: fact.payload.start } : fact))
    const { leak } = findLookAhead({ facts: (most) => firstFacts(factsOf(early), most), run }, null, nothing)
    expect(leak).toMatchObject({ kind: 'bar', id: 'md-feed:e1.2' })
  })
})

/** Another shape, not only another height: an average of it crosses elsewhere. */
const bent = (close: string): string => (200 - Number(close) > 1 ? (200 - Number(close)).toFixed(2) : '1.00')
