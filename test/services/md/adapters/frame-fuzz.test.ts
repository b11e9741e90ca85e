import { expect, it } from 'vitest'
import { drawBelow, type SeededRandom, seedRandom } from '#lib/market/seeded-random.ts'
import { catalogue } from '#schemas/catalogue.ts'
import { endOfDayChains } from '#services/md/adapters/chain-files/end-of-day.ts'
import { universeChain } from '#services/md/adapters/chain-files/lean-universe.ts'
import { venueChains } from '#services/md/adapters/chain-files/venue-json.ts'
import { LineFault } from '#services/md/adapters/line-fault.ts'
import type { Decoder } from '#services/md/adapters/normalize/decoder.ts'
import { jsonValue } from '#services/md/adapters/normalize/read-fields.ts'
import { parseNumbersAsText } from '#services/md/adapters/number-text.ts'
import { venueNamed } from '#services/md/adapters/venues.ts'
import { byHand } from './normalized.ts'

const seed = Number(process.env.FUZZ_SEED ?? 20_261_126)
const runs = Number(process.env.FUZZ_RUNS ?? 1_500)

const deribit = (channel: string, data: string) =>
  `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"${channel}","data":${data}}}`
const good: Readonly<Record<string, readonly string[]>> = {
  binance: [
    '{"stream":"btcusdt@bookTicker","data":{"u":50093239212,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000","a":"61837.64000000","A":"1.54698000"}}',
    '{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}}',
    '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161255308,"s":"BTCUSDT","U":50093239203,"u":50093239207,"b":[["55653.87000000","0.00000000"]],"a":[["61838.04000000","0.32332000"]]}}',
    '{"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1723161255308,"s":"BTCUSDT","k":{"t":1723161240000,"T":1723161299999,"s":"BTCUSDT","i":"1m","o":"61.5","c":"62.5","h":"63.5","l":"60.5","v":"10.25","n":7,"x":true}}}',
  ],
  'binance-usdm': [
    '{"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1723161256299,"T":1723161256298,"s":"BTCUSDT","U":5123107832006,"u":5123107837557,"pu":5123107831937,"b":[["58710.20","0.014"],["61496.50","0.010"]],"a":[["61510.90","0.000"]]}}',
    '{"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":5123107839020,"s":"BTCUSDT","b":"61800.20","B":"2.507","a":"61800.30","A":"2.510","T":1723161256313,"E":1723161256313}}',
    '{"stream":"btcusdt@markPrice@1s","data":{"e":"markPriceUpdate","E":1723161256000,"s":"BTCUSDT","p":"61800.25","i":"61801.75","r":"0.00010000","T":1723190400000}}',
  ],
  deribit: [
    deribit(
      'ticker.BTC-24SEP21-34000-P.100ms',
      '{"underlying_price":32366.75,"underlying_index":"BTC-24SEP21","timestamp":1626993722931,"stats":{"volume":0.9,"price_change":0.0,"low":0.2245,"high":0.2245},"state":"open","open_interest":14.1,"mark_price":0.15670957,"mark_iv":76.57,"last_price":0.2245,"instrument_name":"BTC-24SEP21-34000-P","greeks":{"vega":53.80944,"theta":-32.50023,"rho":-36.79578,"gamma":0.00004,"delta":-0.4979},"bid_iv":75.84,"best_bid_price":0.1555,"best_bid_amount":0.8,"best_ask_price":0.1585,"best_ask_amount":11.2,"ask_iv":77.64}',
    ),
    deribit(
      'book.BTC-PERPETUAL.100ms',
      '{"type":"change","timestamp":1626993722319,"prev_change_id":33195894163,"instrument_name":"BTC-PERPETUAL","change_id":33195894164,"bids":[["new",32000.5,153.0],["delete",31999.5,0.0]],"asks":[["change",32001.5,94.7]]}',
    ),
    deribit(
      'trades.BTC-PERPETUAL.100ms',
      '[{"trade_seq":66199051,"trade_id":"96017461","timestamp":1626993722931,"price":32001.5,"instrument_name":"BTC-PERPETUAL","direction":"buy","amount":20.0}]',
    ),
  ],
  'independent-reserve': [
    '{"Channel":"ticker-eth-aud","Nonce":78,"Data":{"TradeGuid":"6d1c2e90-592a-409c-a8d8-58b2d25e0b0b","Pair":"eth-aud","TradeDate":"2022-01-31T19:28:26.552573+11:00","Price":3650.81,"Volume":0.543,"BidGuid":"0430e003-c35e-410e-85f5-f0bb5c40193b","OfferGuid":"559c1dd2-e681-4efc-b49b-14a07c069de4","Side":"Sell"},"Time":1643578106584,"Event":"Trade"}',
    '{"Channel":"orderbook-dot","Nonce":4908,"Data":{"OrderType":"LimitOffer","OrderGuid":"be3c69b7-1c5e-446f-b80d-8398aae065c5","Price":{"aud":31.5105,"usd":23.7243,"nzd":34.3252,"sgd":32.1339},"Volume":14.72539},"Time":1649023809209,"Event":"NewOrder"}',
  ],
  'ccxt-kraken': [
    '{"watch":"trades","symbol":"BTC/USD","trades":[{"id":"T1","timestamp":1723161256123,"price":"61828.15","amount":"0.25","side":"sell"}]}',
    '{"watch":"quotes","symbol":"BTC/USD","ticker":{"bid":"61828.15","bidVolume":"2.5","ask":"61828.25","askVolume":"3.5","timestamp":1723161256123}}',
    '{"watch":"depth","symbol":"BTC/USD","book":{"bids":[["61828.15","2.5"]],"asks":[["61828.25","3.5"]],"timestamp":1723161256123}}',
    '{"watch":"bars","symbol":"BTC/USD","timeframe":"1m","bars":[["1723161240000","61.5","63.5","60.5","62.5","10.25"],["1723161300000","61.5","63.5","60.5","62.5","10.25"]]}',
    '{"watch":"funding","symbol":"BTC/USD:USD","funding":{"fundingRate":"0.00015","markPrice":"61828.15","fundingTimestamp":1723190400000}}',
  ],
}

