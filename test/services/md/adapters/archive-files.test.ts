import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import type { SchemaElement } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, describe, expect, it } from 'vitest'
import type { MarketFact } from '#lib/market/market-fact.ts'
import type { ImportPlan } from '#services/md/adapters/import-plan.ts'
import { mergeByTime } from '#services/md/adapters/merge-by-time.ts'
import { type ImportChoices, type ImportFormat, planImport } from '#services/md/adapters/plan-import.ts'
import { countingReport, nothingLeftOut } from '#services/md/adapters/read-report.ts'

const root = mkdtempSync(join(tmpdir(), 'archive-'))
afterAll(() => rmSync(root, { recursive: true }))

const zipped = (name: string, text: string): string => {
  const file = join(root, `${name}.zip`)
  writeFileSync(file, zipSync({ [`${name}.csv`]: new TextEncoder().encode(text) }))
  return file
}
const factsOf = (plan: ImportPlan): MarketFact[] => {
  try {
    return [...mergeByTime(plan.sources, countingReport(nothingLeftOut(), false))]
  } finally {
    plan.close?.()
  }
}
const read = async (format: ImportFormat, file: string, choices: ImportChoices = {}) =>
  factsOf(await planImport(format, [file], choices))

describe("files of Binance's public archive", () => {
  it('[MD-I14] klines of the spot market: no header; microseconds since 2025, milliseconds before', async () => {
    const row = (start: string, end: string) =>
      `${start},93576.00000000,93610.93000000,93537.50000000,93610.93000000,8.21827000,${end},768978.85522470,2631,3.95157000,369757.32652890,0`
    const micros = zipped('BTCUSDT-1m-2025-01-01', `${row('1735689600000000', '1735689659999999')}\n`)
    const millis = zipped('BTCUSDT-1m-2024-12-31', row('1735689540000', '1735689599999'))
    const bar = {
      ...{ instrument: 'BTCUSDT.BINANCE', interval: '1m', open: '93576.00000000', high: '93610.93000000' },
      ...{ low: '93537.50000000', close: '93610.93000000', volume: '8.21827000', trades: 2631 },
    }
    const start = 1_735_689_600_000_000
    expect(await read('archive', micros)).toEqual([
      { at: start + 60_000_000, topic: 'md.bar', payload: { ...bar, start, end: start + 60_000_000 } },
    ])
    expect(await read('archive', millis)).toEqual([
      { at: start, topic: 'md.bar', payload: { ...bar, start: start - 60_000_000, end: start } },
    ])
  })

  it('[MD-I14] files of futures have a header, and are of the market that is named or of their folder', async () => {
    const header = 'agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker'
    const file = zipped(
      'BTCUSDT-aggTrades-2024-08-08',
      `${header}\n2254,61828.1,0.002,5,6,1723161256208,true\n2255,61828.2,0.5,7,7,1723161256208,false\n`,
    )
    const facts = await read('archive', file, { venue: 'binance-usdm' })
    expect(facts.map(({ at, payload }) => ({ at, ...payload }))).toEqual([
      {
        ...{
          at: 1_723_161_256_208_000,
          kind: 'trade',
          instrument: 'BTCUSDT-PERP.BINANCE',
          price: '61828.1',
          size: '0.002',
        },
        ...{ aggressor: 'sell', tradeId: '2254', exchangeAt: 1_723_161_256_208_000, sequence: 2254 },
      },
      expect.objectContaining({ aggressor: 'buy', sequence: 2255 }),
    ])
    const [funding] = await read(
      'archive',
      zipped(
        'BTCUSD_PERP-fundingRate-2024-08',
        'calc_time,funding_interval_hours,last_funding_rate\n1722470400000,8,-0.00010000\n',
      ),
      { venue: 'binance-cm' },
    )
    expect(funding?.payload).toEqual({
      instrument: 'BTCUSD-PERP.BINANCE',
      rate: '-0.00010000',
      nextFundingAt: 1_722_470_400_000_000,
      exchangeAt: 1_722_470_400_000_000,
    })
  })

  it('[MD-I14] trades without a header, and best quotes', async () => {
    const trades = zipped('ETHUSDT-trades-2025-02', '1,2.50,3.0,7.5,1738368000000001,True,True\n')
    expect((await read('archive', trades))[0]).toMatchObject({
      at: 1_738_368_000_000_001,
      payload: { price: '2.50', size: '3.0', aggressor: 'sell', sequence: 1 },
    })
    const quotes = zipped(
      'ETHUSDT-bookTicker-2024-03-01',
      'update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,event_time\n7,2.4,1,0,0,1709251200000,1709251200005\n',
    )
    expect((await read('archive', quotes, { venue: 'binance-usdm' }))[0]?.payload).toMatchObject({
      bid: '2.4',
      ask: null,
      askSize: null,
      sequence: 7,
    })
  })

  const trades = (...ids: readonly number[]) =>
    ids.map((id) => `${id},1,1,1,${1_723_075_200_000 + Math.floor(id / 3)},true\n`).join('')
  const numbersFrom = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n)
  const readAll = async (...files: readonly string[]) => {
    const leftOut = nothingLeftOut()
    const plan = await planImport('archive', files, {})
    const facts = [...mergeByTime(plan.sources, countingReport(leftOut, false))]
    const gaps = facts.flatMap(({ topic, payload }) => (topic === 'md.gap' ? [payload] : []))
    return {
      facts,
      gaps,
      leftOut,
      ids: facts.flatMap((fact) => (fact.topic === 'md.tick' ? [fact.payload.sequence] : [])),
    }
  }

  it('[MD-I14a] numbers that are missing are a gap', async () => {
    const file = zipped('AUSDT-trades-2024-08-08', trades(...numbersFrom(1, 40), ...numbersFrom(51, 100)))
    const { facts, gaps, ids } = await readAll(file)
    expect(ids).toEqual([...numbersFrom(1, 40), ...numbersFrom(51, 100)])
    const gap = { instrument: 'AUSDT.BINANCE', stream: 'trade', fromSequence: 41, toSequence: 50 }
    expect(gaps).toEqual([
      { ...gap, state: 'opened' },
      { ...gap, state: 'closed', how: 'lost' },
    ])
    const opened = facts.findIndex(({ topic }) => topic === 'md.gap')
    expect(facts[opened + 1]).toMatchObject({ at: facts[opened]?.at, payload: { sequence: 51 } })
  })

  it('[MD-I14a] files that overlap tell each trade once, and one has what the other lacks', async () => {
    const month = zipped('BUSDT-trades-2024-08', trades(...numbersFrom(1, 40), ...numbersFrom(51, 100)))
    const day = zipped('BUSDT-trades-2024-08-08', trades(...numbersFrom(11, 110)))
    for (const files of [
      [month, day],
      [day, month],
    ]) {
      const { gaps, ids, leftOut } = await readAll(...files)
      expect(ids.toSorted((a, b) => Number(a) - Number(b))).toEqual(numbersFrom(1, 110))
      expect(leftOut.rows).toEqual({ 'told before': 80 })
      expect(gaps.filter(({ how }) => how === 'lost')).toEqual([])
    }
  })

  it('[MD-I14a] trades and their sums are not both told', async () => {
    const sums = (period: string) => zipped(`DUSDT-aggTrades-${period}`, '7,1,1,1,2,1723075200000,true\n')
    const files = [
      zipped('DUSDT-trades-2024-08-08', trades(1, 2)),
      ...['2024-08', '2024-08-08', '2024-08-09'].map(sums),
    ]
    const plan = await planImport('archive', files, {})
    expect(plan.notes.map((note) => note.replace(/^.*[\\/]/, ''))).toEqual(
      ['2024-08', '2024-08-08'].map(
        (period) => `DUSDT-aggTrades-${period}.zip is left out: the trades that it sums up are there`,
      ),
    )
    expect(factsOf(plan).map(({ payload }) => 'sequence' in payload && payload.sequence)).toEqual([1, 2, 7])
  })

  it('[MD-I14a] bars, quotes and funding of files that overlap are told once', async () => {
    const bar = (minute: number) =>
      `${1_723_075_200_000 + minute * 60_000},1,1,1,1,1,${1_723_075_259_999 + minute * 60_000},1,1,1,1,0\n`
    const quote = (id: number) => `${id},2.4,1,2.5,1,${1_723_075_200_000 + id},1\n`
    const rate = (hour: number) => `${1_723_075_200_000 + hour * 3_600_000},8,0.0001\n`
    const files = (['1m', 'bookTicker', 'fundingRate'] as const).flatMap((kind) => {
      const row = { '1m': bar, bookTicker: quote, fundingRate: rate }[kind]
      return [
        zipped(`CUSDT-${kind}-2024-08`, [1, 2, 3].map(row).join('')),
        zipped(`CUSDT-${kind}-2024-08-08`, [2, 3, 4].map(row).join('')),
      ]
    })
    const { facts, leftOut } = await readAll(...files)
    const times = (topic: string) =>
      facts.flatMap((fact) => (fact.topic === topic ? [fact.at - 1_723_075_200_000_000] : []))
    expect(times('md.bar')).toEqual([2, 3, 4, 5].map((minute) => minute * 60_000_000))
    expect(times('md.tick')).toEqual([1, 2, 3, 4].map((ms) => ms * 1_000))
    expect(times('md.funding')).toEqual([1, 2, 3, 4].map((hour) => hour * 3_600_000_000))
    expect(leftOut.rows).toEqual({ 'told before': 6 })
  })

  it.each([
    ['BTCUSD_PERP', { instrument: 'BTCUSD-PERP.BINANCE', kind: 'perpetual', multiplier: '100', isInverse: true }],
    ['ETHUSD_240927', { instrument: 'ETHUSD_240927.BINANCE', kind: 'future', currency: 'ETH', isInverse: true }],
    ['BTCUSDT_240927', { instrument: 'BTCUSDT_240927.BINANCE', kind: 'future', currency: 'USDT' }],
  ])('[MD-I14a] %s is no spot, also outside of the folders of the archive', async (symbol, listing) => {
    const file = zipped(`${symbol}-trades-2024-08-08`, trades(1))
    const plan = await planImport('archive', [file], {})
    expect([...plan.listed.values()]).toMatchObject([listing])
    await expect(planImport('archive', [file], { venue: 'binance-spot' })).rejects.toThrow(`${symbol} is of binance-`)
  })

  it.each([
    ['BTCUSDT-1m-2024-08-08', '1723161256208,1,2,0.5,NaN,1,1723161259999,1,1,1,1,0', 'close is "NaN"'],
    ['BTCUSDT-trades-2024-08-08', '1,1,-1,1,1723161256208,true', 'quantity is "-1"'],
    ['BTCUSDT-trades-2024-08-08', '1,1,1,1,1723161256,true', 'expected milliseconds or microseconds'],
    ['BTCUSDT-trades-2024-08-08', '1,1,1,1,1723161256208,maybe', 'is buyer maker is "maybe"'],
    ['BTCUSDT-trades-2024-08-08', '1,0,1,1,1723161256208,true', 'price is 0, expected more than zero'],
    ['BTCUSDT-bookTicker-2024-08-08', '1,0,1,2.5,1,1723161256208,1', 'bid is 0, expected more than zero'],
    ['BTCUSDT-bookTicker-2024-08-08', '1,2.4,1,-2.5,1,1723161256208,1', 'ask is -2.5, expected more than zero'],
  ])('[MD-I10] a line of %s that cannot be read is refused: %s', async (name, line, message) => {
    await expect(read('archive', zipped(name, line))).rejects.toThrow(message)
  })

  it('what is no file of the archive is refused', async () => {
    await expect(read('archive', zipped('something', '1,2'))).rejects.toThrow('holds no file of the archive')
  })
})

