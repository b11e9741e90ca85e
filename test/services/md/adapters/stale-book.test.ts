import { expect, it } from 'vitest'
import { binance } from '#services/md/adapters/binance/venue.ts'
import { completeListing } from '#services/md/adapters/live/complete-listing.ts'
import { startNormalizer } from '#services/md/adapters/normalize/normalizer.ts'

it('[MD-N8] a book that stands still for 10 s while the best quotes leave it is stale, until it moves', () => {
  const normalizer = startNormalizer({
    feed: 'test',
    decoder: binance.openDecoder({}),
    canWait: () => true,
    keepsPartialBars: false,
    listingOf: completeListing,
  })
  const startMs = 1_700_000_000_000
  const codes = (ms: number, text: string, url?: string) => {
    const at = (startMs + ms) * 1_000
    return normalizer
      .read(url === undefined ? { kind: 'frame', at, connection: 'c', text } : { kind: 'answer', at, url, text })
      .flatMap(({ topic, payload }) =>
        topic === 'md.status' && payload.code === 'stale_book' ? [`${payload.state} ${payload.reason}`] : [],
      )
  }
  const delta = (ms: number, id: number) =>
    codes(
      ms,
      JSON.stringify({
        stream: 'btcusdt@depth@100ms',
        data: { e: 'depthUpdate', E: startMs + ms, s: 'BTCUSDT', U: id, u: id, b: [['100.00', `${id}`]], a: [] },
      }),
    )
  const quote = (ms: number, u: number, bid: string) =>
    codes(
      ms,
      JSON.stringify({ stream: 'btcusdt@bookTicker', data: { u, s: 'BTCUSDT', b: bid, B: '1', a: '101.00', A: '1' } }),
    )
  const book = JSON.stringify({ lastUpdateId: 10, bids: [['100.00', '1']], asks: [['101.00', '1']] })
  expect(codes(0, book, 'https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=1000')).toEqual([])
  expect(delta(1_000, 11)).toEqual([])
  expect(quote(10_999, 20, '100.50')).toEqual([])
  expect(quote(11_000, 21, '100.00')).toEqual([])
  expect(quote(11_000, 22, '100.50')).toEqual([
    'flagged the book has stood still while the best prices went to 100.50 and 101.00',
  ])
  expect(quote(12_000, 23, '100.60')).toEqual([])
  expect(delta(13_000, 12)).toEqual(['cleared the book moves again'])
})
