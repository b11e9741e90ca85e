import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { zipSync } from 'fflate'
import { afterAll, describe, it } from 'vitest'
import { UserError } from '#lib/terminal/user-error.ts'
import { planCsvImport } from '#services/md/adapters/import-csv.ts'
import { planLeanImport } from '#services/md/adapters/import-lean.ts'
import type { ImportPlan } from '#services/md/adapters/import-plan.ts'
import { planRawImport } from '#services/md/adapters/import-raw.ts'
import { checkFacts, readPlan } from './read-plan.ts'

const root = mkdtempSync(join(tmpdir(), 'fuzz-'))
afterAll(() => rmSync(root, { recursive: true }))

const seed = Number(process.env.FUZZ_SEED ?? 20_261_124)
const runs = { seed, numRuns: 600 }

/** Nothing but a UserError comes out, with and without the bad lines; what is told fits its schema and never goes back. */
function holds(plan: () => ImportPlan): void {
  for (const skipsBadLines of [false, true]) {
    try {
      const planned = plan()
      // As an import does: once to see what is there, once to write it.
      checkFacts(readPlan(planned, skipsBadLines).facts)
      checkFacts(readPlan(planned, skipsBadLines).facts)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
    }
  }
}

function placed(path: string, content: string | Uint8Array): string {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
  return file
}

const odd = fc.constantFrom(
  ...['', ' ', '0', '-0', '-1', '1e3', '1e-70', '1e400', '.5', '5.', '007', '+1', 'NaN', 'Infinity', '0x10', '1_000'],
  ...[
    '"',
    '""',
    '"1',
    '1"2',
    '1;2',
    '\t',
    '\u0000',
    '\ufeff',
    '１',
    'null',
    '1,000.5',
    '99999999999999999999.123456789',
  ],
)
const number = fc.oneof(
  fc.nat(200).map(String),
  fc.nat(1_000_000).map((n) => (n / 100).toFixed(2)),
)
const cell = fc.oneof({ weight: 8, arbitrary: number }, { weight: 2, arbitrary: odd }, fc.string({ maxLength: 12 }))
const csvTime = fc.oneof(
  fc.integer({ min: 1_600_000_000, max: 1_600_000_400 }).map(String),
  fc.constantFrom('2020-09-13', '2020-09-13T12:26:40Z', '2021-11-07 01:30', '2021-02-30', '1970-01-01', '20200913'),
  fc.constantFrom('16000000000', '253402300800', '9007199254740993', '0', '-5', '2020-09-13T12:26:40+99:99'),
  cell,
)
const linesOf = (time: fc.Arbitrary<string>, cells: number, delimiter = ',') =>
  fc
    .array(
      fc.oneof(
        { weight: 9, arbitrary: fc.tuple(time, fc.array(cell, { minLength: cells - 1, maxLength: cells - 1 })) },
        fc.tuple(time, fc.array(cell, { maxLength: 14 })),
      ),
      { maxLength: 6 },
    )
    .map((rows) => rows.map(([at, rest]) => [at, ...rest].join(delimiter)))

