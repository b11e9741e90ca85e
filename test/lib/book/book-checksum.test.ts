import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bookChecksum, foldDepth } from '#lib/book/book-checksum.ts'
import { applyDelta, emptyBook, loadBook, type OrderBook } from '#lib/book/order-book.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'

type Depth = PayloadOf<'md.depth'>
type Levels = Depth['bids']

const depth = (kind: Depth['kind'], bids: Levels, asks: Levels, checksum?: number): Depth => ({
  ...{ kind, instrument: 'BTCUSDT.BINANCE', bids, asks, firstSequence: 7, lastSequence: 7 },
  ...(checksum === undefined ? {} : { checksum }),
})

/** As docs/adapters.md tells a user to: a map of prices each side, sorted when it is asked. */
function plainBook() {
  const sides = { bids: new Map<number, Levels[number]>(), asks: new Map<number, Levels[number]>() }
  return {
    take({ kind, bids, asks }: Depth): void {
      for (const [side, levels] of [[sides.bids, bids] as const, [sides.asks, asks] as const]) {
        if (kind === 'snapshot') side.clear()
        for (const [price, size] of levels)
          if (Number(size) === 0) side.delete(Number(price))
          else side.set(Number(price), [price, size])
      }
    },
    text(): string {
      const sideText = (side: Map<number, Levels[number]>, sign: number) =>
        [...side]
          .sort(([a], [b]) => sign * (a - b))
          .slice(0, 10)
          .map(([, level]) => level.join(':'))
          .join(',')
      return `${sideText(sides.bids, -1)}|${sideText(sides.asks, 1)}`
    },
  }
}

const level = fc.tuple(
  fc.integer({ min: 1, max: 60 }).map((n) => (n / 4).toFixed(2)),
  fc.oneof(fc.constantFrom('0', '0.000'), fc.integer({ min: 1, max: 9 }).map(String)),
)
const change = fc.record({ bids: fc.array(level, { maxLength: 8 }), asks: fc.array(level, { maxLength: 8 }) })
const shown = fc.uniqueArray(
  level.filter(([, size]) => Number(size) > 0),
  { selector: ([price]) => price, maxLength: 30 },
)
const bestFirst = (levels: Levels, sign: number) => levels.toSorted(([a], [b]) => sign * (Number(a) - Number(b)))

describe('[MD-N11] the checksum of a book', () => {
  it.each([
    // Python: zlib.crc32(b'100.10:3,100.0:1.50|100.2:0.25')
    [
      'of few levels',
      [
        ['100.10', '3'],
        ['100.0', '1.50'],
      ],
      [['100.2', '0.25']],
      3_204_864_164,
    ],
    // zlib.crc32(b'|')
    ['of none', [], [], 2_343_686_810],
  ] as [string, Levels, Levels, number][])('is that of its text, %s', (_, bids, asks, checksum) => {
    const book = emptyBook()
    loadBook(book, bids, asks)
    expect(bookChecksum(book)).toBe(checksum)
  })

  it('is of ten levels a side, and of the text that was told last', () => {
    const book = emptyBook()
    const asks = Array.from({ length: 12 }, (_, i): Levels[number] => [`${i + 1}`, '1'])
    loadBook(book, [['0.5', '1']], asks)
    const before = bookChecksum(book)
    expect(before).toBe(crc32('0.5:1|1:1,2:1,3:1,4:1,5:1,6:1,7:1,8:1,9:1,10:1'))
    applyDelta(book, [], [['11', '5']])
    expect(bookChecksum(book)).toBe(before)
    applyDelta(book, [['0.50', '1']], [['10', '5']])
    expect(bookChecksum(book)).toBe(crc32('0.50:1|1:1,2:1,3:1,4:1,5:1,6:1,7:1,8:1,9:1,10:5'))
  })

  it('is the same for every reader, and tells of one lost change as soon as the ten best levels differ', () => {
    let [found, unseen] = [0, 0]
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), shown, shown, fc.nat(), (changes, b, a, lose) => {
        const writer = emptyBook()
        const lost = lose % changes.length
        const first = depth('snapshot', bestFirst(b, -1), bestFirst(a, 1))
        const events = [first, ...changes.map(({ bids, asks }) => depth('delta', bids, asks))].map((event) => {
          if (event.kind === 'snapshot') loadBook(writer, event.bids, event.asks)
          else applyDelta(writer, event.bids, event.asks)
          return { ...event, checksum: bookChecksum(writer) }
        })
        const plain = plainBook()
        const whole = new Map<string, OrderBook>()
        const holed = new Map<string, OrderBook>()
        const plainHoled = plainBook()
        let isWrong = false
        events.forEach((event, i) => {
          plain.take(event)
          expect(event.checksum).toBe(crc32(plain.text()))
          expect(foldDepth(whole, event)).toBeNull()
          if (i === lost + 1) return
          plainHoled.take(event)
          const differs = plainHoled.text() !== plain.text()
          const fault = foldDepth(holed, event)
          if (isWrong) expect([fault, holed.size]).toEqual([null, 0])
          else if (!differs) expect(fault).toBeNull()
          else {
            isWrong = true
            expect(fault).toEqual({
              ...{ instrument: event.instrument, sequence: 7, checksum: event.checksum },
              found: crc32(plainHoled.text()),
            })
          }
        })
        if (isWrong) found++
        else unseen++
        expect(foldDepth(holed, { ...first, checksum: events[0]?.checksum })).toBeNull()
        expect(holed.size).toBe(1)
      }),
    )
    expect([found > 10, unseen > 0]).toEqual([true, true])
  })

  it('a book that is not the one told is forgotten until its next snapshot, others are not touched', () => {
    const books = new Map<string, OrderBook>([['ETHUSDT.BINANCE', emptyBook()]])
    expect(foldDepth(books, depth('delta', [['1', '1']], [], 1))).toBeNull()
    expect(foldDepth(books, depth('snapshot', [['1', '1']], []))).toBeNull()
    const fault = { instrument: 'BTCUSDT.BINANCE', sequence: 7, checksum: 1, found: crc32('1:2|') }
    expect(foldDepth(books, depth('delta', [['1', '2']], [], 1))).toEqual(fault)
    expect([...books.keys()]).toEqual(['ETHUSDT.BINANCE'])
    expect(foldDepth(books, depth('delta', [['1', '3']], [], 1))).toBeNull()
    expect(foldDepth(books, depth('snapshot', [['1', '1']], [], crc32('1:1|')))).toBeNull()
    expect(books.size).toBe(2)
  })
})
