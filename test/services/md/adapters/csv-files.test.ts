import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { afterAll, describe, expect, it } from 'vitest'
import { type CsvOptions, planCsvImport } from '#services/md/adapters/import-csv.ts'
import { faultOf, readPlan } from './read-plan.ts'

const root = mkdtempSync(join(tmpdir(), 'csv-'))
afterAll(() => rmSync(root, { recursive: true }))

let files = 0
function csv(content: string | Uint8Array, ending = 'csv'): string {
  const file = join(root, `${++files}.${ending}`)
  writeFileSync(file, content)
  return file
}
const read = (text: string | Uint8Array, options: Partial<CsvOptions> = {}, ending = 'csv') =>
  readPlan(planCsvImport([csv(text, ending)], { instrument: 'X.V', interval: '1m', ...options })).facts
const bars = (text: string, options: Partial<CsvOptions> = {}) =>
  read(text, options).map(({ payload }) => payload as { start: number; end: number; open: string; volume: string })
const starts = (text: string, options: Partial<CsvOptions> = {}) =>
  bars(text, options).map(({ start }) => new Date(start / 1000).toISOString())
const faultIn = (text: string, options: Partial<CsvOptions> = {}) => {
  const { message, line } = faultOf(() => read(text, options))
  return `${line}: ${message}`
}
const ohlc = '1,1,1,1'

