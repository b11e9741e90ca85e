import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readJsonFile } from '#lib/files/read-json-file.ts'
import { calendarOf } from '#lib/time/market-hours.ts'
import { nyseHours } from '#lib/time/nyse-hours.ts'
import { sessionAt } from '#lib/time/trading-calendar.ts'
import type { LeanType } from '#services/md/adapters/lean/lean-path.ts'
import { leanZones } from '#services/md/adapters/lean/lean-zone.ts'
import { readMarketHours } from '#services/md/adapters/lean/market-hours-database.ts'
import { describeShared, sharedDir } from '#test/shared.ts'

const file = join(sharedDir, 'data', 'lean', 'market-hours', 'market-hours-database.json.gz')
const sessionOn = (key: string, iso: string) => {
  const session = sessionAt(calendarOf(readMarketHours(file, key)), Date.parse(iso) * 1000)
  return session && [session.start, session.end].map((at) => new Date(at / 1000).toISOString())
}

describeShared("LEAN's database of market hours", () => {
  test('gives US equities their early closes, holidays and the changes of the clock', () => {
    const key = 'Equity-usa-[*]'
    expect(sessionOn(key, '2015-12-24T15:00:00Z')).toEqual(['2015-12-24T14:30:00.000Z', '2015-12-24T18:00:00.000Z'])
    expect(sessionOn(key, '2015-12-25T15:00:00Z')).toBe(null)
    expect(sessionOn(key, '2013-10-07T15:00:00Z')).toEqual(['2013-10-07T13:30:00.000Z', '2013-10-07T20:00:00.000Z'])
  })

  test('gives crypto whole days, and India its half hours', () => {
    expect(sessionOn('Crypto-binance-[*]', '2022-12-17T23:59:59Z')).toEqual([
      '2022-12-17T00:00:00.000Z',
      '2022-12-18T00:00:00.000Z',
    ])
    expect(sessionOn('Equity-india-[*]', '2019-07-01T05:00:00Z')).toEqual([
      '2019-07-01T03:45:00.000Z',
      '2019-07-01T10:00:00.000Z',
    ])
  })

  test('has the holidays and early closes of New York that rules give, for every year that it covers', () => {
    const isCovered = (date: string) => date >= '2000' && date < '2029' && ![0, 6].includes(new Date(date).getUTCDay())
    const [ours, theirs] = [nyseHours(), readMarketHours(file, 'Equity-usa-[*]')].map(({ holidays, earlyCloses }) => ({
      holidays: holidays.filter(isCovered).sort(),
      early: Object.keys(earlyCloses).filter(isCovered).sort(),
    }))
    expect(theirs?.holidays.length).toBeGreaterThan(250)
    expect(ours).toEqual(theirs)
  })

  test('[M3a] a late open behind an early close, and the break at noon', () => {
    expect(sessionOn('Future-cme-ES', '2026-11-26T15:00:00Z')).toEqual([
      '2026-11-26T14:30:00.000Z',
      '2026-11-26T18:00:00.000Z',
    ])
    expect(sessionOn('Index-hkfe-HSI', '2021-01-04T03:59:00Z')).not.toBe(null)
    expect(sessionOn('Index-hkfe-HSI', '2021-01-04T04:30:00Z')).toBe(null)
    expect(sessionOn('Index-hkfe-HSI', '2021-01-04T05:00:00Z')).toEqual([
      '2021-01-04T01:30:00.000Z',
      '2021-01-04T08:00:00.000Z',
    ])
  })

  test('[MD-I3] the zone of a file is that of its entry, for all entries', () => {
    const zoneOf = leanZones(join(sharedDir, 'data', 'lean'))
    const { entries } = readJsonFile(file) as { entries: Record<string, { dataTimeZone: string }> }
    const wrong = Object.entries(entries).filter(([key, { dataTimeZone }]) => {
      const [, type = '', market = '', ticker = ''] = /^(\w+)-(\w+)-(.+)$/.exec(key.toLowerCase()) ?? []
      return zoneOf({ type: type as LeanType, market, ticker }).zone !== dataTimeZone
    })
    expect(Object.keys(entries)).toHaveLength(549)
    expect(wrong).toEqual([])
  })

  test('names what it does not have', () => {
    expect(() => readMarketHours(file, 'Equity-mars-[*]')).toThrow('has no market Equity-mars-[*]')
  })
})
