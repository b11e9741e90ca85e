import { expect, it } from 'vitest'
import { applyDelta, bestAsk, bestBid, emptyBook, isCrossed, loadBook } from '#lib/book/order-book.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { binanceListing } from '#services/md/adapters/binance/listings.ts'
import { readRecording } from '#services/md/adapters/raw/read-recording.ts'
import { describeShared, ifShared, readSharedJson, sharedDir } from '#test/shared.ts'
import { normalized } from './normalized.ts'
import { checkFacts } from './read-plan.ts'

const raw = `${sharedDir}data/crypto-raw/`
type Counts = { candles?: number; l2_book?: number; ticker?: number; trades?: number }

function countsOf(facts: readonly MarketFact[]): Counts {
  const count = (is: (fact: MarketFact) => boolean) => facts.filter(is).length || undefined
  return {
    candles: count(({ topic }) => topic === 'md.bar'),
    l2_book: count(({ topic }) => topic === 'md.depth'),
    ticker: count(
      (fact) => fact.topic === 'md.option.tick' || (fact.topic === 'md.tick' && fact.payload.kind === 'quote'),
    ),
    trades: count((fact) => fact.topic === 'md.tick' && fact.payload.kind === 'trade'),
  }
}

/** After each depth event the best prices are those of the newest quote that is not beyond it. */
function selfCheck(facts: readonly MarketFact[], before: number) {
  const book = emptyBook()
  const quotes = facts.flatMap((fact) =>
    fact.topic === 'md.tick' && fact.payload.kind === 'quote' ? [fact.payload] : [],
  )
  let next = 0
  let isWhole = false
  const found = { checked: 0, equal: 0, crossed: 0 }
  let first: typeof found | null = null
  for (const fact of facts) {
    if (fact.topic !== 'md.depth') continue
    if (fact.at >= before) first ??= { ...found }
    const { kind, bids, asks, lastSequence } = fact.payload
    if (kind === 'snapshot') {
      loadBook(book, bids, asks)
      isWhole = true
      continue
    }
    if (!isWhole) continue
    applyDelta(book, bids, asks)
    if (isCrossed(book)) found.crossed++
    while (next < quotes.length && (quotes[next]?.sequence as number) <= lastSequence) next++
    const quote = quotes[next - 1]
    if (quote === undefined) continue
    found.checked++
    if (bestBid(book)?.[0] === quote.bid && bestAsk(book)?.[0] === quote.ask) found.equal++
  }
  return { ...found, first }
}