const odd = [
  ...['NaN', 'Infinity', '-1', '-0', '1e3', '1e-70', '1e400', '0x10', '007', '.5', '5.', '"', '\\', '\u0000', '１', ''],
  ...['null', 'true', '{}', '[]', '[[]]', '[["1"]]', '[["1","2","3","4"]]', '"-5"', '"1e3"', '"NaN"', '""', '{"a":1}'],
  ...[
    '0',
    '"0"',
    '"0.00"',
    '0.50',
    '"61500.500000000"',
    '"61500.5000000001"',
    '"61500."',
    '[["0.0","1"]]',
    '[["5","0.0"]]',
  ],
  ...['99999999999999999999', '9007199254740993', '1.23456789012345678', '"BTC-30XXX21"', '"ETHUSDT"', '"__proto__"'],
]

/** A frame with something wrong in it, or nothing. */
function spoilt(random: SeededRandom, frames: readonly string[]): string {
  const pick = <T>(from: readonly T[]): T => from[drawBelow(random, from.length)] as T
  let text = pick(frames)
  for (let times = drawBelow(random, 3); times > 0; times--) {
    const at = drawBelow(random, text.length + 1)
    const values = [...text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.]*|true|false|null/g)]
    const value = pick(values)
    const place = value?.index ?? 0
    const end = place + (value?.[0].length ?? 0)
    switch (drawBelow(random, 7)) {
      case 0:
        text = text.slice(0, at)
        break
      case 1:
        text = `${text.slice(0, at)}${String.fromCharCode(32 + drawBelow(random, 95))}${text.slice(at + 1)}`
        break
      case 2:
        text = `${text.slice(0, place)}${pick(odd)}${text.slice(end)}`
        break
      case 3:
        text = `${text.slice(0, place)}${value?.[0].startsWith('"') ? `"${pick(odd).replace(/["\\]/g, '')}"` : pick(odd)}${text.slice(end)}`
        break
      case 4:
        text = text.replace('{', `{"unknown":${pick(odd)},`)
        break
      case 5:
        text = text.replace(
          /\[\[.*?\]\]/,
          (levels) => `[${`${levels.slice(1, -1)},`.repeat(40)}${levels.slice(1, -1)}]`,
        )
        break
      case 6:
        if (drawBelow(random, 40) === 0) text = `${text.slice(0, place)}"${'9'.repeat(1 << 20)}"${text.slice(end)}`
    }
  }
  return text
}

it.each(Object.keys(good))(
  '[MD-N7] %s: whatever is wrong with a frame, nothing crashes and no price is told that was not sent',
  (name) => {
    const { venue, market } = venueNamed(name)
    const frames = good[name] as readonly string[]
    const random = seedRandom(seed)
    let [told, refused] = [0, 0]
    for (let round = 0; round < runs / 50; round++) {
      const feed = byHand(venue.openDecoder({ market }), round % 2 === 0)
      let all = ''
      for (let i = 0; i < 50; i++) {
        const text = spoilt(random, frames)
        all += text
        const facts = feed.frame(text)
        for (const { topic, payload } of [...facts, ...(i === 49 ? feed.end() : [])]) {
          const about = `FUZZ_SEED=${seed} ${text.slice(0, 500)}`
          expect(
            catalogue[topic].schema.safeParse(payload).success,
            `${JSON.stringify(payload).slice(0, 300)} of ${about}`,
          ).toBe(true)
          if (topic === 'md.status') refused += payload.code === 'bad_frame' ? 1 : 0
          else if (topic !== 'md.gap') told++
          for (const price of pricesIn(payload))
            if (!all.includes(price)) expect(numbersIn(all), `${price} of ${about}`).toContain(Number(price))
        }
      }
    }
    expect(Math.min(told, refused)).toBeGreaterThan(runs / 20)
  },
  300_000,
)

