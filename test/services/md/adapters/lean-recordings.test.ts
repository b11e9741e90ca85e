import { expect, it } from 'vitest'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { type LeanOptions, planLeanImport } from '#services/md/adapters/import-lean.ts'
import { describeShared, sharedDir } from '#test/shared.ts'
import { checkFacts, readPlan } from './read-plan.ts'

const read = (path: string, options: LeanOptions = {}) => {
  const plan = planLeanImport([`${sharedDir}data/lean/${path}`], options)
  return { ...readPlan(plan), plan }
}
const iso = (at: number) => new Date(at / 1000).toISOString()
const inside = (facts: readonly MarketFact[], topic: string) => facts.filter((fact) => fact.topic === topic)

describeShared('LEAN recordings', () => {
  it('[MD-I2] [MD-I4] SPY daily: 5849 bars of New York days, prices of ten-thousandths, no newline at the end', () => {
    const { facts, plan } = read('equity/usa/daily/spy.zip')
    checkFacts(facts)
    expect(facts).toHaveLength(5849)
    expect(facts[0]).toEqual({
      at: Date.UTC(1998, 0, 3, 5) * 1000,
      topic: 'md.bar',
      payload: {
        instrument: 'SPY.USA',
        interval: '1d',
        start: Date.UTC(1998, 0, 2, 5) * 1000,
        end: Date.UTC(1998, 0, 3, 5) * 1000,
        open: '97.31',
        high: '97.53',
        low: '96.53',
        close: '97.36',
        volume: '2150000',
      },
    })
    expect(facts.at(-1)).toEqual({
      at: Date.UTC(2021, 3, 1, 4) * 1000,
      topic: 'md.bar',
      payload: {
        instrument: 'SPY.USA',
        interval: '1d',
        start: Date.UTC(2021, 2, 31, 4) * 1000,
        end: Date.UTC(2021, 3, 1, 4) * 1000,
        open: '395.35',
        high: '398',
        low: '395.33',
        close: '396.33',
        volume: '90673494',
      },
    })
    expect(plan.listed.get('SPY.USA')).toEqual({
      instrument: 'SPY.USA',
      kind: 'equity',
      tickSize: '0.01',
      lotSize: '1',
      multiplier: '1',
      currency: 'USD',
    })
  })

  it('[MD-I3] [MD-I5] EUR/USD hourly: 69928 bars of the middle, in a fixed UTC-05', () => {
    const { facts } = read('forex/fxcm/hour')
    checkFacts(facts)
    expect(facts).toHaveLength(69928)
    // 20070330 00:00,1.33141,1.33231,1.33131,1.33201,0,1.33149,1.33239,1.33139,1.33199,0
    expect(facts[0]?.payload).toMatchObject({
      start: Date.UTC(2007, 2, 30, 5) * 1000,
      end: Date.UTC(2007, 2, 30, 6) * 1000,
      open: '1.33145',
      high: '1.33235',
      low: '1.33135',
      close: '1.332',
      volume: '0',
    })
    expect(iso((facts.at(-1) as MarketFact).at)).toBe('2018-07-05T05:00:00.000Z')
    expect(read('forex/fxcm/hour', { side: 'bid' }).facts.at(-1)?.payload).toMatchObject({
      open: '1.16571',
      close: '1.16559',
    })
    expect(read('forex/fxcm/hour', { side: 'ask' }).facts.at(-1)?.payload).toMatchObject({
      open: '1.16593',
      close: '1.16583',
    })
  })

  it('[MD-I5] GOOG options of 2015-12-24: every row a quote or a bar, absent sides said, the early close kept', () => {
    const { facts, plan } = read('option/usa/minute/goog/20151224_quote_american.zip')
    checkFacts(facts)
    expect(plan.listed.size).toBe(2192)
    expect(new Set([...plan.listed.values()].map(({ expiry }) => expiry)).size).toBe(12)
    expect(facts).toHaveLength(275552)
    const oneSided = facts.filter(
      ({ payload }) => 'bid' in payload && (payload.bid === null) !== (payload.ask === null),
    )
    expect(oneSided).toHaveLength(111337)
    expect(facts.find(({ at }) => at === Date.UTC(2015, 11, 24, 14, 31) * 1000)?.payload).toEqual({
      instrument: 'GOOG-20151224-1000-C.USA',
      bid: null,
      bidSize: null,
      ask: '0.5',
      askSize: '19',
    })
    expect(iso((facts.at(-1) as MarketFact).at)).toBe('2015-12-24T18:01:00.000Z')
    expect(plan.listed.get('GOOG-20160617-750-C.USA')).toMatchObject({
      underlying: 'GOOG.USA',
      expiry: '2016-06-17',
      strike: '750',
      right: 'call',
      multiplier: '100',
    })
  })

  it('[MD-I7] NIFTY50: an archive that holds the same file under two names is read once, on the day of the archive', () => {
    const { facts } = read('index/india/minute/nifty50/20190101_trade.zip')
    expect(facts).toHaveLength(378)
    // 32820000 ms after midnight in Kolkata
    expect(iso(((facts[0] as MarketFact).payload as { start: number }).start)).toBe('2019-01-01T03:37:00.000Z')
  })

  it('[MD-I3] the SPX index in Chicago and its options in New York open together; .zip.zip is a zip', () => {
    const index = read('index/usa/minute/spx/20210104_trade.zip').facts[0]?.payload as { start: number; open: string }
    expect(index).toMatchObject({ open: '3764.61' })
    expect(iso(index.start)).toBe('2021-01-04T14:30:00.000Z')
    const options = read('indexoption/usa/minute/spxw/20210104_trade_european.zip.zip')
    checkFacts(options.facts)
    expect(options.plan.listed.size).toBe(12)
    expect([...options.plan.listed.values()][0]).toMatchObject({ underlying: 'SPX.USA', kind: 'option' })
    expect(
      Math.min(...options.facts.map(({ payload }) => (payload as { start: number }).start)),
    ).toBeGreaterThanOrEqual(index.start)
  })

  it('[MD-I6] IBM ticks: trades and quotes of 2013-10-07, a side that did not change repeated', () => {
    const trades = read('equity/usa/tick/ibm/20131007_trade.zip')
    expect(trades.facts).toHaveLength(24293)
    expect(trades.facts[0]).toEqual({
      at: Date.UTC(2013, 9, 7, 4) * 1000 + 14_430_270_000,
      topic: 'md.tick',
      payload: { kind: 'trade', instrument: 'IBM.USA', price: '181.52', size: '283' },
    })
    const quotes = read('equity/usa/tick/ibm/20131007_quote.zip')
    checkFacts(quotes.facts)
    expect(quotes.leftOut.rows).toEqual({ 'called suspicious by their source': 1 })
    expect(quotes.facts).toHaveLength(109066)
    expect(read('equity/usa/tick/ibm/20131007_quote.zip', { keepsSuspicious: true }).facts).toHaveLength(109067)
    // 14400054,0,0,1836300,100 then 14400241,1800100,300,0,0
    expect(quotes.facts.slice(0, 2).map(({ payload }) => payload)).toEqual([
      { kind: 'quote', instrument: 'IBM.USA', bid: null, bidSize: null, ask: '183.63', askSize: '100' },
      { kind: 'quote', instrument: 'IBM.USA', bid: '180.01', bidSize: '300', ask: '183.63', askSize: '100' },
    ])
  })

  it('[MD-I5] IBM minutes: trade bars go before quote bars, unless these are asked for; the rest is said', () => {
    const both = read('equity/usa/minute/ibm')
    expect(both.plan.notes.join()).toContain('6 files of quote bars left out')
    expect(both.plan.files).toHaveLength(6)
    expect(read('equity/usa/minute/ibm', { bars: 'quote' }).plan.files).toHaveLength(6)
  })

  it('reads all the rest: futures, future options, crypto, India, coinbase seconds', () => {
    const counts = [
      'future/cme',
      'futureoption',
      'crypto/coinbase/second',
      'equity/india',
      'crypto/coinbase/daily',
      'cryptofuture',
    ].map((path) => {
      const { facts } = read(path)
      checkFacts(facts)
      return [path, facts.length]
    })
    expect(Object.fromEntries(counts)).toMatchSnapshot()
  })

  it('[MD-I1] merges instruments and widths in order of time', () => {
    const { facts, plan } = read('equity/usa/daily')
    checkFacts(facts)
    expect(plan.listed.size).toBe(9)
    expect(inside(facts, 'md.bar')).toHaveLength(facts.length)
  })
})