describeShared('recordings of Binance and Deribit', () => {
  const expected = ifShared(
    () => readSharedJson<Record<string, Counts>>('data/crypto-raw/cryptofeed-jsonl/expected_counts.json'),
    {},
  )

  it.each(['BINANCE', 'BINANCE_FUTURES', 'BINANCE_DELIVERY', 'BINANCE_US', 'DERIBIT'])(
    '[MD-N5] %s: as many events as another project counts, every one within its schema, no gap, nothing refused, and no update that is not told or counted',
    (name) => {
      const file = `${raw}cryptofeed-jsonl/${name}.jsonl.gz`
      const { facts, leftOut } = normalized(name, file)
      checkFacts(facts)
      expect(countsOf(facts)).toEqual({ candles: undefined, trades: undefined, ...expected[name] })
      expect(facts.filter(({ topic }) => topic === 'md.gap')).toEqual([])
      // Deribit answers what is subscribed to.
      const states = name === 'DERIBIT' ? ['connected', 'subscribed'] : ['connected']
      const statuses = facts.flatMap((fact) => (fact.topic === 'md.status' ? [fact.payload] : []))
      const early = statuses.filter(({ code }) => code === 'no_snapshot')
      expect(statuses.filter((one) => !early.includes(one)).map(({ state }) => state)).toEqual(states)
      expect(leftOut.badLines).toBe(0)
      let updates = 0
      for (const { record } of readRecording([file], { badLine: () => undefined }))
        if (record.kind === 'frame' && record.text.includes('"e":"depthUpdate"')) updates++
      const told = facts.filter((fact) => fact.topic === 'md.depth' && fact.payload.kind === 'delta').length
      const counted = early.reduce((sum, { state, count = 0 }) => sum + (state === 'measured' ? count : 0), 0)
      if (name !== 'DERIBIT') expect([told + counted, counted > 0]).toEqual([updates, true])
    },
  )

  const hft = (...names: string[]) =>
    normalized('binance', ...names.map((name) => `${raw}binance-hftbacktest/${name}.gz`))

  const skewOnly = (facts: readonly MarketFact[]) =>
    expect(
      facts.flatMap((fact): string[] =>
        fact.topic === 'md.gap'
          ? ['gap']
          : fact.topic === 'md.status' && fact.payload.state !== 'measured'
            ? [`${fact.payload.state} ${fact.payload.code}`]
            : [],
      ),
    ).toEqual(['flagged clock_skew'])

  it('[MD-N5] the book of the spot capture over midnight equals the best quotes after each event, 3449 of 3449 on the first day', () => {
    const { facts } = hft('spot/btcusdt_20240808', 'spot/btcusdt_20240809')
    const { first, ...all } = selfCheck(facts, Date.UTC(2024, 7, 9) * 1000)
    expect(all).toEqual({ checked: 6493, equal: 6491, crossed: 0 })
    expect([first?.checked, first?.equal]).toEqual([3449, 3449])
    skewOnly(facts)
  })

  it('[MD-N5] the book of the USD-margined capture equals the best quotes after each event', () => {
    const { facts } = hft('usdm/btcusdt_20240808')
    expect(selfCheck(facts, 0)).toMatchObject({ checked: 6547, equal: 6547, crossed: 0 })
    skewOnly(facts)
  })

  it('[MD-N2] [MD-N9] a receipt clock behind the exchange changes no time: `at` is when it was received; the skew is told', () => {
    const { facts } = hft('cm/btcusd_perp_20240808')
    checkFacts(facts)
    const trades = facts.flatMap((fact) =>
      fact.topic === 'md.tick' && fact.payload.kind === 'trade' ? [(fact.payload.exchangeAt as number) - fact.at] : [],
    )
    expect(trades).toHaveLength(2286)
    expect(Math.min(...trades)).toBeGreaterThan(500_000)
    skewOnly(facts)
    const measured = facts.flatMap((fact) =>
      fact.topic === 'md.status' && fact.payload.code === 'clock_skew' && fact.payload.state === 'measured'
        ? [fact.payload.aheadMicros as number]
        : [],
    )
    // The recorder's clock is about 1.27 s behind.
    expect(measured.length).toBeGreaterThan(4)
    for (const ahead of measured) expect(Math.abs(ahead - 1_270_000)).toBeLessThan(60_000)
  })
})

describeShared('the same recording', () => {
  it('[MD-N1] is the same events each time', () => {
    const once = () => JSON.stringify(normalized('deribit', `${raw}cryptofeed-jsonl/DERIBIT.jsonl.gz`).facts)
    expect(once()).toBe(once())
  })
})

describeShared('listings of Deribit', () => {
  it('[MD-N3] [MD-C1] the chain of a recording of ten options is every option that is listed on their underlyings', () => {
    const file = `${raw}cryptofeed-jsonl/DERIBIT.jsonl.gz`
    const { facts } = normalized('deribit', file)
    const listings = facts.flatMap((fact) =>
      fact.topic === 'md.instrument' && fact.payload.kind === 'option' ? [fact.payload] : [],
    )
    const quoted = new Set(facts.flatMap((fact) => (fact.topic === 'md.option.tick' ? [fact.payload.instrument] : [])))
    expect(quoted.size).toBe(10)
    const names: string[] = []
    for (const { record } of readRecording([file], { badLine: () => undefined })) {
      if (record.kind !== 'answer' || !/get_instruments\?currency=(BTC|ETH)/.test(record.url)) continue
      for (const { instrument_name, kind } of JSON.parse(record.text).result)
        if (kind === 'option') names.push(`${instrument_name}.DERIBIT`)
    }
    expect(new Set(listings.map(({ underlying }) => underlying))).toEqual(
      new Set(['BTC_USD.DERIBIT', 'ETH_USD.DERIBIT']),
    )
    expect(listings.map(({ instrument }) => instrument).sort()).toEqual(names.sort())
    expect(names).toHaveLength(808)
  })
})

describeShared('listings of Binance', () => {
  it('[MD-N3] a coin-margined contract has the size that exchangeInfo says, also where a recording has none', () => {
    const file = `${raw}cryptofeed-jsonl/BINANCE_DELIVERY.jsonl.gz`
    const sizes = new Map<string, string>()
    for (const { record } of readRecording([file], { badLine: () => undefined })) {
      if (record.kind !== 'answer' || !record.url.includes('exchangeInfo')) continue
      for (const { symbol, contractSize } of JSON.parse(record.text).symbols) sizes.set(symbol, String(contractSize))
    }
    expect(sizes.size).toBe(36)
    for (const [symbol, size] of sizes) expect(binanceListing(symbol, 'cm').multiplier).toBe(size)
  })
})
