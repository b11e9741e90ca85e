import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sessionBuckets } from '#lib/bars/session-bucket.ts'
import { calendarOf, MarketHours } from '#lib/time/market-hours.ts'
import { openAt, sessionAt, sessionOf, TradingCalendar } from '#lib/time/trading-calendar.ts'

const micros = (iso: string): number => Date.parse(iso) * 1000
const isoOf = (session: { start: number; end: number } | null) =>
  session && [session.start, session.end].map((at) => new Date(at / 1000).toISOString().slice(0, 16))

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] as const
const everyWeekday = (open: string, close: string) => Object.fromEntries(weekdays.map((day) => [day, [open, close]]))
const newYork = calendarOf(
  MarketHours.parse({
    zone: 'America/New_York',
    week: everyWeekday('09:30', '16:00'),
    holidays: ['2013-11-28', '2013-12-25'],
    earlyCloses: { '2013-11-29': '13:00' },
    lateOpens: { '2013-12-02': '11:00' },
  }),
)
/** The evening before belongs to the day: 18:00 to 17:00, with an hour's rest. */
const futures = calendarOf(MarketHours.parse({ zone: 'America/Chicago', week: everyWeekday('-07:00', '16:00') }))
const kolkata = calendarOf(MarketHours.parse({ zone: 'Asia/Kolkata', week: everyWeekday('09:15', '15:30') }))

/** A break at noon; on the first of October a storm closes early and late opens follow. */
const hongKong = calendarOf(
  MarketHours.parse({
    zone: 'Asia/Hong_Kong',
    week: Object.fromEntries(
      weekdays.map((day) => [
        day,
        [
          ['09:30', '12:00'],
          ['13:00', '16:00'],
        ],
      ]),
    ),
    earlyCloses: { '2024-10-01': '10:00', '2024-10-02': '12:00', '2024-10-03': '11:00' },
    lateOpens: { '2024-10-01': '15:00', '2024-10-04': '14:00' },
  }),
)

describe('a calendar', () => {
  test('is plain JSON', () => {
    expect(TradingCalendar.parse(JSON.parse(JSON.stringify(newYork)))).toEqual(newYork)
  })

  test('follows the clock of its zone through its changes', () => {
    expect(isoOf(sessionAt(newYork, micros('2013-11-01T15:00:00Z')))).toEqual(['2013-11-01T13:30', '2013-11-01T20:00'])
    expect(isoOf(sessionAt(newYork, micros('2013-11-04T15:00:00Z')))).toEqual(['2013-11-04T14:30', '2013-11-04T21:00'])
    expect(isoOf(sessionAt(newYork, micros('2014-03-10T15:00:00Z')))).toEqual(['2014-03-10T13:30', '2014-03-10T20:00'])
    expect(isoOf(sessionAt(kolkata, micros('2019-07-01T05:00:00Z')))).toEqual(['2019-07-01T03:45', '2019-07-01T10:00'])
  })

  test('knows holidays, early closes and late opens', () => {
    expect(sessionAt(newYork, micros('2013-11-28T16:00:00Z'))).toBe(null)
    expect(isoOf(sessionAt(newYork, micros('2013-11-29T17:59:59Z')))).toEqual(['2013-11-29T14:30', '2013-11-29T18:00'])
    expect(sessionAt(newYork, micros('2013-11-29T18:00:00Z'))).toBe(null)
    expect(sessionAt(newYork, micros('2013-12-02T15:59:59Z'))).toBe(null)
    expect(isoOf(sessionAt(newYork, micros('2013-12-02T16:00:00Z')))).toEqual(['2013-12-02T16:00', '2013-12-02T21:00'])
    expect(sessionAt(newYork, micros('2013-11-30T16:00:00Z'))).toBe(null)
  })

  test('has sessions that begin on the evening before: Sunday evening is Monday', () => {
    const sunday = sessionAt(futures, micros('2013-11-03T23:30:00Z'))
    expect([isoOf(sunday), sunday?.day]).toEqual([['2013-11-03T23:00', '2013-11-04T22:00'], 16_013])
    expect(sessionAt(futures, micros('2013-11-04T22:30:00Z'))).toBe(null)
    expect(sessionAt(futures, micros('2013-11-08T23:30:00Z'))).toBe(null)
  })

  test('has breaks: noon is no session, and the day is one', () => {
    expect(sessionAt(hongKong, micros('2024-10-07T04:30:00Z'))).toBe(null)
    const [morning, afternoon] = ['03:59', '05:00'].map((time) => openAt(hongKong, micros(`2024-10-07T${time}:00Z`)))
    expect([morning, afternoon].map((open) => isoOf(open?.stretch ?? null))).toEqual([
      ['2024-10-07T01:30', '2024-10-07T04:00'],
      ['2024-10-07T05:00', '2024-10-07T08:00'],
    ])
    expect(morning?.session).toEqual(afternoon?.session)
    expect(isoOf(morning?.session ?? null)).toEqual(['2024-10-07T01:30', '2024-10-07T08:00'])
  })

  test('a late open behind an early close leaves what is before and what is after', () => {
    const at = (time: string) => openAt(hongKong, micros(`2024-10-01T${time}:00Z`))
    expect(isoOf(at('01:45')?.stretch ?? null)).toEqual(['2024-10-01T01:30', '2024-10-01T02:00'])
    expect(isoOf(at('07:30')?.stretch ?? null)).toEqual(['2024-10-01T07:00', '2024-10-01T08:00'])
    expect([at('02:00'), at('05:30'), at('06:59')]).toEqual([null, null, null])
    expect(
      ['2024-10-02', '2024-10-03', '2024-10-04'].map((date) =>
        isoOf(sessionOf(hongKong, Date.parse(date) / 86_400_000)),
      ),
    ).toEqual([
      ['2024-10-02T01:30', '2024-10-02T04:00'],
      ['2024-10-03T01:30', '2024-10-03T03:00'],
      ['2024-10-04T06:00', '2024-10-04T08:00'],
    ])
  })

  test('hours that touch are one stretch', () => {
    const hours = {
      zone: 'UTC',
      week: {
        monday: [
          ['12:00', '16:00'],
          ['09:30', '12:00'],
        ],
      },
    }
    expect(calendarOf(MarketHours.parse(hours)).week[1]).toEqual([{ open: 34_200_000_000, close: 57_600_000_000 }])
  })

  test('refuses a zone that there is not', () => {
    expect(() => calendarOf(MarketHours.parse({ zone: 'Atlantis/Center', week: {} }))).toThrow(RangeError)
  })
})