describe(`line parsers on broken input (FUZZ_SEED=${seed})`, () => {
  const headers = [
    'time,open,high,low,close,volume',
    'time,price,size,side',
    'time,bid,bid_size,ask,ask_size',
    '',
    'a,b',
  ]
  it('[MD-I10] CSV', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...headers),
        linesOf(csvTime, 6),
        fc.constantFrom('UTC', 'America/New_York'),
        fc.constantFrom('1m', '1d'),
        fc.constantFrom('start' as const, 'end' as const),
        fc.constantFrom('auto', 's', 'ns', 'iso', 'yyyy-MM-dd HH:mm'),
        (header, lines, zone, interval, timeIs, timeFormat) => {
          const file = placed('a.csv', [...(header === '' ? [] : [header]), ...lines].join('\n'))
          holds(() => planCsvImport([file], { instrument: 'X.V', zone, interval, timeIs, timeFormat }))
        },
      ),
      runs,
    )
  })

  const places: readonly (readonly [string, number])[] = [
    ['equity/usa/minute/x/20131007_trade.zip', 6],
    ['equity/usa/daily/x.zip', 6],
    ['equity/usa/tick/x/20131007_trade.zip', 6],
    ['equity/usa/tick/x/20131007_quote.zip', 8],
    ['forex/fxcm/hour/eurusd.zip', 11],
    ['forex/oanda/tick/eurusd/20131007_quote.zip', 3],
    ['crypto/coinbase/minute/btcusd/20131007_trade.zip', 6],
  ]
  const leanTime = fc.oneof(
    fc.nat(90_000_000).map(String),
    fc.constantFrom('611.25', '20131007 00:00', '20130230 00:00', '20131007 25:61', '99991231 23:00', '19000101 00:00'),
    cell,
  )
  it('[MD-I10] LEAN', () => {
    const place = fc
      .constantFrom(...places)
      .chain(([path, cells]) => fc.tuple(fc.constant(path), linesOf(leanTime, cells)))
    fc.assert(
      fc.property(place, fc.constantFrom('bid' as const, 'mid' as const), ([path, lines], side) => {
        const file = placed(path, zipSync({ 'a.csv': Buffer.from(lines.join('\n')) }, { level: 0 }))
        holds(() => planLeanImport([file], { side, keepsSuspicious: true }))
      }),
      runs,
    )
  })

  const text = fc.oneof({ weight: 6, arbitrary: number }, odd)
  const value = fc.oneof({ weight: 6, arbitrary: fc.nat(2_000_000_000_000) }, text, fc.jsonValue({ maxDepth: 1 }))
  const level = fc.oneof({ weight: 5, arbitrary: fc.tuple(text, text) }, fc.array(value, { maxLength: 3 }))
  const levels = fc.oneof({ weight: 5, arbitrary: fc.array(level, { maxLength: 3 }) }, value)
  const symbol = fc.constantFrom('BTCUSDT', 'ETHUSDT', 'BTCUSD_PERP', 'btc', '', 'BTCUSDT_240927', 'BTCUSDT_999999')
  const time = fc.oneof({ weight: 6, arbitrary: fc.nat(2_000_000_000_000) }, value)
  const frame = fc.oneof(
    fc.record({
      e: fc.constantFrom('trade', 'aggTrade'),
      s: symbol,
      t: time,
      a: time,
      p: text,
      q: text,
      m: fc.boolean(),
      T: time,
    }),
    fc.record({ s: symbol, e: fc.constant('bookTicker'), u: time, b: text, B: text, a: text, A: text }),
    fc.record({ e: fc.constant('depthUpdate'), s: symbol, E: time, U: fc.nat(9), u: fc.nat(20), b: levels, a: levels }),
    fc.record(
      { lastUpdateId: time, bids: levels, asks: levels, symbol },
      { requiredKeys: ['lastUpdateId', 'bids', 'asks'] },
    ),
    fc.jsonValue({ maxDepth: 2 }),
  )
  const frameLine = fc
    .tuple(fc.constantFrom('1723161253937085768 ', '9999999999999999999 ', '0000000000000000000 ', '17 ', ''), frame)
    .map(([received, body]) => received + JSON.stringify(body))
  it('[MD-I10] recordings of Binance', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 9, arbitrary: frameLine }, fc.string()), { maxLength: 6 }), (lines) => {
        const file = placed('frames.txt', lines.join('\n'))
        holds(() => planRawImport([file], 'binance'))
      }),
      runs,
    )
  })

  const optionName = fc.constantFrom('BTC-30JUL21-24000-P', 'ETH-PERPETUAL', 'BTC-30XXX21', 'btc', '', 'BTC_USDC', 7)
  const action = fc.constantFrom('new', 'change', 'delete', 'other')
  const number_ = fc.oneof({ weight: 6, arbitrary: fc.double({ noNaN: true }) }, value)
  const deribitLevels = fc.array(
    fc.oneof({ weight: 5, arbitrary: fc.tuple(action, number_, number_) }, fc.array(value)),
    { maxLength: 3 },
  )
  const book = fc.record(
    {
      type: fc.constantFrom('snapshot', 'change'),
      timestamp: time,
      instrument_name: optionName,
      change_id: time,
      prev_change_id: time,
      bids: deribitLevels,
      asks: deribitLevels,
    },
    { requiredKeys: ['timestamp', 'instrument_name'] },
  )
  const quoteOf = fc.record({
    timestamp: time,
    instrument_name: optionName,
    best_bid_price: number_,
    best_bid_amount: number_,
    best_ask_price: number_,
    best_ask_amount: number_,
    mark_iv: number_,
    greeks: fc.oneof(fc.record({ delta: number_ }), value),
  })
  const trades = fc.array(
    fc.record({
      timestamp: time,
      instrument_name: optionName,
      price: number_,
      amount: number_,
      direction: fc.constantFrom('buy', 'sell', ''),
      trade_id: fc.oneof(text, time),
      trade_seq: time,
    }),
    { maxLength: 2 },
  )
  const channel = fc
    .tuple(fc.constantFrom('book', 'ticker', 'trades', 'quote'), optionName)
    .map(([kind, name]) => `${kind}.${name}.raw`)
  const notification = fc.record({
    method: fc.constant('subscription'),
    params: fc.record({ channel, data: fc.oneof(book, quoteOf, trades, value) }),
  })
  it('[MD-N7] captures of Deribit in JSON and in text', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.oneof({ weight: 9, arbitrary: notification.map((one) => JSON.stringify(one)) }, fc.string()),
            fc.nat(2_000_000_000),
          ),
          { maxLength: 6 },
        ),
        (records) => {
          const json = records.map(([data, ts]) => JSON.stringify({ t: 'recv', conn: 'c', ts, data }))
          holds(() => planRawImport([placed('frames.jsonl', json.join('\n'))], 'deribit'))
          holds(() =>
            planRawImport([placed('frames', records.map(([data, ts]) => `${ts}.5: ${data}`).join('\n'))], 'deribit'),
          )
        },
      ),
      { ...runs, numRuns: 200 },
    )
  })
})
