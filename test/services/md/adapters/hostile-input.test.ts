import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { zipSync } from 'fflate'
import { afterAll, describe, expect, it } from 'vitest'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { planCsvImport } from '#services/md/adapters/import-csv.ts'
import { planLeanImport } from '#services/md/adapters/import-lean.ts'
import type { ImportPlan } from '#services/md/adapters/import-plan.ts'
import { planImport } from '#services/md/adapters/plan-import.ts'
import { venueNamed } from '#services/md/adapters/venues.ts'
import { byHand } from './normalized.ts'
import { checkFacts, readPlan } from './read-plan.ts'

const root = mkdtempSync(join(tmpdir(), 'hostile-'))
afterAll(() => rmSync(root, { recursive: true }))

const megabyte = 'A'.repeat(1 << 20)
const nines = '9'.repeat(1 << 20)

/** A frame with the places where something may be wrong: `<price>`, `<size>`, `<symbol>`, `<text>`, `<levels>`, `<more>`. */
type Form = {
  readonly venue: string
  readonly name: string
  readonly frame: string
  readonly price: string
  readonly size: string
  readonly symbol: string
  readonly other: string
}
const deribit = (channel: string, data: string) =>
  `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"${channel}","data":${data}}}`
const ofBinance = { price: '"61.50"', size: '"2.5"', symbol: 'BTCUSDT', other: 'ETHUSDT' }
const ofCoin = { ...ofBinance, symbol: 'BTCUSD_PERP', other: 'ETHUSD_PERP' }
const ofDeribit = { price: '61.5', size: '20.0', symbol: 'BTC-PERPETUAL', other: 'ETH-PERPETUAL' }
const ofCcxt = { price: '"61.5"', size: '"2.5"', symbol: 'BTC/USD', other: 'BTC/\\u0000' }
const forms: readonly Form[] = [
  ...[
    { venue: 'binance', ...ofBinance },
    { venue: 'binance-usdm', ...ofBinance },
    { venue: 'binance-cm', ...ofCoin },
  ].flatMap((of) => [
    {
      ...{ ...of, name: 'trade' },
      frame:
        '{"stream":"<stream>@trade","data":{"e":"trade","E":1723161255343,"s":"<symbol>","t":7,"p":<price>,"q":<size>,"T":1723161255342,"m":true<more>}}',
    },
    {
      ...{ ...of, name: 'bookTicker' },
      frame:
        '{"stream":"<stream>@bookTicker","data":{"u":5,"s":"<symbol>","b":<price>,"B":<size>,"a":"99.5","A":"3"<more>}}',
    },
    {
      ...{ ...of, name: 'depth' },
      frame:
        '{"stream":"<stream>@depth@100ms","data":{"e":"depthUpdate","E":1723161255308,"s":"<symbol>","U":3,"u":7,"b":[[<price>,<size>]],"a":[["99.5","3"]]<more>}}',
    },
    {
      ...{ ...of, name: 'kline' },
      frame:
        '{"stream":"<stream>@kline_1m","data":{"e":"kline","E":1723161255308,"s":"<symbol>","k":{"t":1723161180000,"T":1723161239999,"s":"<symbol>","i":"1m","o":"61.5","c":<price>,"h":"61.5","l":"61.5","v":<size>,"n":7,"x":true<more>}}}',
    },
    {
      ...{ ...of, name: 'markPrice' },
      frame:
        '{"stream":"<stream>@markPrice@1s","data":{"e":"markPriceUpdate","E":1723161255308,"s":"<symbol>","p":<price>,"i":<size>,"r":"-0.0001","T":1723190400000<more>}}',
    },
    {
      ...{ ...of, name: 'markPrice of an index' },
      frame:
        '{"stream":"<stream>@markPrice@1s","data":{"e":"markPriceUpdate","E":1723161255308,"s":"<symbol>","p":<size>,"i":<price>,"r":"-0.0001","T":1723190400000<more>}}',
    },
  ]),
  {
    ...{ venue: 'deribit', name: 'trades', ...ofDeribit },
    frame: deribit(
      'trades.BTC-PERPETUAL.100ms',
      '[{"trade_seq":7,"trade_id":"96","timestamp":1626993722931,"price":<price>,"instrument_name":"<symbol>","direction":"buy","amount":<size><more>}]',
    ),
  },
  {
    ...{ venue: 'deribit', name: 'ticker', ...ofDeribit },
    frame: deribit(
      'ticker.BTC-PERPETUAL.100ms',
      '{"timestamp":1626993722931,"instrument_name":"<symbol>","best_bid_price":<price>,"best_bid_amount":<size>,"best_ask_price":99.5,"best_ask_amount":1.0,"mark_price":61.5<more>}',
    ),
  },
  ...(['mark', 'index'] as const).map((paidBy) => ({
    ...{ venue: 'deribit', name: `ticker of funding by the ${paidBy}`, ...ofDeribit },
    frame: deribit(
      'ticker.BTC-PERPETUAL.100ms',
      `{"timestamp":1626993722931,"instrument_name":"<symbol>","best_bid_price":60.5,"best_bid_amount":<size>,"best_ask_price":99.5,"best_ask_amount":1.0,"funding_8h":-1.0e-5,"${paidBy}_price":<price><more>}`,
    ),
  })),
  {
    ...{ venue: 'deribit', name: 'ticker of an option', ...ofDeribit, symbol: 'BTC-24SEP21-34000-P' },
    frame: deribit(
      'ticker.BTC-24SEP21-34000-P.100ms',
      '{"timestamp":1626993722931,"instrument_name":"<symbol>","best_bid_price":<price>,"best_bid_amount":<size>,"best_ask_price":99.5,"best_ask_amount":1.0,"mark_iv":61.5,"greeks":{"delta":0.5}<more>}',
    ),
  },
  {
    ...{ venue: 'deribit', name: 'book', ...ofDeribit },
    frame: deribit(
      'book.BTC-PERPETUAL.100ms',
      '{"type":"change","timestamp":1626993722319,"prev_change_id":6,"instrument_name":"<symbol>","change_id":7,"bids":[["new",<price>,<size>]],"asks":[]<more>}',
    ),
  },
  {
    ...{ venue: 'ccxt-kraken', name: 'trades', ...ofCcxt },
    frame:
      '{"watch":"trades","symbol":"<symbol>","trades":[{"id":"T1","timestamp":1723161256123,"price":<price>,"amount":<size>,"side":"sell"<more>}]}',
  },
  {
    ...{ venue: 'ccxt-kraken', name: 'quotes', ...ofCcxt },
    frame:
      '{"watch":"quotes","symbol":"<symbol>","ticker":{"bid":<price>,"bidVolume":<size>,"ask":"99.5","askVolume":"3.5","timestamp":1723161256123<more>}}',
  },
  ...[
    ['mark', '"markPrice":<price>,"indexPrice":<size>'],
    ['index', '"markPrice":<size>,"indexPrice":<price>'],
  ].map(([paidBy, prices]) => ({
    ...{ venue: 'ccxt-kraken', name: `funding by the ${paidBy}`, ...ofCcxt },
    frame: `{"watch":"funding","symbol":"<symbol>","funding":{"fundingRate":"-0.0001",${prices},"timestamp":1723161256123<more>}}`,
  })),
  {
    ...{ venue: 'ccxt-kraken', name: 'depth', ...ofCcxt },
    frame:
      '{"watch":"depth","symbol":"<symbol>","book":{"bids":[[<price>,<size>]],"asks":[["99.5","3.5"]],"timestamp":1723161256123<more>}}',
  },
]