describe('bars of sessions', () => {
  const buckets = sessionBuckets(newYork)
  const ofHongKong = sessionBuckets(hongKong)
  const hour = 3_600_000_000

  test('count from the open, and the last one ends with the session, early closes too', () => {
    expect(isoOf(buckets(micros('2013-11-04T20:59:59Z'), hour))).toEqual(['2013-11-04T20:30', '2013-11-04T21:00'])
    expect(isoOf(buckets(micros('2013-11-29T17:45:00Z'), hour))).toEqual(['2013-11-29T17:30', '2013-11-29T18:00'])
    expect(isoOf(buckets(micros('2013-11-29T17:45:00Z'), 24 * hour))).toEqual(['2013-11-29T14:30', '2013-11-29T18:00'])
    expect(buckets(micros('2013-11-29T18:00:00Z'), hour)).toBe(null)
  })

  test('count from the open behind a break too, and a day has the whole session', () => {
    expect(isoOf(ofHongKong(micros('2024-10-07T03:45:00Z'), hour))).toEqual(['2024-10-07T03:30', '2024-10-07T04:00'])
    expect(isoOf(ofHongKong(micros('2024-10-07T05:10:00Z'), hour))).toEqual(['2024-10-07T05:00', '2024-10-07T06:00'])
    expect(ofHongKong(micros('2024-10-07T04:10:00Z'), hour)).toBe(null)
    expect(isoOf(ofHongKong(micros('2024-10-07T05:10:00Z'), 24 * hour))).toEqual([
      '2024-10-07T01:30',
      '2024-10-07T08:00',
    ])
  })

  test('tile every stretch of a session without gap or overlap, and hold the instants that they are asked for', () => {
    const day = fc.integer({ min: 15_000, max: 18_000 })
    const width = fc.constantFrom(1, 7, 30, 60, 240).map((minutes) => minutes * 60_000_000)
    fc.assert(
      fc.property(
        fc.constantFrom(newYork, futures, kolkata, hongKong),
        day,
        width,
        fc.nat(1_000_000),
        (calendar, n, widthUs, part) => {
          const session = sessionOf(calendar, n)
          if (!session) return
          const cut = sessionBuckets(calendar)
          const at = session.start + Math.floor(((session.end - session.start - 1) * part) / 1_000_000)
          const stretch = openAt(calendar, at)?.stretch
          const bucket = cut(at, widthUs)
          expect(bucket === null).toBe(stretch === undefined)
          if (!bucket || !stretch) {
            expect(calendar).toBe(hongKong)
            return
          }
          expect(bucket.start <= at && at < bucket.end && bucket.end <= stretch.end).toBe(true)
          expect((bucket.start - stretch.start) % widthUs).toBe(0)
          const next = bucket.end < stretch.end ? cut(bucket.end, widthUs) : null
          if (bucket.end < stretch.end) expect(next?.start).toBe(bucket.end)
          expect(sessionAt(calendar, at)).toEqual(session)
        },
      ),
    )
  })
})
