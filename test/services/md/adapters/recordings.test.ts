import { expect, it } from 'vitest'
import { applyDelta, bestAsk, bestBid, emptyBook, isCrossed, loadBook } from '#lib/book/order-book.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { describeShared, readSharedJson, sharedDir } from '#test/shared.ts'
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
function selfCheck(facts: readonly MarketFact[]): { checked: number; equal: number; crossed: number } {
  const book = emptyBook()
  const quotes = facts.flatMap((fact) =>
    fact.topic === 'md.tick' && fact.payload.kind === 'quote' ? [fact.payload] : [],
  )
  let next = 0
  let isWhole = false
  const found = { checked: 0, equal: 0, crossed: 0 }
  for (const fact of facts) {
    if (fact.topic !== 'md.depth') continue
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
  return found
}

describeShared('recordings of Binance and Deribit', () => {
  const expected = readSharedJson<Record<string, Counts>>('data/crypto-raw/cryptofeed-jsonl/expected_counts.json')

  it.each(['BINANCE', 'BINANCE_FUTURES', 'BINANCE_DELIVERY', 'BINANCE_US', 'DERIBIT'])(
    '[MD-N5] %s: as many events as another project counts, every one within its schema, no gap and nothing refused',
    (name) => {
      const { facts, leftOut } = normalized(name, `${raw}cryptofeed-jsonl/${name}.jsonl.gz`)
      checkFacts(facts)
      expect(countsOf(facts)).toEqual({ candles: undefined, trades: undefined, ...expected[name] })
      expect(facts.filter(({ topic }) => topic === 'md.gap')).toEqual([])
      expect(facts.flatMap((fact) => (fact.topic === 'md.status' ? [fact.payload.state] : []))).toEqual(['connected'])
      expect(leftOut.badLines).toBe(0)
    },
  )

  const hft = (...names: string[]) =>
    normalized('binance', ...names.map((name) => `${raw}binance-hftbacktest/${name}.gz`))

  it.each([
    ['spot of a day', ['spot/btcusdt_20240808'], 3449, 3449],
    ['spot over midnight', ['spot/btcusdt_20240808', 'spot/btcusdt_20240809'], 6493, 6491],
    ['USD-margined', ['usdm/btcusdt_20240808'], 6547, 6547],
  ])('[MD-N5] the book of the %s capture equals the best quotes after each event', (_, names, checked, equal) => {
    const { facts } = hft(...names)
    expect(selfCheck(facts)).toEqual({ checked, equal, crossed: 0 })
    expect(facts.filter(({ topic }) => topic === 'md.gap' || topic === 'md.status')).toEqual([])
  })

  it('[MD-N2] a receipt clock behind the exchange changes no time: `at` is when it was received, beside the time of the exchange', () => {
    const { facts } = hft('cm/btcusd_perp_20240808')
    checkFacts(facts)
    const trades = facts.flatMap((fact) =>
      fact.topic === 'md.tick' && fact.payload.kind === 'trade' ? [(fact.payload.exchangeAt as number) - fact.at] : [],
    )
    expect(trades).toHaveLength(2286)
    expect(Math.min(...trades)).toBeGreaterThan(500_000)
  })
})

describeShared('the same recording', () => {
  it('[MD-N1] is the same events each time', () => {
    const once = () => JSON.stringify(normalized('deribit', `${raw}cryptofeed-jsonl/DERIBIT.jsonl.gz`).facts)
    expect(once()).toBe(once())
  })
})
