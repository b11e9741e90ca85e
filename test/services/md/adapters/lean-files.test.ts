import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { zipSync } from 'fflate'
import { afterAll, describe, expect, it } from 'vitest'
import { planLeanImport } from '#services/md/adapters/import-lean.ts'
import { checkFacts, faultOf, readPlan } from './read-plan.ts'

const root = mkdtempSync(join(tmpdir(), 'lean-'))
afterAll(() => rmSync(root, { recursive: true }))

function lean(path: string, entries: Record<string, string>): string {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(
    file,
    zipSync(Object.fromEntries(Object.entries(entries).map(([name, text]) => [name, Buffer.from(text)]))),
  )
  return file
}
const bars = (path: string, text: string) => readPlan(planLeanImport([lean(path, { 'a.csv': text })])).facts
const iso = (at: unknown) => new Date((at as number) / 1000).toISOString()

describe('LEAN files', () => {
  it('[MD-I2] a daily bar covers the local day, 23 or 25 hours where the clocks change', () => {
    const days = bars(
      'equity/usa/daily/dst.zip',
      '20210312 00:00,1,1,1,1,1\n20210314 00:00,1,1,1,1,1\n20211107 00:00,1,1,1,1,1',
    )
    const spans = days.map(({ payload }) => payload as { start: number; end: number })
    expect(spans.map(({ start, end }) => (end - start) / 3_600_000_000)).toEqual([24, 23, 25])
    expect(spans.map(({ start }) => iso(start))).toEqual([
      '2021-03-12T05:00:00.000Z',
      '2021-03-14T05:00:00.000Z',
      '2021-11-07T04:00:00.000Z',
    ])
  })

  it('[MD-I18] a factor file tells splits between two prices: not before the first, not behind the last', () => {
    const days = ['20000619', '20000620', '20000621', '20140606', '20140609']
    const zip = lean('split/equity/usa/daily/aapl.zip', {
      'a.csv': days.map((day) => `${day} 00:00,1000000,1000000,1000000,1000000,1`).join('\n'),
    })
    const factors = (text: string, name = 'aapl') => {
      const file = join(root, `split/equity/usa/factor_files/${name}.csv`)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
      return file
    }
    const file = factors(
      [
        ...['19870615,0.86,0.00446429,1', '20000620,0.86,0.00892857,101', '20050225,0.86,0.01785710,88'],
        ...['20120808,0.86,0.03571430,619', '20140606,0.9,0.03571430,645', '20200828,0.98,0.25,499', '20501231,1,1,0'],
      ].join('\r\n'),
    )
    const { facts } = readPlan(planLeanImport([zip, file]))
    checkFacts(facts)
    const seen = facts.map((fact) =>
      fact.topic === 'md.split'
        ? `${iso(fact.at)} ${fact.payload.numerator}:${fact.payload.denominator}`
        : iso(fact.at).slice(0, 10),
    )
    expect(seen).toEqual([
      ...['2000-06-20', '2000-06-21', '2000-06-21T04:00:00.000Z 2:1', '2000-06-22'],
      ...['2005-02-26T05:00:00.000Z 2:1', '2014-06-07', '2014-06-07T04:00:00.000Z 7:1', '2014-06-10'],
    ])
    // Of a folder they are not taken, which is told.
    const folder = dirname(dirname(zip))
    factors('20000620,1,1,1', 'spy')
    const left = `splits of 1 factor files left out: name them too, like ${file}, and they are told`
    expect(planLeanImport([folder]).notes.filter((note) => note.includes('factor'))).toEqual([left])
    expect(planLeanImport([folder, file]).notes.filter((note) => note.includes('factor'))).toEqual([])
    expect(faultOf(() => planLeanImport([zip, factors('20000620,1', 'aapl')]))).toMatchObject({
      message: '20000620,1 is no line of a factor file',
      line: 1,
    })
    expect(faultOf(() => planLeanImport([zip, factors('20000620,1,1,1', 'spy')]))).toMatchObject({
      message: 'is the factor file of shares whose prices are not imported',
    })
  })

  it.each([
    ['forex/fxcm/hour/eurusd.zip', '05:00'],
    ['cfd/fxcm/hour/xauusd.zip', '05:00'],
    ['forex/oanda/hour/eurusd.zip', '00:00'],
    ['index/usa/hour/spx.zip', '05:00'],
    ['equity/usa/hour/spy.zip', '04:00'],
    ['equity/india/hour/infy.zip', '18:30'],
  ])('[MD-I3] without a database %s has the zone of its market, in summer too', (path, begins) => {
    const row = path.startsWith('forex') || path.startsWith('cfd') ? '1,1,1,1,1,1,1,1,1,1' : '10000,10000,10000,10000,1'
    const [bar] = bars(`usual/${path}`, `20210712 00:00,${row}`)
    expect(iso((bar?.payload as { start: number } | undefined)?.start).slice(11, 16)).toBe(begins)
  })

  it('[MD-I3] the zone is that of the database beside the files: of the symbol, else of the market, else what is usual, and said', () => {
    const path = (type: string, ticker: string) => `hours/${type}/usa/minute/${ticker}/20210104_trade.zip`
    const row = '34200000,1,1,1,1,1'
    const read = (name: string) => {
      const plan = planLeanImport([lean(name, { 'a.csv': row })])
      return { at: iso(readPlan(plan).facts[0]?.at), notes: plan.notes }
    }
    const usual = read(path('index', 'rut'))
    expect(usual).toEqual({
      at: '2021-01-04T15:31:00.000Z',
      notes: ['no market hours of index/usa beside the files: their times are read as America/Chicago'],
    })
    const database = join(root, 'hours', 'market-hours', 'market-hours-database.json')
    mkdirSync(dirname(database), { recursive: true })
    const entries = {
      'Index-usa-[*]': { dataTimeZone: 'America/Chicago' },
      'Index-usa-RUT': { dataTimeZone: 'America/New_York' },
      'Future-cme-ES': { dataTimeZone: 'Asia/Tokyo' },
    }
    writeFileSync(database, JSON.stringify({ entries }))
    expect(read(path('index', 'rut'))).toEqual({ at: '2021-01-04T14:31:00.000Z', notes: [] })
    expect(read(path('index', 'spx'))).toEqual({ at: '2021-01-04T15:31:00.000Z', notes: [] })
    const quotes = { 'x_call_1_20210104.csv': '34200000,1,1,1,1,1,1,1,1,1,1' }
    const option = planLeanImport([lean('hours/futureoption/cme/minute/es/202103/20210104_quote_american.zip', quotes)])
    expect(iso(readPlan(option).facts[0]?.at)).toBe('2021-01-04T00:31:00.000Z')

    writeFileSync(database, JSON.stringify({ entries: { 'Index-usa-[*]': { dataTimeZone: 'Mars' } } }))
    expect(faultOf(() => read(path('index', 'rut')))).toMatchObject({
      file: database,
      message: expect.stringContaining('"Mars"'),
    })
  })

  it('[MD-I4] ten-thousandths become the shortest exact text', () => {
    const [bar] = bars('equity/usa/minute/p/20131007_trade.zip', '34200000,7485400,7485401,1,10000,5')
    expect(bar?.payload).toMatchObject({ open: '748.54', high: '748.5401', low: '0.0001', close: '1' })
  })

  it('[MD-I10] names file, entry and line of what it cannot read', () => {
    const of = (path: string, text: string) => {
      const { message, file, line } = faultOf(() => bars(path, text))
      return `${file?.slice(root.length + 1)}:${line}: ${message}`
    }
    const minute = 'equity/usa/minute/bad/20131007_trade.zip'
    expect(of(minute, '34200000,1,1,1,1,1\n34260000,1,1,x,1,1')).toBe(
      `${minute}:a.csv:2: low is "x", expected a whole number`,
    )
    expect(of(minute, '34200000,1,1,1,1')).toBe(`${minute}:a.csv:1: 5 cells, expected 6`)
    expect(of(minute, '34200000,2,1,1,1,1')).toContain('high 0.0001 is below open 0.0002')
    expect(of(minute, '99999999,1,1,1,1,1')).toContain('beyond the milliseconds of a day')
    expect(of(minute, '34200000,1,1,1,1,1\n34140000,1,1,1,1,1')).toContain(
      ':2: time goes back, from 2013-10-07T13:31:00.000000Z to 2013-10-07T13:30:00.000000Z',
    )
    expect(of('equity/usa/daily/bad.zip', '20130230 00:00,1,1,1,1,1')).toContain('"20130230" is no day of the calendar')
    expect(of('crypto/coinbase/minute/btcusd/20131007_trade.zip', '0,1,1,1,1e400,1')).toContain('close is "1e400"')
    expect(of('crypto/coinbase/minute/btcusd/20131007_trade.zip', '0,1,1,1,1,-1')).toContain('volume is "-1"')
  })

  it('[MD-I10] --skip-bad leaves them out, counts them and keeps the rest', () => {
    const file = lean('equity/usa/minute/skip/20131007_trade.zip', { 'a.csv': '1,1,1,1,1,1\nx\n\n2,1,1,1,1,1\n3,0,0' })
    const { facts, leftOut } = readPlan(planLeanImport([file]), true)
    expect(facts).toHaveLength(2)
    expect(leftOut.badLines).toBe(2)
    expect(leftOut.firstBadLines[1]).toContain('a.csv:5: 3 cells, expected 6')
  })

  it('[MD-I5] a quote bar without the side that is asked for makes no bar and is counted', () => {
    const file = lean('forex/oanda/minute/eurusd/20131007_quote.zip', {
      'a.csv': '0,1,2,1,2,5,,,,,0\n60000,1,2,1,2,5,2,3,2,3,5',
    })
    const mid = readPlan(planLeanImport([file]))
    expect(mid.facts.map(({ payload }) => payload)).toMatchObject([
      { open: '1.5', high: '2.5', low: '1.5', close: '2.5', volume: '0' },
    ])
    expect(mid.leftOut.rows).toEqual({ 'quote bars without both sides': 1 })
    expect(readPlan(planLeanImport([file], { side: 'bid' })).facts).toHaveLength(2)
  })

  it('[MD-I6] forex ticks have no sizes; times may have decimals', () => {
    const ticks = bars('forex/oanda/tick/eurusd/20140501_quote.zip', '611.25,1.38626,1.38627')
    expect(ticks).toEqual([
      {
        at: Date.UTC(2014, 4, 1) * 1000 + 611_250,
        topic: 'md.tick',
        payload: {
          kind: 'quote',
          instrument: 'EURUSD.OANDA',
          bid: '1.38626',
          bidSize: null,
          ask: '1.38627',
          askSize: null,
        },
      },
    ])
  })

  it('refuses what is not in its place, holds two different files, or is no zip', () => {
    expect(faultOf(() => planLeanImport([lean('somewhere/a.zip', { 'a.csv': '' })])).message).toContain(
      'does not say what it holds',
    )
    const two = lean('equity/usa/daily/two.zip', { 'a.csv': '1', 'b.csv': '2' })
    expect(faultOf(() => planLeanImport([two])).message).toBe('holds 2 files that differ, expected one')
    const none = join(root, 'equity/usa/daily/none.zip')
    writeFileSync(none, 'no zip')
    expect(faultOf(() => planLeanImport([none]))).toMatchObject({
      file: none,
      message: 'this is not a zip, or its end is missing',
    })
    expect(faultOf(() => planLeanImport([join(root, 'missing.zip')])).message).toBe('there is no such file or folder')
    const option = lean('option/usa/minute/x/20151224_quote_american.zip', { 'x.csv': '' })
    expect(faultOf(() => planLeanImport([option])).message).toContain('does not end in right, strike and expiry')
  })
})
