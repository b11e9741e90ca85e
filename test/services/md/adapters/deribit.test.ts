import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deribit } from '#services/md/adapters/deribit/venue.ts'
import { parseNumbersAsText } from '#services/md/adapters/number-text.ts'
import { byHand } from './normalized.ts'

const name = 'BTC-30JUL21-24000-P'
const instrument = `${name}.DERIBIT`
const heard = () => byHand(deribit.openDecoder({}), true)
const notify = (channel: string, data: string) =>
  `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"${channel}","data":${data}}}`
const payloads = (facts: readonly { payload: object }[]) => facts.map(({ payload }) => payload)
const book = (type: string, id: number, more: string, bids: string, asks: string) =>
  notify(
    `book.${name}.raw`,
    `{"type":"${type}","timestamp":1626993723632,"instrument_name":"${name}","change_id":${id}${more},"bids":${bids},"asks":${asks}}`,
  )
const snapshot = (id: number) =>
  book('snapshot', id, '', '[["new",0.0015,4714.0],["new",5.0e-4,1.0]]', '[["new",0.0025,873.0]]')
const change = (id: number, previous: number, asks: string) =>
  book('change', id, `,"prev_change_id":${previous}`, '[]', asks)

describe('messages of Deribit', () => {
  it('[MD-N4] a ticker of an option: quotes, greeks and open interest, the digits that were sent; volatilities are fractions', () => {
    const ticker = `{"underlying_price":2003.610,"timestamp":1626993723632,"stats":{"volume":869.0},"open_interest":12685.0,"mark_price":0.001972,"mark_iv":120.74,"last_price":0.0020,"instrument_name":"${name}","greeks":{"vega":0.20072,"theta":-1.64029,"rho":0.01188,"gamma":0.0002,"delta":0.03127},"bid_iv":115.62,"best_bid_price":0.0015,"best_bid_amount":4714.0,"best_ask_price":0.0,"best_ask_amount":0.0,"ask_iv":125.63}`
    expect(payloads(heard().frame(notify(`ticker.${name}.raw`, ticker)))).toEqual([
      {
        instrument,
        bid: '0.0015',
        bidSize: '4714.0',
        ask: null,
        askSize: null,
        last: '0.0020',
        underlyingPrice: '2003.610',
        markPrice: '0.001972',
        impliedVolatility: 1.2074,
        bidVolatility: 1.1562,
        askVolatility: 1.2563,
        delta: 0.03127,
        gamma: 0.0002,
        vega: 0.20072,
        theta: -1.64029,
        rho: 0.01188,
        openInterest: '12685.0',
        volume: '869.0',
        exchangeAt: 1_626_993_723_632_000,
      },
    ])
  })

  it('[MD-N3] with the first option of an underlying all that are listed on it are told, also those of a later list, and no others', () => {
    const listing = (instrument_name: string, more: object = {}) => ({
      ...{ instrument_name, kind: 'option', tick_size: 0.0005, min_trade_amount: 0.1, settlement_period: 'week' },
      ...more,
    })
    const url = 'https://www.deribit.com/api/v2/public/get_instruments?currency=BTC'
    const { answer, frame, listed } = heard()
    const [otherStrike, later] = ['BTC-29MAR30-24000-C', 'BTC-29MAR30-30000-P']
    const others = ['ETH-29MAR30-2000-C', 'BTC_USDC-29MAR30-24000-C', 'BTC-29MAR30']
    // Frames by hand are of August 2024: the option of the ticker is over by then, and is told since it is quoted.
    const over = 'BTC-28JUN24-24000-C'
    answer(url, { result: [name, otherStrike, over, ...others].map((one) => listing(one)) })
    expect(listed).toEqual([])
    const ticker = `{"timestamp":1626993723632,"instrument_name":"${name}","best_bid_price":0.0015,"best_bid_amount":1,"best_ask_price":0,"best_ask_amount":0}`
    frame(notify(`ticker.${name}.raw`, ticker))
    expect(listed).toEqual([instrument, `${otherStrike}.DERIBIT`])
    answer(url, { result: [name, otherStrike, later, ...others].map((one) => listing(one)) })
    // What was told before may have new terms.
    expect(new Set(listed)).toEqual(new Set([instrument, `${otherStrike}.DERIBIT`, `${later}.DERIBIT`]))
  })

  it('[MD-N4] [MD-N7] a volatility is the double next to the hundredth part of what was sent; below zero there is none', () => {
    const written = fc
      .tuple(fc.boolean(), fc.nat({ max: 9_999_999 }), fc.option(fc.stringMatching(/^\d{1,9}$/)))
      .map(
        ([isNegative, whole, decimals]) => `${isNegative ? '-' : ''}${whole}${decimals === null ? '' : `.${decimals}`}`,
      )
    fc.assert(
      fc.property(written, (iv) => {
        const ticker = `{"timestamp":1626993723632,"mark_iv":${iv},"instrument_name":"${name}","best_bid_price":null,"best_bid_amount":null,"best_ask_price":null,"best_ask_amount":null}`
        const [said] = payloads(heard().frame(notify(`ticker.${name}.raw`, ticker)))
        // What has too many digits for a price is refused.
        if (said !== undefined && 'state' in said) return iv.replace(/\D/g, '').length > 15 || iv.startsWith('-')
        return said !== undefined && 'impliedVolatility' in said && said.impliedVolatility === Number(`${iv}e-2`)
      }),
      { numRuns: 2_000 },
    )
  })

  it('[MD-N4] a ticker of a perpetual is a quote and its funding', () => {
    const data =
      '{"timestamp":1626993723632,"instrument_name":"BTC-PERPETUAL","best_bid_price":32000.5,"best_bid_amount":10.0,"best_ask_price":32001.0,"best_ask_amount":20.0,"funding_8h":1.0e-5,"mark_price":32000.75,"index_price":32000.1,"open_interest":5}'
    const facts = heard().frame(notify('ticker.BTC-PERPETUAL.raw', data))
    expect(facts.map(({ topic }) => topic)).toEqual(['md.tick', 'md.funding'])
    expect(payloads(facts)).toMatchObject([
      { kind: 'quote', bid: '32000.5', bidSize: '10.0', ask: '32001.0' },
      { rate: '0.000010', markPrice: '32000.75', indexPrice: '32000.1', openInterest: '5' },
    ])
  })

  it('[MD-N5] a book by change_id: an exponent is written out, a deleted level has the size zero; a hole is a gap until the next snapshot', () => {
    const { frame } = heard()
    expect(payloads(frame(snapshot(10)))).toMatchObject([
      {
        kind: 'snapshot',
        bids: [
          ['0.0015', '4714.0'],
          ['0.00050', '1.0'],
        ],
        asks: [['0.0025', '873.0']],
        lastSequence: 10,
      },
    ])
    expect(payloads(frame(change(15, 10, '[["delete",0.0025,0.0]]')))).toMatchObject([
      { kind: 'delta', asks: [['0.0025', '0.0']], firstSequence: 15, lastSequence: 15, previousSequence: 10 },
    ])
    expect(payloads(frame(change(30, 20, '[]')))).toMatchObject([{ state: 'opened', fromSequence: 16, toSequence: 20 }])
    expect(payloads(frame(snapshot(32)))).toMatchObject([
      { kind: 'snapshot', lastSequence: 32 },
      { state: 'closed', how: 'snapshot', fromSequence: 16, toSequence: 32 },
    ])
  })

  const quoted = (timestamp: number, bid: number, ask: number, of = name) =>
    notify(
      `ticker.${of}.raw`,
      `{"timestamp":${timestamp},"instrument_name":"${of}","best_bid_price":${bid},"best_bid_amount":1,"best_ask_price":${ask},"best_ask_amount":2,"mark_price":${bid}}`,
    )

  it.each([name, 'BTC-PERPETUAL', 'BTC-30JUL21'])(
    '[MD-N5b] a ticker of %s that is older than the newest is refused as late; after 20 in a row they go on from there',
    (of) => {
      const { frame } = heard()
      const bids = (text: string) => payloads(frame(text)).flatMap((said) => ('bid' in said ? [said.bid] : []))
      const [first, older] = [1_626_993_723_632, 1_626_993_623_632]
      expect(bids(quoted(first, 10, 11, of))).toEqual(['10'])
      expect(bids(quoted(first, 10.5, 11, of))).toEqual(['10.5'])
      const late = payloads(frame(quoted(older, 9, 11, of)))
      expect(late[0]).toMatchObject({ state: 'refused', code: 'late', reason: expect.stringContaining('2021-07-22') })
      expect(late.every((said) => 'code' in said)).toBe(true)
      expect(bids(quoted(first + 1, 12, 13, of))).toEqual(['12'])
      for (let n = 1; n < 20; n++) expect(bids(quoted(older + n, 9, 11, of))).toEqual([])
      expect(payloads(frame(quoted(older + 20, 9, 11, of)))).toMatchObject(
        of === 'BTC-PERPETUAL'
          ? [{ code: 'sequence_restarted' }, { bid: '9' }, { code: 'sequence_restarted', stream: 'funding' }, {}]
          : [{ code: 'sequence_restarted', stream: 'ticker' }, { bid: '9' }],
      )
      expect(bids(quoted(older + 21, 9.5, 11, of))).toEqual(['9.5'])
    },
  )

  it.each([name, 'BTC-PERPETUAL'])(
    '[MD-N8] a ticker of %s with its bid at its ask is flagged, and cleared when it is not',
    (of) => {
      const { frame } = heard()
      const codes = (text: string) =>
        payloads(frame(text)).flatMap((said) =>
          'code' in said ? [`${'state' in said ? said.state : ''} ${said.code}`] : [],
        )
      expect(codes(quoted(1_626_993_723_632, 10, 11, of))).toEqual([])
      expect(codes(quoted(1_626_993_723_633, 11, 11, of))).toEqual(['flagged crossed_book'])
      expect(codes(quoted(1_626_993_723_634, 12, 11, of))).toEqual([])
      expect(codes(quoted(1_626_993_723_635, 10, 11, of))).toEqual(['cleared crossed_book'])
    },
  )

  it('[MD-N8] a crossed book is flagged, and cleared when it is not', () => {
    const { frame } = heard()
    frame(snapshot(10))
    expect(payloads(frame(change(11, 10, '[["new",0.001,5]]')))).toMatchObject([
      { kind: 'delta' },
      { state: 'flagged', code: 'crossed_book', reason: 'best bid 0.0015, best ask 0.001' },
    ])
    expect(payloads(frame(change(12, 11, '[["delete",0.001,0]]')))).toMatchObject([
      { kind: 'delta' },
      { state: 'cleared', code: 'crossed_book' },
    ])
  })

  it('[MD-N8] so is a book whose best bid is its best ask', () => {
    const { frame } = heard()
    frame(snapshot(10))
    expect(payloads(frame(change(11, 10, '[["new",0.0015,5]]')))).toMatchObject([
      { kind: 'delta' },
      { state: 'flagged', code: 'crossed_book', reason: 'best bid 0.0015, best ask 0.0015' },
    ])
  })

  it('[MD-N5] trades by trade_seq: what is missing is a gap, what is repeated is refused', () => {
    const { frame } = heard()
    const trades = (...sequences: number[]) =>
      notify(
        `trades.${name}.raw`,
        `[${sequences.map((seq) => `{"trade_seq":${seq},"trade_id":"t${seq}","timestamp":1626993723632,"price":0.05,"amount":0.1,"direction":"sell","instrument_name":"${name}"}`).join()}]`,
      )
    expect(payloads(frame(trades(5, 6)))).toMatchObject([
      { kind: 'trade', price: '0.05', size: '0.1', aggressor: 'sell', tradeId: 't5', sequence: 5 },
      { sequence: 6 },
    ])
    expect(payloads(frame(trades(9)))).toMatchObject([
      { state: 'opened', fromSequence: 7, toSequence: 8 },
      { sequence: 9 },
    ])
    expect(payloads(frame(trades(6)))).toMatchObject([{ state: 'refused', code: 'repeated' }])
    expect(payloads(frame(trades(7, 8)))).toMatchObject([
      { sequence: 7 },
      { sequence: 8 },
      { state: 'closed', how: 'filled' },
    ])
  })

  it('[MD-N7] refuses what cannot be read, whole: one bad trade of two, a wrong instrument, numbers that are none', () => {
    const refused = (text: string) => {
      expect(payloads(heard().frame(text))).toMatchObject([{ state: 'refused', code: 'bad_frame' }])
    }
    refused(notify('ticker.ETH-PERPETUAL.raw', `{"instrument_name":"${name}"}`))
    refused(book('snapshot', 1, '', '[["new",-0.0015]]', '[]').replace('"new",', '"new",1,'))
    refused(book('change', 5, ',"prev_change_id":9', '[]', '[]'))
    refused(book('snapshot', 1, '', '[["open",1,2]]', '[]'))
    refused(book('snapshot', 1, '', '[["delete",1,2]]', '[]'))
    refused('{"jsonrpc":"2.0","method":"subscription","params":{"channel":"book.x.raw","data":{"change_id":01}}}')
    refused('{"a":1e999')
    refused('{}')
  })
})

describe('JSON numbers as text', () => {
  it('[MD-N4] stand as they were written; strings, also those that hold numbers and quotes, stay as they are', () => {
    expect(parseNumbersAsText('{"a":0.0500,"b":[-1.50e-7,2],"c":"1,2:[3]","d":"\\"4,\\\\","e":5,"f":true}')).toEqual({
      a: '0.0500',
      b: ['-1.50e-7', '2'],
      c: '1,2:[3]',
      d: '"4,\\',
      e: '5',
      f: true,
    })
    for (const text of ['{"a":01}', '[1.]', '[-]', '[1e]', '["a', '[1,]', '[+1]', '[.5]'])
      expect(() => parseNumbersAsText(text), text).toThrow(SyntaxError)
  })
})
