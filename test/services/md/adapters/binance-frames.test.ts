import { describe, expect, it } from 'vitest'
import type { BinanceMarket } from '#services/md/adapters/binance/raw-market.ts'
import { frameReader } from '#services/md/adapters/import-binance-raw.ts'
import type { Listed } from '#services/md/adapters/import-plan.ts'

function reader(market: BinanceMarket = 'spot') {
  const listed = new Map<string, Listed>()
  const leftOut: string[] = []
  const read = frameReader(market, listed, { leaveOut: (reason) => leftOut.push(reason) })
  const frame = (body: object, stream?: string) =>
    read(`1723161253937085768 ${JSON.stringify(stream === undefined ? body : { stream, data: body })}`)
  return { read, frame, listed, leftOut }
}
const at = 1_723_161_253_937_085
const trade = {
  e: 'trade',
  E: 1723161255208,
  T: 1723161255207,
  s: 'BTCUSDT',
  t: 77,
  p: '61800.10',
  q: '0.00100',
  m: true,
}
const ticker = { u: 12, s: 'BTCUSDT', b: '1.10', B: '2.000', a: '1.20', A: '0.000' }
const depth = { e: 'depthUpdate', E: 1723161255208, s: 'BTCUSDT', U: 5, u: 9, b: [['1.0', '2']], a: [] }

describe('frames of Binance', () => {
  it('[MD-I9] a trade is at its receipt; buyer is maker means that the aggressor sells; numbers as sent', () => {
    expect(reader().frame(trade, 'btcusdt@trade')).toEqual({
      at,
      topic: 'md.tick',
      payload: {
        kind: 'trade',
        instrument: 'BTCUSDT.BINANCE',
        price: '61800.10',
        size: '0.00100',
        aggressor: 'sell',
        tradeId: '77',
        exchangeAt: 1_723_161_255_207_000,
        sequence: 77,
      },
    })
    expect(reader().frame({ ...trade, m: false })?.payload).toMatchObject({ aggressor: 'buy' })
  })

  it('[MD-I9] a quote has the sequence u; a side of size zero is absent; without T there is no exchange time', () => {
    expect(reader().frame(ticker, 'btcusdt@bookTicker')?.payload).toEqual({
      kind: 'quote',
      instrument: 'BTCUSDT.BINANCE',
      bid: '1.10',
      bidSize: '2.000',
      ask: null,
      askSize: null,
      sequence: 12,
    })
  })

  it('[MD-I9] depth: U u pu and E, or T where there is one; a snapshot has lastUpdateId and the symbol of the frames before', () => {
    const { frame } = reader('usdm')
    expect(frame(depth)?.payload).toEqual({
      kind: 'delta',
      instrument: 'BTCUSDT-PERP.BINANCE',
      bids: [['1.0', '2']],
      asks: [],
      firstSequence: 5,
      lastSequence: 9,
      exchangeAt: 1_723_161_255_208_000,
    })
    expect(frame({ ...depth, pu: 4, T: 1723161255200 })?.payload).toMatchObject({
      previousSequence: 4,
      exchangeAt: 1_723_161_255_200_000,
    })
    expect(frame({ lastUpdateId: 30, bids: [], asks: [['2', '1']] })?.payload).toMatchObject({
      kind: 'snapshot',
      instrument: 'BTCUSDT-PERP.BINANCE',
      firstSequence: 30,
      lastSequence: 30,
    })
    expect(() => reader().frame({ lastUpdateId: 30, bids: [], asks: [] })).toThrow('a snapshot without a symbol')
  })

  it('[MD-I9] names what is traded by its market', () => {
    const listedAs = (market: BinanceMarket, s: string) => {
      const { frame, listed } = reader(market)
      frame({ ...trade, s })
      return [...listed.values()].map(({ instrument, kind, currency, expiry }) => [instrument, kind, currency, expiry])
    }
    expect(listedAs('spot', 'BTCUSDT')).toEqual([['BTCUSDT.BINANCE', 'spot', 'USDT', undefined]])
    expect(listedAs('usdm', 'BTCUSDT')).toEqual([['BTCUSDT-PERP.BINANCE', 'perpetual', 'USDT', undefined]])
    expect(listedAs('cm', 'BTCUSD_PERP')).toEqual([['BTCUSD-PERP.BINANCE', 'perpetual', 'USD', undefined]])
    expect(listedAs('usdm', 'BTCUSDT_240927')).toEqual([['BTCUSDT_240927.BINANCE', 'future', 'USDT', '2024-09-27']])
  })

  it('[MD-I9] counts streams that it does not read, and trades that the exchange itself made', () => {
    const { frame, leftOut } = reader('usdm')
    expect(frame({ e: 'markPriceUpdate', s: 'BTCUSDT' })).toBeNull()
    expect(frame({ ...trade, X: 'INSURANCE_FUND' })).toBeNull()
    expect(frame({ ...trade, X: 'MARKET' })).not.toBeNull()
    expect(leftOut).toEqual(['frames of markPriceUpdate', 'trades that were not made in the market'])
  })

  it('[MD-I10] refuses what is no frame, and says why', () => {
    const { read, frame } = reader()
    expect(() => read('1723161253 {}')).toThrow('expected a time in ns and a frame')
    expect(() => read('1723161253937085768 {"e":')).toThrow('not JSON')
    expect(() => read('1723161253937085768 []')).toThrow('not an object')
    expect(() => frame({})).toThrow('no frame of Binance')
    expect(() => frame({ ...trade, p: 61800.1 })).toThrow('p is "61800.1", expected a decimal number as text')
    expect(() => frame({ ...trade, q: '-1' })).toThrow('not negative')
    expect(() => frame({ ...trade, t: 1.5 })).toThrow('t is "1.5", expected a whole number')
    expect(() => frame({ ...trade, s: 'btc usdt' })).toThrow('the symbol is')
    expect(() => frame(trade, 'ethusdt@trade')).toThrow('carries the symbol')
    expect(() => frame({ ...depth, U: 10 })).toThrow('U 10 is beyond u 9')
  })
})
