import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  applyDelta,
  bestAsk,
  bestBid,
  emptyBook,
  isCrossed,
  type Level,
  loadBook,
  topOf,
} from '#lib/book/order-book.ts'
import { drawBelow, seedRandom } from '#lib/market/seeded-random.ts'

const level = fc.tuple(
  fc.integer({ min: 1, max: 40 }).map((n) => (n / 4).toFixed(2)),
  fc.oneof(fc.constantFrom('0', '0.000'), fc.integer({ min: 1, max: 9 }).map(String)),
)
const change = fc.record({ bids: fc.array(level, { maxLength: 6 }), asks: fc.array(level, { maxLength: 6 }) })

describe('order book', () => {
  it('is a map of prices to sizes, the best of each side first, whatever changes come', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        const book = emptyBook()
        const bids = new Map<string, string>()
        const asks = new Map<string, string>()
        for (const one of changes) {
          applyDelta(book, one.bids, one.asks)
          for (const [side, levels] of [[bids, one.bids] as const, [asks, one.asks] as const])
            for (const [price, size] of levels) Number(size) === 0 ? side.delete(price) : side.set(price, size)
        }
        const sorted = (side: Map<string, string>, sign: number): Level[] =>
          [...side].sort(([a], [b]) => sign * (Number(a) - Number(b)))
        expect(topOf(book, 100)).toEqual({ bids: sorted(bids, -1), asks: sorted(asks, 1) })
        expect(bestBid(book)).toEqual(sorted(bids, -1)[0] ?? null)
        expect(bestAsk(book)).toEqual(sorted(asks, 1)[0] ?? null)
        const [bid, ask] = [sorted(bids, -1)[0], sorted(asks, 1)[0]]
        expect(isCrossed(book)).toBe(bid !== undefined && ask !== undefined && Number(bid[0]) >= Number(ask[0]))
      }),
    )
  })

  it.each([
    ['100.0', '100.1', false],
    ['100.1', '100.10', true],
    ['100.2', '100.1', true],
    [null, '100.1', false],
    ['100.1', null, false],
  ])('a best bid of %s reaches a best ask of %s: %s', (bid, ask, isReached) => {
    const book = emptyBook()
    applyDelta(book, bid === null ? [] : [[bid, '1']], ask === null ? [] : [[ask, '1']])
    expect(isCrossed(book)).toBe(isReached)
  })

  it('prices that go and do not come back leave no trace', () => {
    const book = emptyBook()
    const left = new Map<string, string>()
    const random = seedRandom(2)
    for (let i = 0; i < 20_000; i++) {
      const price = String(1 + drawBelow(random, 40) + Math.floor(i / 20))
      const size = drawBelow(random, 3) === 0 ? '1.5' : '0.00'
      applyDelta(book, [], [[price, size]])
      if (size === '1.5') left.set(price, size)
      else left.delete(price)
      if (i % 500 === 0) expect(topOf(book, 10_000).asks).toEqual([...left].sort(([a], [b]) => Number(a) - Number(b)))
    }
    expect(bestAsk(book)?.[0]).toBe(String(Math.min(...[...left.keys()].map(Number))))
    expect(book.asks.keys.length).toBeLessThan(2 * left.size + 64)
  })

  it('a snapshot forgets what was there', () => {
    const book = emptyBook()
    applyDelta(book, [['1', '1']], [['2', '1']])
    loadBook(book, [['0.5', '3']], [])
    expect(topOf(book, 9)).toEqual({ bids: [['0.5', '3']], asks: [] })
  })
})
