import { describe, expect, it } from 'vitest'
import { wallClock } from '#lib/time/time-zone.ts'

const wall = (text: string) => Date.parse(`${text}Z`)
const utc = (zone: string, text: string, after?: string) =>
  new Date(wallClock(zone)(wall(text), after === undefined ? undefined : Date.parse(after))).toISOString()

describe('time zone', () => {
  it('knows summer and winter', () => {
    expect(utc('America/New_York', '2013-10-07T09:30:00')).toBe('2013-10-07T13:30:00.000Z')
    expect(utc('America/New_York', '2013-12-07T09:30:00')).toBe('2013-12-07T14:30:00.000Z')
    expect(utc('America/Chicago', '2021-01-04T08:30:00')).toBe(utc('America/New_York', '2021-01-04T09:30:00'))
    expect(utc('Asia/Kolkata', '2019-07-09T09:15:00')).toBe('2019-07-09T03:45:00.000Z')
  })

  it('knows offsets that never change', () => {
    expect(utc('UTC-05', '2014-07-01T00:00:00')).toBe('2014-07-01T05:00:00.000Z')
    expect(utc('UTC+05:30', '2014-07-01T00:00:00')).toBe('2014-06-30T18:30:00.000Z')
    expect(utc('UTC', '2014-07-01T00:00:00')).toBe('2014-07-01T00:00:00.000Z')
  })

  it('[MD-I2] takes the first of two equal wall times, unless that would go back in time', () => {
    expect(utc('America/New_York', '2021-11-07T01:30:00')).toBe('2021-11-07T05:30:00.000Z')
    expect(utc('America/New_York', '2021-11-07T01:30:00', '2021-11-07T05:59:00Z')).toBe('2021-11-07T06:30:00.000Z')
    expect(utc('America/New_York', '2021-11-07T00:59:59')).toBe('2021-11-07T04:59:59.000Z')
    expect(utc('America/New_York', '2021-11-07T02:00:00')).toBe('2021-11-07T07:00:00.000Z')
  })

  it('[MD-I2] reads a wall time that is skipped with the offset before the change', () => {
    expect(utc('America/New_York', '2021-03-14T02:30:00')).toBe('2021-03-14T07:30:00.000Z')
    expect(utc('America/New_York', '2021-03-14T01:59:59')).toBe('2021-03-14T06:59:59.000Z')
    expect(utc('America/New_York', '2021-03-14T03:00:00')).toBe('2021-03-14T07:00:00.000Z')
  })

  it('agrees with the other direction, hour by hour, over years and zones', () => {
    for (const zone of [
      'America/New_York',
      'Europe/Berlin',
      'Australia/Lord_Howe',
      'America/Sao_Paulo',
      'Asia/Kolkata',
    ]) {
      const toUtc = wallClock(zone)
      const face = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
      for (let ms = Date.UTC(2017, 0, 1); ms < Date.UTC(2019, 0, 1); ms += 5_400_000) {
        const read = Date.parse(`${face.format(ms).replace(' ', 'T')}Z`)
        expect(toUtc(read, ms)).toBe(ms)
      }
    }
  })

  it('refuses a zone that is not there', () => {
    expect(() => wallClock('Mars/Olympus')).toThrow(RangeError)
  })
})