type Values = { readonly price?: string; readonly size?: string; readonly symbol?: string; readonly more?: string }
const filled = ({ frame, price, size, symbol }: Form, odd: Values = {}): string =>
  frame
    .replace('<stream>', symbol.toLowerCase())
    .replaceAll('<symbol>', odd.symbol ?? symbol)
    .replace('<price>', odd.price ?? price)
    .replace('<size>', odd.size ?? size)
    .replace('<more>', odd.more ?? '')

/** As text where the venue sends text. */
const like = (value: string, number: string) => (value.startsWith('"') ? `"${number}"` : number)

/** What cannot be read: a status with the reason, and nothing of it told. */
const hostile: Readonly<Record<string, (form: Form) => string>> = {
  'cut in the middle': (form) => filled(form).slice(0, -30),
  'cut to one character': (form) => filled(form).slice(0, 1),
  'a price of NaN': (form) => filled(form, { price: like(form.price, 'NaN') }),
  'a price of Infinity': (form) => filled(form, { price: '"Infinity"' }),
  'a price of 1e400': (form) => filled(form, { price: like(form.price, '1e400') }),
  'a price of 1e-70': (form) => filled(form, { price: like(form.price, '1e-70') }),
  'a price below zero': (form) => filled(form, { price: like(form.price, '-61.5') }),
  'a price of zero': (form) => filled(form, { price: like(form.price, '0.0') }),
  'a price of 40 digits': (form) => filled(form, { price: like(form.price, '1'.repeat(40)) }),
  'a price that is a list': (form) => filled(form, { price: '[]' }),
  'a size below zero': (form) => filled(form, { size: like(form.size, '-2') }),
  'a size of NaN': (form) => filled(form, { size: like(form.size, 'NaN') }),
  'a price of 1 MB': (form) => filled(form, { price: `"${nines}"` }),
  'a symbol of 1 MB': (form) => filled(form, { symbol: megabyte }),
  'another symbol': (form) => filled(form, { symbol: form.other }),
  'no symbol': (form) => filled(form, { symbol: '' }),
  'a symbol that is a field of all objects': (form) => filled(form, { symbol: '__proto__' }),
  'a list of 200,000 lists': () => `[${'[],'.repeat(199_999)}[]]`,
  '100,000 lists in each other': () => `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  'text of 1 MB': () => JSON.stringify(megabyte),
}

const isBad = ({ topic, payload }: MarketFact) => topic === 'md.status' && payload.code === 'bad_frame'
const pricesOf = (facts: readonly MarketFact[]) =>
  facts.filter(({ topic }) => topic !== 'md.status' && topic !== 'md.gap').map(({ payload }) => payload)

const withoutNumbers = (payload: object): object =>
  Object.fromEntries(Object.entries(payload).filter(([field]) => !field.endsWith('Sequence')))

describe.each(forms)('[MD-N7] a $name of $venue', (form) => {
  const open = () => {
    const { venue, market } = venueNamed(form.venue)
    return byHand(venue.openDecoder({ market }))
  }
  const good = pricesOf(open().frame(filled(form)))

  it('is told as it is', () => {
    expect(JSON.stringify(good)).toContain(form.price.replaceAll('"', ''))
  })

  it.each(Object.keys(hostile))('with %s is one status with the reason; what comes next is told', (what) => {
    const feed = open()
    const facts = feed.frame((hostile[what] as (form: Form) => string)(form))
    checkFacts(facts)
    expect(pricesOf(facts)).toEqual([])
    const [bad, ...more] = facts.filter(isBad)
    expect([bad?.payload, more]).toEqual([expect.objectContaining({ reason: expect.stringMatching(/^.{8,300}$/) }), []])
    // Of a library's books each has a number, also one that cannot be read.
    const numbered = form.venue === 'ccxt-kraken' && form.name === 'depth'
    expect(pricesOf(feed.frame(filled(form)))).toMatchObject(numbered ? good.map(withoutNumbers) : good)
  })

  it('with fields that nobody knows is told as without', () => {
    const more = `,"unknown":{"a":[1,2,{"b":"${'x'.repeat(5_000)}"}]},"__proto__":{"price":"1"},"another":null`
    expect(pricesOf(open().frame(filled(form, { more })))).toEqual(good)
    expect(pricesOf(open().frame(filled(form, { more: `,"long":"${megabyte}"` })))).toEqual(good)
  })
})

/** `<high>` and `<low>` of a bar that opens at 61.5 and closes at 62; a side of a snapshot is `<levels>`. */
const wholes: readonly (readonly [venue: string, name: string, text: string])[] = [
  ...[
    ['binance', 'BTCUSDT'],
    ['binance-usdm', 'BTCUSDT'],
    ['binance-cm', 'BTCUSD_PERP'],
  ].flatMap(([venue = '', symbol = '']): [string, string, string][] => [
    [
      venue,
      'bar',
      `{"stream":"${symbol.toLowerCase()}@kline_1m","data":{"e":"kline","E":1723161255308,"s":"${symbol}","k":{"t":1723161180000,"T":1723161239999,"s":"${symbol}","i":"1m","o":"61.5","c":"62.0","h":"<high>","l":"<low>","v":"2","n":7,"x":true}}}`,
    ],
    [venue, 'bids', '{"lastUpdateId":7,"bids":[<levels>],"asks":[["99.5","3"]]}'],
    [venue, 'asks', '{"lastUpdateId":7,"bids":[["9.5","3"]],"asks":[<levels>]}'],
  ]),
  ...['bids', 'asks'].map((side): [string, string, string] => [
    'deribit',
    side,
    deribit(
      'book.BTC-PERPETUAL.100ms',
      `{"type":"snapshot","timestamp":1626993722319,"instrument_name":"BTC-PERPETUAL","change_id":7,"bids":[],"asks":[]}`.replace(
        `"${side}":[]`,
        `"${side}":[<levels>]`,
      ),
    ),
  ]),
  [
    'ccxt-kraken',
    'bar',
    '{"watch":"bars","symbol":"BTC/USD","timeframe":"1m","bars":[["1723161180000","61.5","<high>","<low>","62.0","2"],["1723161240000","62","62","62","62","1"]]}',
  ],
  ...['bids', 'asks'].map((side): [string, string, string] => [
    'ccxt-kraken',
    side,
    `{"watch":"depth","symbol":"BTC/USD","book":{"bids":[],"asks":[],"timestamp":1723161256123}}`.replace(
      `"${side}":[]`,
      `"${side}":[<levels>]`,
    ),
  ]),
]
const ordered = {
  high: '62.5',
  low: '61.0',
  levels: [
    ['61.5', '1'],
    ['62.0', '3'],
  ],
}
const disordered: readonly Partial<typeof ordered>[] = [
  {
    high: '60.0',
    low: '63.0',
    levels: [
      ['61.5', '1'],
      ['61.50', '2'],
    ],
  },
  {
    high: '61.9',
    levels: [
      ['61.5', '0'],
      ['62', '1'],
      ['61.5', '1'],
    ],
  },
  {
    low: '61.6',
    levels: [
      ['61.5', '1'],
      ['61.5', '1'],
    ],
  },
]

describe.each(wholes)('[MD-N7] of %s %s', (name, _, form) => {
  const written = (odd: Partial<typeof ordered> = {}) => {
    const { high, low, levels } = { ...ordered, ...odd }
    const cells = levels.map((level) => JSON.stringify(name === 'deribit' ? ['new', ...level] : level))
    return form.replace('<high>', high).replace('<low>', low).replace('<levels>', cells.join())
  }
  const open = () => {
    const { venue, market } = venueNamed(name)
    const symbol = market === 'cm' ? 'BTCUSD_PERP' : 'BTCUSDT'
    const feed = byHand(venue.openDecoder({ market }))
    // A snapshot is of the symbol of the frames before it.
    if (name.startsWith('binance'))
      feed.frame(`{"u":5,"s":"${symbol}","b":"61","B":"1","a":"99.5","A":"3","e":"bookTicker"}`)
    return feed
  }

  it.each(disordered)('what cannot be so is refused with the reason: %j', (odd) => {
    const feed = open()
    const facts = feed.frame(written(odd))
    checkFacts(facts)
    expect(pricesOf(facts)).toEqual([])
    expect(facts.filter(isBad).map(({ payload }) => payload)).toEqual([
      expect.objectContaining({ reason: expect.stringMatching(/twice|is below|is above/) }),
    ])
    expect(pricesOf(feed.frame(written()))).toHaveLength(1)
  })
})

const placed = (path: string, content: string | Uint8Array): string => {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
  return file
}
const lean = (path: string) => (text: string) =>
  planLeanImport([placed(path, zipSync({ 'a.csv': Buffer.from(text) }, { level: 0 }))], { keepsSuspicious: true })
const archive = (name: string) => (text: string) => planImport('archive', [placed(`${name}.csv`, text)], {})
const csv = (header: string) => (text: string) =>
  planCsvImport([placed('a.csv', `${header}\n${text}`)], { instrument: 'X.V', interval: '1m' })

/** A line of a file; `<price>` and `<size>` are what may be wrong in it. `scale` of prices that are whole numbers of ten-thousandths. */
const lines: readonly (readonly [
  name: string,
  line: string,
  plan: (text: string) => ImportPlan | Promise<ImportPlan>,
])[] = [
  ['bar of a CSV', '1600000000,<price>,<price>,<price>,<price>,<size>', csv('time,open,high,low,close,volume')],
  ['trade of a CSV', '1600000000,<price>,<size>', csv('time,price,size')],
  ['quote of a CSV', '1600000000,<price>,<size>,99,1', csv('time,bid,bid_size,ask,ask_size')],
  [
    'bar of LEAN',
    '34200000,<price>,<price>,<price>,<price>,<size>',
    lean('crypto/coinbase/minute/btcusd/20131007_trade.zip'),
  ],
  [
    'bar of LEAN in ten-thousandths',
    '34200000,<price>,<price>,<price>,<price>,<size>',
    lean('equity/usa/minute/x/20131007_trade.zip'),
  ],
  ['trade of LEAN', '34200000,<price>,<size>,P,0,0', lean('equity/usa/tick/x/20131007_trade.zip')],
  ['quote of LEAN', '34200000,<price>,<size>,99,1,P,0,0', lean('equity/usa/tick/x/20131007_quote.zip')],
  [
    'kline of the archive',
    '1735689600000,<price>,<price>,<price>,<price>,<size>,1735689659999,1,7,1,1,0',
    archive('BTCUSDT-1m-2025-01-01'),
  ],
  ['trade of the archive', '1,<price>,<size>,1,1723075200000,true', archive('BTCUSDT-trades-2024-08-08')],
  [
    'quote of the archive',
    '1,<price>,<size>,99,1,1723075200000,1723075200001',
    archive('BTCUSDT-bookTicker-2024-08-08'),
  ],
]
const badCells: Readonly<Record<string, { readonly price?: string; readonly size?: string }>> = {
  ...Object.fromEntries(
    ['NaN', 'Infinity', '1e400', '1e-70', '-61', '-0', '0x10', '１', nines, '1'.repeat(40)].map((price) => [
      `a price of ${price.slice(0, 12)}, ${price.length} characters`,
      { price },
    ]),
  ),
  ...Object.fromEntries(
    ['NaN', '-2', '1e400', '1234567890123456', `0.${'0'.repeat(31)}`.concat('1'), nines].map((size) => [
      `a size of ${size.slice(0, 12)}, ${size.length} characters`,
      { size },
    ]),
  ),
}

describe.each(lines)('[MD-I10] [MD-I10a] a %s', (_, line, planOf) => {
  const cells = ({ price = '61', size = '2' }) => line.replaceAll('<price>', price).replace('<size>', size)
  const good = async () => readPlan(await planOf(cells({}))).facts

  it('is told as it is', async () => {
    expect(await good()).toHaveLength(1)
  })

  it.each(Object.keys(badCells))(
    'with %s is refused with its line, or counted, and what comes next is told',
    async (what) => {
      const text = `${cells(badCells[what] ?? {})}\n${cells({})}`
      const refusing = await planOf(text)
      expect(() => readPlan(refusing)).toThrow(/^.{8,200}$/)
      const { facts, leftOut } = readPlan(await planOf(text), true)
      expect(leftOut.badLines).toBe(1)
      expect(facts).toEqual(await good())
    },
  )

  it('with a price of zero is not told', async () => {
    const { facts, leftOut } = readPlan(await planOf(cells({ price: '0' })), true)
    expect([facts, leftOut.badLines]).toEqual([[], 1])
  })

  it('cut in the middle is refused', async () => {
    const { facts, leftOut } = readPlan(await planOf(cells({}).slice(0, line.indexOf('<price>') - 1)), true)
    expect([facts, leftOut.badLines]).toEqual([[], 1])
  })
})
