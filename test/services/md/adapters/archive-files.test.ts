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

  it.each([
    ['BTCUSDT-1m-2024-08-08', '1723161256208,1,2,0.5,NaN,1,1723161259999,1,1,1,1,0', 'close is "NaN"'],
    ['BTCUSDT-trades-2024-08-08', '1,1,-1,1,1723161256208,true', 'quantity is "-1"'],
    ['BTCUSDT-trades-2024-08-08', '1,1,1,1,1723161256,true', 'expected milliseconds or microseconds'],
    ['BTCUSDT-trades-2024-08-08', '1,1,1,1,1723161256208,maybe', 'is buyer maker is "maybe"'],
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