describe('CSV files', () => {
  it('[MD-I2] of bars are told at their end; the time is that of the start, or of the end where it is said', () => {
    const text = `time,open,high,low,close,volume\n1600000000,1,3,0.5,2,7`
    expect(read(text)).toEqual([
      {
        at: 1_600_000_060_000_000,
        topic: 'md.bar',
        payload: {
          instrument: 'X.V',
          interval: '1m',
          start: 1_600_000_000_000_000,
          end: 1_600_000_060_000_000,
          open: '1',
          high: '3',
          low: '0.5',
          close: '2',
          volume: '7',
        },
      },
    ])
    expect(bars(text, { timeIs: 'end' })[0]).toMatchObject({ end: 1_600_000_000_000_000 })
  })

  it('[MD-I2] a wall time that comes twice is the second where the first would go back; one that is skipped is read with the offset before', () => {
    const zone = 'America/New_York'
    const twice = ['2021-11-07 01:30', '2021-11-07 01:59', '2021-11-07 01:30', '2021-11-07 02:00']
    expect(starts(`date,open,high,low,close\n${twice.map((time) => `${time},${ohlc}\n`).join('')}`, { zone })).toEqual([
      '2021-11-07T05:30:00.000Z',
      '2021-11-07T05:59:00.000Z',
      '2021-11-07T06:30:00.000Z',
      '2021-11-07T07:00:00.000Z',
    ])
    expect(starts(`date,open,high,low,close\n2021-03-14 02:30,${ohlc}`, { zone })).toEqual(['2021-03-14T07:30:00.000Z'])
  })

  it('[MD-I2] a daily bar covers the local day', () => {
    const [day] = bars(`date,open,high,low,close\n2021-03-14,${ohlc}`, { zone: 'America/New_York', interval: '1d' })
    expect(((day?.end ?? 0) - (day?.start ?? 0)) / 3_600_000_000).toBe(23)
  })

  it('reads times in s, ms, us, ns, ISO with an offset, dates of eight digits and patterns', () => {
    const one = (time: string, options: Partial<CsvOptions> = {}) =>
      starts(`time;open;high;low;close\n${time};1;1;1;1`, options)[0]
    const moment = '2020-09-13T12:26:40.000Z'
    for (const time of ['1600000000', '1600000000000', '1600000000000000', '1600000000000000000', '1600000000.000'])
      expect(one(time)).toBe(moment)
    expect(one('2020-09-13T14:26:40+02:00')).toBe(moment)
    expect(one('20200913')).toBe('2020-09-13T00:00:00.000Z')
    expect(one('13.9.2020 2:26:40 PM', { timeFormat: 'd.M.yyyy h:mm:ss a', zone: 'UTC+02' })).toBe(moment)
  })

  it('[MD-I4] keeps numbers digit by digit, and puts only forms that prices do not have into theirs', () => {
    const [bar] = bars('time,open,high,low,close,volume\n1600000000,1.50,+7,.5,007,6.1e-7')
    expect(bar).toMatchObject({ open: '1.50', high: '7', low: '0.5', close: '7', volume: '0.00000061' })
  })

  it('finds columns by usual names, by flags, by number; without a header they are those of klines', () => {
    const expected = { open: '1', high: '3', low: '0.5', close: '2', volume: '9' }
    expect(bars('1600000000000,1,3,0.5,2,9,1600000059999,x')[0]).toMatchObject(expected)
    expect(bars('Vol\tC\tL\tH\tO\tDate\tTime\n9\t2\t0.5\t3\t1\t2020-09-13\t12:26:40')[0]).toMatchObject(expected)
    const columns = { time: '1+2', open: '3', high: '4', low: '5', close: '6', volume: '7' }
    const options = { columns, timeFormat: 'dd/MM/yyyy HH:mm:ss' }
    expect(bars('13/09/2020;12:26:40;1;3;0.5;2;9', options)[0]).toMatchObject(expected)
    expect(faultIn('time,price,size\n1,2,3', { columns: { price: 'last' } })).toBe(
      '1: has no column "last" for --price',
    )
  })

  it('reads trades with their aggressor, and quotes with absent sides', () => {
    const trades = read('time,price,qty,is_buyer_maker\n1600000000,5,1,true\n1600000000,5,1,false\n1600000000,5,1,?')
    expect(trades.map(({ payload }) => (payload as { aggressor?: string }).aggressor)).toEqual([
      'sell',
      'buy',
      undefined,
    ])
    const quotes = read('time,bid,bid_size,ask\n1600000000,5,2,6\n1600000001,,3,')
    expect(quotes.map(({ payload }) => payload)).toEqual([
      { kind: 'quote', instrument: 'X.V', bid: '5', bidSize: '2', ask: '6', askSize: null },
      { kind: 'quote', instrument: 'X.V', bid: null, bidSize: null, ask: null, askSize: null },
    ])
  })

  it('is plain, gzip, or the only file of a zip; with a byte order mark, CRLF, quotes and no newline at the end', () => {
    const text = `\ufeff"time","open","high","low","close"\r\n"1600000000","1","1","1","1"`
    const entry = Buffer.from(text)
    expect(read(text)).toHaveLength(1)
    expect(read(gzipSync(text), {}, 'csv.gz')).toEqual(read(text))
    expect(read(zipSync({ 'a.csv': entry }), {}, 'zip')).toEqual(read(text))
    expect(faultOf(() => read(zipSync({ 'a.csv': entry, 'b.csv': entry }), {}, 'zip')).message).toContain(
      'holds 2 files',
    )
  })

  it('[MD-I10] names the line of what it cannot read', () => {
    const head = 'time,open,high,low,close,volume\n'
    expect(faultIn(`${head}1600000000,1,1,1,1,1\n1600000060,1,1,x,1,1`)).toBe(
      '3: low is "x", expected a decimal number',
    )
    expect(faultIn(`${head}1600000000,1,1,1`)).toBe('2: 4 cells, expected at least 6')
    expect(faultIn(`${head}1600000000,2,1,1,1,1`)).toBe('2: high 1 is below open 2')
    expect(faultIn(`${head}1600000000,1,1,1,1,-1`)).toContain('2: volume is "-1"')
    expect(faultIn(`${head}1600000000,1,1,1,1,1\n1599999999,1,1,1,1,1`)).toContain('3: time goes back')
    expect(faultIn(`${head}9000000000,1,1,1,1,1`)).toContain('beyond the year 2200')
    expect(faultIn(`${head}2020-02-30,1,1,1,1,1`)).toContain('which no clock shows')
    expect(faultIn(`${head}1600000000,12345678.901234567,1,1,1,1`)).toContain('more than 15 digits')
    expect(faultIn('a,b\n1,2')).toBe('1: has no column for the time')
    expect(faultOf(() => read('')).message).toBe('is empty')
    expect(faultOf(() => read(`${head}1600000000,${ohlc},1`, { interval: undefined })).message).toContain('how wide')
  })
})