describe('Parquet', () => {
  it('[MD-I15] trades: decimals with their scale, floats as they were, times of any unit, prices of doubles', async () => {
    const file = join(root, 'trades.parquet')
    const time = [1_723_161_256_208_123n, 1_723_161_256_208_124n]
    const buffer = parquetWriteBuffer({
      columnData: [
        { name: 'time', data: time, type: 'INT64' },
        { name: 'price', data: [61828.1, 0.0000001], type: 'DOUBLE' },
        { name: 'size', data: [Math.fround(0.1), Math.fround(2.5)], type: 'FLOAT' },
        { name: 'side', data: ['sell', 'buy'], type: 'STRING' },
      ],
    })
    writeFileSync(file, new Uint8Array(buffer))
    const facts = await read('parquet', file, { instrument: ['BTCUSDT.BINANCE'] })
    expect(facts).toEqual([
      {
        at: Number(time[0]),
        topic: 'md.tick',
        payload: { kind: 'trade', instrument: 'BTCUSDT.BINANCE', price: '61828.1', size: '0.1', aggressor: 'sell' },
      },
      expect.objectContaining({
        payload: expect.objectContaining({ price: '0.0000001', size: '2.5', aggressor: 'buy' }),
      }),
    ])
  })

  it('[MD-I15] a decimal keeps its digits', async () => {
    const file = join(root, 'decimals.parquet')
    const schema: SchemaElement[] = [
      { name: 'root', num_children: 3 },
      { name: 'time', type: 'INT64', repetition_type: 'REQUIRED', converted_type: 'TIMESTAMP_MILLIS' },
      { name: 'price', type: 'INT64', repetition_type: 'REQUIRED', converted_type: 'DECIMAL', scale: 2, precision: 12 },
      { name: 'size', type: 'INT64', repetition_type: 'REQUIRED', converted_type: 'DECIMAL', scale: 8, precision: 18 },
    ]
    const columnData = [
      { name: 'time', data: [new Date(1_723_161_256_208)] },
      { name: 'price', data: [61828.1] },
      { name: 'size', data: [0.3] },
    ]
    writeFileSync(file, new Uint8Array(parquetWriteBuffer({ columnData, schema })))
    const [fact] = await read('parquet', file, { instrument: ['BTCUSDT.BINANCE'] })
    expect(fact).toMatchObject({ at: 1_723_161_256_208_000, payload: { price: '61828.10', size: '0.30000000' } })
  })

  it('[MD-I15] what is no Parquet is one line', async () => {
    const file = join(root, 'no.parquet')
    writeFileSync(file, 'time,price\n1,2\n')
    await expect(read('parquet', file, { instrument: ['A.B'] })).rejects.toThrow('cannot be read as Parquet')
  })
})
