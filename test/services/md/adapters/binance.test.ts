import { describe, expect, it } from 'vitest'
import { binance } from '#services/md/adapters/binance/venue.ts'
import { byHand } from './normalized.ts'

const market = (name = 'spot', canWait = false) => byHand(binance.openDecoder({ market: name }), canWait)
const at = 1_723_161_257_000_000
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
const streamed = (stream: string, data: object) => ({ stream, data })
const payloads = (facts: readonly { payload: object }[]) => facts.map(({ payload }) => payload)

describe('frames of Binance', () => {
  it('[MD-N4] a trade is at its receipt; buyer is maker means that the aggressor sells; numbers as sent', () => {
    expect(market().frame(streamed('btcusdt@trade', trade))).toEqual([
      {
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
      },
    ])
    expect(payloads(market().frame({ ...trade, m: false }))).toMatchObject([{ aggressor: 'buy' }])
    expect(payloads(market().frame({ ...trade, e: 'aggTrade', a: 5 }))).toMatchObject([{ tradeId: '5', sequence: 5 }])
  })

  it('[MD-N4] a quote has the sequence u; a side of size zero is absent; without T there is no exchange time', () => {
    expect(payloads(market().frame(streamed('btcusdt@bookTicker', ticker)))).toEqual([
      {
        kind: 'quote',
        instrument: 'BTCUSDT.BINANCE',
        bid: '1.10',
        bidSize: '2.000',
        ask: null,
        askSize: null,
        sequence: 12,
      },
    ])
  })

  it('[MD-N4] depth: U u pu and E, or T where there is one; a snapshot has lastUpdateId and the symbol of the frames before', () => {
    const { frame } = market('usdm')
    expect(payloads(frame(depth)).slice(1)).toEqual([
      {
        kind: 'delta',
        instrument: 'BTCUSDT-PERP.BINANCE',
        bids: [['1.0', '2']],
        asks: [],
        firstSequence: 5,
        lastSequence: 9,
        exchangeAt: 1_723_161_255_208_000,
      },
    ])
    expect(payloads(frame({ ...depth, U: 10, u: 12, pu: 9, T: 1723161255200 }))).toMatchObject([
      { previousSequence: 9, exchangeAt: 1_723_161_255_200_000 },
    ])
    const spot = market('spot', true)
    spot.frame(depth)
    expect(payloads(spot.frame({ lastUpdateId: 30, bids: [], asks: [['2', '1']] }))).toMatchObject([
      { state: 'measured', code: 'no_snapshot', count: 1, stream: 'depth' },
      { kind: 'snapshot', instrument: 'BTCUSDT.BINANCE', firstSequence: 30, lastSequence: 30 },
    ])
    expect(payloads(market().frame({ lastUpdateId: 30, bids: [], asks: [] }))).toMatchObject([
      { state: 'refused', code: 'bad_frame', reason: expect.stringContaining('a snapshot without a symbol') },
    ])
  })

  it('[MD-N4] bars of klines, open ones marked; funding of mark prices, none for dated contracts', () => {
    const k = {
      t: 1_633_998_480_000,
      T: 1_633_998_539_999,
      i: '1m',
      o: '1.0',
      h: '2.0',
      l: '0.5',
      c: '1.5',
      v: '7',
      n: 3,
    }
    const kline = (x: boolean, i = '1m') => ({ e: 'kline', E: 1, s: 'BTCUSDT', k: { ...k, i, x } })
    const { frame, leftOut } = market('usdm')
    const bar = {
      instrument: 'BTCUSDT-PERP.BINANCE',
      interval: '1m',
      start: 1_633_998_480_000_000,
      end: 1_633_998_540_000_000,
      ...{ open: '1.0', high: '2.0', low: '0.5', close: '1.5', volume: '7', trades: 3 },
    }
    expect(payloads(frame(kline(true)))).toEqual([bar])
    expect(payloads(frame(kline(false)))).toEqual([{ ...bar, isPartial: true }])
    expect(frame(kline(true, '1M'))).toEqual([])
    expect(leftOut).toEqual(['bars of a month'])
    const mark = {
      e: 'markPriceUpdate',
      E: 1_562_305_380_000,
      s: 'BTCUSDT',
      p: '11.5',
      i: '11.6',
      r: '0.0003',
      T: 1_562_306_400_000,
    }
    const marked = market('usdm')
    expect(payloads(marked.frame(mark))).toEqual([
      {
        instrument: 'BTCUSDT-PERP.BINANCE',
        rate: '0.0003',
        markPrice: '11.5',
        indexPrice: '11.6',
        nextFundingAt: 1_562_306_400_000_000,
        exchangeAt: 1_562_305_380_000_000,
      },
    ])
    expect(payloads(marked.frame({ ...mark, s: 'BTCUSDT_240927', r: '', T: 0 }))).toMatchObject([{ rate: null }])
  })

  it('[MD-N3] names what is traded by its market, with the steps of exchangeInfo', () => {
    const listedAs = (name: string, s: string) => {
      const { frame, listed } = market(name)
      frame({ ...trade, s })
      return listed
    }
    expect(listedAs('spot', 'BTCUSDT')).toEqual(['BTCUSDT.BINANCE'])
    expect(listedAs('us', 'BTCUSDT')).toEqual(['BTCUSDT.BINANCE_US'])
    expect(listedAs('usdm', 'BTCUSDT')).toEqual(['BTCUSDT-PERP.BINANCE'])
    expect(listedAs('cm', 'BTCUSD_PERP')).toEqual(['BTCUSD-PERP.BINANCE'])
    expect(listedAs('usdm', 'BTCUSDT_240927')).toEqual(['BTCUSDT_240927.BINANCE'])
  })

  it('[MD-N5] updates before a late first snapshot are counted, those that were given up on the way too', () => {
    const { frame, close } = market('spot', true)
    for (let u = 1; u <= 1_000; u++) expect(frame({ ...depth, U: u, u })).toEqual([])
    close()
    for (let u = 1_001; u <= 2_000; u++) expect(frame({ ...depth, U: u, u })).toEqual([])
    expect(payloads(frame({ lastUpdateId: 1_998, bids: [['1', '1']], asks: [['2', '1']] }))).toMatchObject([
      { state: 'measured', code: 'no_snapshot', count: 1_998, instrument: 'BTCUSDT.BINANCE' },
      { kind: 'snapshot', lastSequence: 1_998 },
      { kind: 'delta', lastSequence: 1_999 },
      { kind: 'delta', lastSequence: 2_000 },
    ])
  })

  it('[MD-N6] counts what it does not read; what the exchange itself made counts in the sequence only', () => {
    const { frame, leftOut } = market('usdm')
    expect(frame({ e: '24hrTicker', s: 'BTCUSDT' })).toEqual([])
    expect(frame({ ...trade, t: 1, X: 'INSURANCE_FUND' })).toEqual([])
    expect(frame({ ...trade, t: 2, X: 'MARKET' })).toHaveLength(1)
    expect(frame(streamed('btcusdt@depth20@100ms', { ...depth, U: 900 }))).toEqual([])
    expect(leftOut).toEqual([
      'frames of 24hrTicker',
      'trades that were not made in the market',
      'frames of partial books',
    ])
    expect(frame({ result: null, id: 1 })).toEqual([])
    expect(payloads(frame({ error: { code: 2, msg: 'Invalid request' }, id: 1 }))).toMatchObject([
      { state: 'flagged', code: 'venue_error' },
    ])
  })

  it('[MD-N7] refuses what is no frame with a status that says why, and tells nothing of it', () => {
    const refused = (frame: object | string): string => {
      const facts = market().frame(frame)
      expect(payloads(facts)).toMatchObject([{ state: 'refused', code: 'bad_frame' }])
      return facts.map(({ payload }) => ('reason' in payload ? payload.reason : '')).join('')
    }
    expect(refused('{"e":')).toContain('not JSON')
    expect(refused('[]')).toContain('not an object')
    expect(refused({})).toContain('no frame of Binance')
    expect(refused({ ...trade, p: 61800.1 })).toContain('p is "61800.1", expected a decimal number as text')
    for (const p of ['NaN', '1e5', 'Infinity', '', ' 1', '0x10', '1'.repeat(70), '1234567890.1234567'])
      expect(refused({ ...trade, p })).toMatch(/^p is/)
    expect(refused({ ...trade, q: '-1' })).toContain('not negative')
    expect(refused({ ...trade, t: 1.5 })).toContain('trade id is "1.5", expected a whole number')
    expect(refused({ ...trade, s: 'btc usdt' })).toContain('the symbol is')
    expect(refused(streamed('ethusdt@trade', trade))).toContain('carries the symbol')
    expect(refused({ ...depth, U: 10 })).toContain('U 10 is beyond u 9')
    expect(
      refused({
        ...depth,
        b: [
          ['1', '2'],
          ['2', 'x'],
        ],
      }),
    ).toContain('b, size is "x"')
    expect(refused({ ...trade, s: 'x'.repeat(1_000_000) }).length).toBeLessThan(301)
  })
})
