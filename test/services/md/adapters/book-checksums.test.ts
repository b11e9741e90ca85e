import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { foldDepth } from '#lib/book/book-checksum.ts'
import type { OrderBook } from '#lib/book/order-book.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { binance } from '#services/md/adapters/binance/venue.ts'
import { checkMarket } from '#services/md/adapters/check-market.ts'
import { completeListing } from '#services/md/adapters/live/complete-listing.ts'
import { startNormalizer } from '#services/md/adapters/normalize/normalizer.ts'
import { describeShared, sharedDir } from '#test/shared.ts'
import { normalized } from './normalized.ts'

const raw = `${sharedDir}data/crypto-raw/`

const isDepth = (fact: MarketFact): fact is MarketFact<'md.depth'> => fact.topic === 'md.depth'

function played(canWait: boolean) {
  const normalizer = startNormalizer({
    feed: 'test',
    decoder: binance.openDecoder({}),
    canWait: () => canWait,
    keepsPartialBars: false,
    listingOf: completeListing,
  })
  const startMs = 1_700_000_000_000
  const sums = (facts: readonly MarketFact[]) =>
    facts.filter(isDepth).map(({ payload }) => [payload.lastSequence, payload.checksum])
  return {
    delta(ms: number, id: number) {
      const levels = { b: [['100.00', `${id}`]], a: [] }
      const data = { e: 'depthUpdate', E: startMs + ms, s: 'BTCUSDT', U: id, u: id, ...levels }
      const text = JSON.stringify({ stream: 'btcusdt@depth@100ms', data })
      return sums(normalizer.read({ kind: 'frame', at: (startMs + ms) * 1_000, connection: 'c', text }))
    },
    snapshot(ms: number, id: number) {
      const text = JSON.stringify({ lastUpdateId: id, bids: [['100.00', '1']], asks: [['101.00', '1']] })
      const url = 'https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=1000'
      return sums(normalizer.read({ kind: 'answer', at: (startMs + ms) * 1_000, url, text }))
    },
  }
}

it('[MD-N11] a snapshot has the checksum of its book, and a change that of the book behind it, once a second of the time of events', () => {
  const { delta, snapshot } = played(true)
  const of = (bidSize: string) => crc32(`100.00:${bidSize}|101.00:1`)
  expect(delta(0, 11)).toEqual([])
  expect(snapshot(100, 10)).toEqual([
    [10, of('1')],
    [11, undefined],
  ])
  expect(delta(1_099, 12)).toEqual([[12, undefined]])
  expect(delta(1_100, 13)).toEqual([[13, of('13')]])
  expect(delta(1_900, 14)).toEqual([[14, undefined]])
  expect(delta(5_000, 15)).toEqual([[15, of('15')]])
  // Update 16 is lost.
  expect(delta(7_000, 17)).toEqual([])
  expect(snapshot(7_001, 17)).toEqual([[17, of('1')]])
})

it('[MD-N11] changes of a book that is not known whole have none', () => {
  const { delta } = played(false)
  expect([delta(0, 11), delta(2_000, 12)]).toEqual([[[11, undefined]], [[12, undefined]]])
})

describe('[MD-R3] updates that are missing by their numbers', () => {
  const at = 1_700_000_000_000_000
  const depth = (kind: 'snapshot' | 'delta', firstSequence: number, lastSequence: number, previousSequence?: number) =>
    ({
      at,
      topic: 'md.depth',
      payload: {
        ...{ instrument: 'A.B', kind, bids: [], asks: [], firstSequence, lastSequence, exchangeAt: at },
        ...(previousSequence === undefined ? {} : { previousSequence }),
      },
    }) satisfies MarketFact
  const gap = (fromSequence: number, toSequence: number, stream = 'depth'): MarketFact => ({
    at,
    topic: 'md.gap',
    payload: { instrument: 'A.B', stream, fromSequence, toSequence, state: 'opened' },
  })
  const started: MarketFact = { at, topic: 'md.status', payload: { feed: 'b', isSimulated: false, state: 'started' } }
  const holesOf = (...facts: MarketFact[]) => checkMarket(facts).holes.map(({ from, to }) => [from, to])
  const snapshot = depth('snapshot', 10, 10)

  it.each([
    ['nothing, behind a snapshot that it overlaps', [snapshot, depth('delta', 8, 12), depth('delta', 13, 13)], []],
    ['nothing, where numbers are left out on purpose', [snapshot, depth('delta', 15, 16, 10)], []],
    ['by the first number', [snapshot, depth('delta', 13, 14), depth('delta', 15, 15)], [[11, 12]]],
    ['by the number before', [snapshot, depth('delta', 12, 14, 11)], [[11, 11]]],
    ['nothing, where a gap says so', [snapshot, gap(11, 12), depth('delta', 13, 14)], []],
    ['what is behind the gap', [snapshot, gap(11, 12), depth('delta', 15, 16)], [[13, 14]]],
    ['what only a gap of trades covers', [snapshot, gap(11, 12, 'trade'), depth('delta', 13, 14)], [[11, 12]]],
    [
      'nothing before a snapshot or a start',
      [snapshot, depth('snapshot', 20, 20), started, depth('delta', 30, 30)],
      [],
    ],
    ['nothing, where numbers begin anew', [snapshot, depth('snapshot', 2, 2), depth('delta', 3, 3)], []],
  ] as const)('%s', (_, facts, holes) => {
    expect(holesOf(...facts)).toEqual(holes)
  })
})