it.each(['binance', 'binance-usdm', 'deribit'])(
  '[MD-N7] %s: a frame is told or refused in the same words whether it is the first of its form or comes after others',
  (name) => {
    const { venue, market } = venueNamed(name)
    const random = seedRandom(seed)
    for (let round = 0; round < runs / 50; round++) {
      const decoder = venue.openDecoder({ market })
      for (const frame of good[name] as readonly string[]) saidOf(decoder, frame)
      for (let i = 0; i < 50; i++) {
        const text = spoilt(random, good[name] as readonly string[])
        expect(saidOf(decoder, text), `FUZZ_SEED=${seed} ${text.slice(0, 500)}`).toBe(
          saidOf(venue.openDecoder({ market }), text),
        )
      }
    }
  },
  300_000,
)

/** Listings are told once. */
function saidOf(decoder: Decoder, text: string): string {
  const said: unknown[] = []
  const take = (...words: unknown[]) => void said.push(words)
  const sink = { say: take, trade: take, quote: take, depth: take, subscribed: take, leaveOut: take }
  try {
    decoder.read(
      { kind: 'frame', at: 0, connection: '', text },
      { ...sink, trouble: take, delisted: take, listing: () => undefined },
    )
  } catch (error) {
    if (!(error instanceof LineFault)) throw error
    said.push(error.message)
  }
  return JSON.stringify(said)
}

it('[MD-I16] files of chains: a bad row is one fault, a bad file another, and nothing else', () => {
  const random = seedRandom(seed)
  const eod =
    'underlying,underlying_last,exchange,optionroot,type,expiration,quotedate,strike,last,net,bid,ask,volume,openinterest,impliedvol,delta,gamma,theta,vega\nSPX,2919.04,CBOE,SPXW190426C00800000,call,04/26/2019,04/25/2019,800.0,0.0,0.0,2109.9,2128.2,0,2,7.9432,0.9985,0.0,0,0\n'
  const universe =
    '#expiry,strike,right,open,high,low,close,volume,open_interest,implied_volatility,delta,gamma,vega,theta,rho\n20140606,492.5,C,140.5,142.7,130.4,135.8250,3,,2.57,0.87,0.001,0.1,-4.6,0.03\n'
  const json =
    '{"timestamp":"2024-01-19 20:45:00","data":{"symbol":"^SPX","current_price":4839.81,"options":[{"option":"SPXW240119P04800500","bid":1.5,"ask":1.75,"iv":0.2,"open_interest":5.0,"volume":3.0,"delta":-0.1,"gamma":0.01,"theta":-0.1,"vega":0.1,"rho":0.0}]}}'
  let faults = 0
  const onBadLine = () => void faults++
  for (let i = 0; i < runs; i++)
    for (const run of [
      () => endOfDayChains(spoilt(random, [eod]).split('\n'), onBadLine),
      () => [universeChain(spoilt(random, [universe]).split('\n'), 'aapl/20140605.csv', onBadLine)],
      () => venueChains(jsonValue(spoilt(random, [json]), parseNumbersAsText)),
    ])
      try {
        for (const { at, rows } of run()) {
          expect(Number.isSafeInteger(at), `${at} of ${run}`).toBe(true)
          for (const { tick } of rows) expect(catalogue['md.option.tick'].schema.safeParse(tick).error).toBeUndefined()
        }
      } catch (error) {
        if (!(error instanceof LineFault)) throw error
        faults++
      }
  expect(faults).toBeGreaterThan(runs / 10)
}, 300_000)

/** `.5`, `5e-1`: what is written in another form is still the same number. */
const numbersIn = (text: string): number[] => (text.match(/[-+]?[\d.]+(?:[eE][-+]?\d+)?/g) ?? []).map(Number)

/** Every exact text of a payload. */
function pricesIn(payload: object): string[] {
  const fields = [
    'price',
    'size',
    'bid',
    'bidSize',
    'ask',
    'askSize',
    'last',
    'markPrice',
    'indexPrice',
    'rate',
    'open',
    'high',
    'low',
    'close',
  ]
  const single = fields.map((field) => (payload as Record<string, unknown>)[field])
  const { bids = [], asks = [] } = payload as { bids?: string[][]; asks?: string[][] }
  return [...single, ...bids.flat(), ...asks.flat()].filter((one): one is string => typeof one === 'string')
}
