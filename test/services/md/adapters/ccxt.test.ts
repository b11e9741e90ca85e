import { describe, expect, it } from 'vitest'
import { catalogue } from '#schemas/catalogue.ts'
import { ccxtListing, listingsOf } from '#services/md/adapters/ccxt/listings.ts'
import { liveCcxt } from '#services/md/adapters/ccxt/live.ts'
import { ccxt } from '#services/md/adapters/ccxt/venue.ts'
import { byHand } from './normalized.ts'

const heard = () => byHand(ccxt.openDecoder({ market: 'kraken' }), true)
const frame = (symbol: string, watch: string, said: object) => ({ symbol, watch, ...said })
const prices = (facts: readonly { topic: string; payload: object }[]) =>
  facts.filter(({ topic }) => topic !== 'md.status').map(({ payload }) => payload)

describe('what ccxt tells', () => {
  it('[MD-L7] a trade with the numbers as text or as numbers, once; no sequence, and a status that says so', () => {
    const feed = heard()
    const trade = { id: 'T1', timestamp: 1_723_161_256_123, price: '61828.10', amount: 1e-7, side: 'sell' }
    const facts = feed.frame(frame('BTC/USD', 'trades', { trades: [trade, { ...trade, id: 'T2', side: null }] }))
    expect(prices(facts)).toEqual([
      {
        kind: 'trade',
        instrument: 'BTC-USD.KRAKEN',
        price: '61828.10',
        size: '0.0000001',
        aggressor: 'sell',
        tradeId: 'T1',
        exchangeAt: 1_723_161_256_123_000,
      },
      expect.objectContaining({ tradeId: 'T2' }),
    ])
    expect(facts.at(-1)?.payload).toMatchObject({ code: 'no_sequence', stream: 'trades', instrument: 'BTC-USD.KRAKEN' })
    expect(feed.frame(frame('BTC/USD', 'trades', { trades: [trade] }))).toEqual([])
    expect(feed.leftOut).toEqual(['trades that were told before'])
  })

  it('[MD-L7] best prices without sizes, options, and bars when they are over', () => {
    const feed = heard()
    const quote = { bid: '1.20', ask: '1.30', askVolume: '0', bidVolume: null, timestamp: null }
    expect(prices(feed.frame(frame('BTC/USD', 'quotes', { ticker: quote })))).toEqual([
      { kind: 'quote', instrument: 'BTC-USD.KRAKEN', bid: '1.20', bidSize: null, ask: null, askSize: null },
    ])
    const option = frame('BTC/USD:BTC-260327-60000.5-C', 'quotes', { ticker: { ...quote, last: 1.25 } })
    expect(prices(feed.frame(option))).toEqual([
      expect.objectContaining({ instrument: 'BTC-USD_BTC-260327-60000D5-C.KRAKEN', bid: '1.20', last: '1.25' }),
    ])
    const start = 1_723_161_240_000
    const bars = (...all: number[][]) => prices(feed.frame(frame('BTC/USD', 'bars', { timeframe: '1m', bars: all })))
    expect(bars([start, 1, 3, 0.5, 2, 10])).toEqual([])
    expect(bars([start, 1, 4, 0.5, 2, 12], [start + 60_000, 2, 2, 2, 2, 1])).toEqual([
      {
        ...{ instrument: 'BTC-USD.KRAKEN', interval: '1m', start: start * 1000, end: (start + 60_000) * 1000 },
        ...{ open: '1', high: '4', low: '0.5', close: '2', volume: '12' },
      },
    ])
  })

  it('[MD-L7] funding, and a status where it is only asked for now and then', () => {
    const feed = heard()
    const funding = {
      fundingRate: '-1.5e-5',
      markPrice: '61828.10',
      fundingTimestamp: 1_723_190_400_000,
      timestamp: null,
    }
    const facts = feed.frame(frame('BTC/USD:USD', 'funding', { isAsked: true, funding }))
    expect(prices(facts)).toEqual([
      {
        ...{ instrument: 'BTC-USD-PERP.KRAKEN', rate: '-0.000015', markPrice: '61828.10' },
        nextFundingAt: 1_723_190_400_000_000,
      },
    ])
    expect(facts.at(-1)?.payload).toMatchObject({
      ...{ code: 'no_sequence', stream: 'funding' },
      reason: 'ccxt does not listen to funding of kraken, but asks once a minute: what changes between is not seen',
    })
    expect(prices(feed.frame(frame('BTC/USD:USD', 'funding', { funding: { fundingRate: null } })))).toEqual([
      { instrument: 'BTC-USD-PERP.KRAKEN', rate: null },
    ])
    expect(prices(feed.frame(frame('BTC/USD:USD', 'funding', { funding: { fundingRate: 'NaN' } })))).toEqual([])
  })

  it('[MD-L7] what is settled in its coin is inverse', () => {
    expect(ccxtListing('BTC/USD:BTC', 'bybit')).toEqual({
      ...{ instrument: 'BTC-USD_BTC-PERP.BYBIT', kind: 'perpetual', currency: 'BTC', isInverse: true },
    })
    expect(ccxtListing('BTC/USD:BTC-260327', 'okx')).toMatchObject({
      kind: 'future',
      isInverse: true,
      expiry: '2026-03-27',
    })
    expect(ccxtListing('BTC/USDT:USDT', 'bybit')).not.toHaveProperty('isInverse')
  })

  it('[MD-L7] an expiry beyond the year 2200 is left out', () => {
    const symbol = 'BTC/USD:BTC-260327'
    const expiresAt = (expiry: string) => {
      const market = { symbol, expiry, precision: { price: '0.1', amount: '1' } }
      const listed = listingsOf({ precisionMode: '4', markets: [market] }, 'okx').get(symbol)
      catalogue['md.instrument'].schema.parse({ multiplier: '1', ...listed, isSimulated: false })
      return listed?.expiresAt
    }
    expect(['1774598400000', '7258118399999', '7258118400000', '9007199254740000'].map(expiresAt)).toEqual([
      1_774_598_400_000_000,
      7_258_118_399_999_000,
      undefined,
      undefined,
    ])
  })

  it('[MD-N7] a frame that cannot be read is refused', () => {
    for (const said of [
      frame('BTC/USD', 'trades', { trades: [{ price: 'NaN', amount: '1' }] }),
      frame('BTC/USD', 'trades', { trades: [{ price: '1', amount: '-1' }] }),
      frame('BTC/USD', 'trades', { trades: [{ price: '1', amount: '1e-40' }] }),
      frame('BTC/USD', 'depth', { book: { bids: [['1']], asks: [] } }),
      frame('no symbol', 'trades', { trades: [] }),
      frame('BTC/USD', 'news', {}),
    ])
      expect(heard().frame(said).at(-1)?.payload).toMatchObject({ state: 'refused', code: 'bad_frame' })
  })

  it.each([{ price: '0' }, { amount: '0' }])('[MD-N7] of a frame with a trade of %j nothing is told', (odd) => {
    const feed = heard()
    const trade = { id: 'T1', timestamp: 1_723_161_256_123, price: '61828.10', amount: '1' }
    const facts = feed.frame(frame('BTC/USD', 'trades', { trades: [trade, { ...trade, id: 'T2', ...odd }] }))
    expect(facts.map(({ payload }) => 'code' in payload && payload.code)).toEqual(['bad_frame'])
    expect(prices(feed.frame(frame('BTC/USD', 'trades', { trades: [trade] })))).toMatchObject([{ tradeId: 'T1' }])
  })

  it('[MD-L7] what the library has not is refused at once', async () => {
    const wish = { market: 'nosuch', symbols: ['BTC/USD'], streams: ['trades'] as const }
    await expect(liveCcxt.openLibrary(wish, 1_000)).rejects.toThrow('ccxt listens to no exchange "nosuch"')
    await expect(liveCcxt.openLibrary({ ...wish, market: 'kraken', streams: ['funding'] }, 1_000)).rejects.toThrow(
      'ccxt does not listen to funding of kraken',
    )
  })
})