describeShared('[MD-N11] checksums in recordings', () => {
  it.each([
    ['binance', 'binance-hftbacktest/spot/btcusdt_20240808.gz', 1, 333],
    ['binance-usdm', 'binance-hftbacktest/usdm/btcusdt_20240808.gz', 1, 334],
    ['binance-cm', 'binance-hftbacktest/cm/btcusd_perp_20240808.gz', 1, 340],
    ['deribit', 'cryptofeed-jsonl/DERIBIT.jsonl.gz', 10, 20],
  ])(
    '%s: every snapshot has one, changes at most one a second, and a reader has the same',
    (venue, file, ...counts) => {
      const { facts } = normalized(venue, `${raw}${file}`)
      const depths = facts.filter(isDepth)
      const books = new Map<string, OrderBook>()
      const newest = new Map<string, number>()
      let [snapshots, deltas] = [0, 0]
      for (const { at, payload } of depths) {
        expect(foldDepth(books, payload)).toBeNull()
        const { kind, instrument, checksum } = payload
        if (kind === 'snapshot') {
          snapshots++
          expect(checksum).toBeTypeOf('number')
        } else if (checksum !== undefined) {
          deltas++
          expect(at - (newest.get(instrument) ?? 0)).toBeGreaterThanOrEqual(1_000_000)
        }
        if (checksum !== undefined) newest.set(instrument, at)
      }
      expect([snapshots, deltas]).toEqual(counts)
      const { wrongBooks, holes } = checkMarket(facts)
      expect([wrongBooks, holes]).toEqual([[], []])
      // Whichever change is taken out, what it told is missing.
      let taken = 0
      for (let i = 0; i < depths.length; i += Math.ceil(depths.length / 25)) {
        const lost = depths[i] as MarketFact<'md.depth'>
        const next = depths.slice(i + 1).find(({ payload }) => payload.instrument === lost.payload.instrument)
        if (lost.payload.kind !== 'delta' || next?.payload.kind !== 'delta') continue
        taken++
        const found = checkMarket(depths.filter((one) => one !== lost)).holes
        expect(found).toMatchObject([{ instrument: lost.payload.instrument, to: lost.payload.lastSequence }])
      }
      expect(taken).toBeGreaterThan(5)
    },
  )

  it('[MD-R3] a change that is lost after it was told is found by `trader md check`, once, with the instant and the update that shows it', () => {
    const { facts } = normalized('binance', `${raw}binance-hftbacktest/spot/btcusdt_20240808.gz`)
    const depths = facts.filter(isDepth)
    // One that changes the best bid right before a checksum.
    const at = depths.findIndex(({ payload }, i) => i > 500 && payload.checksum !== undefined)
    const shown = depths[at] as MarketFact<'md.depth'>
    const lost = depths.slice(0, at).findLast(({ payload }) => payload.bids.length > 0)
    const holed = facts.filter((fact) => fact !== lost)
    expect(checkMarket(holed).wrongBooks).toEqual([
      {
        ...{ at: shown.at, instrument: 'BTCUSDT.BINANCE', sequence: shown.payload.lastSequence },
        ...{ checksum: shown.payload.checksum, found: expect.any(Number) },
      },
    ])
  })
})
