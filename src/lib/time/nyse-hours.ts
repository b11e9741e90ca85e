import { dateOfDay, dayOfDate, easterDay, weekdayOf } from '#lib/chain/calendar-day.ts'
import type { MarketHours } from './market-hours.ts'

const [firstYear, lastYear] = [2000, 2050]

/** Days without trading that no rule knows: mourning, attacks, storms. */
const closings = [
  '2001-09-11 2001-09-12 2001-09-13 2001-09-14 2004-06-11 2007-01-02',
  '2012-10-29 2012-10-30 2018-12-05 2025-01-09',
].flatMap((dates) => dates.split(' '))

/** Early closes that no rule knows, and an eve that was a whole day. */
const earlyDays = ['2002-07-05', '2003-12-26']
const wholeEve = '2002-07-03'

/**
 * The regular hours of the New York exchanges (NYSE, Nasdaq) from 2000 to 2050: 09:30 to 16:00, to 13:00 on eves of holidays; by rule 7.2 of the
 * NYSE, so that a holiday that is made after this was written is not among them.
 */
export function nyseHours(): MarketHours {
  const years = Array.from({ length: lastYear - firstYear + 1 }, (_, n) => firstYear + n)
  const holidays = [...years.flatMap(holidaysOf).map(dateOfDay), ...closings].sort()
  const closed = new Set(holidays)
  const early = [...years.flatMap(earlyDaysOf).map(dateOfDay), ...earlyDays].filter(
    (date) => !closed.has(date) && date !== wholeEve,
  )
  return {
    zone: 'America/New_York',
    week: Object.fromEntries(
      ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'].map((day) => [day, ['09:30', '16:00'] as const]),
    ),
    holidays,
    earlyCloses: Object.fromEntries(early.map((date) => [date, '13:00'])),
    lateOpens: {},
  } as MarketHours
}

const [monday, thursday, friday] = [1, 4, 5]

function holidaysOf(year: number): number[] {
  const newYear = dayOfDate(`${year}-01-01`)
  return [
    // On a Saturday it is not kept: the day before is another year's.
    ...(weekdayOf(newYear) === 6 ? [] : [observed(newYear)]),
    nth(year, 1, monday, 3),
    nth(year, 2, monday, 3),
    easterDay(year) - 2,
    nth(year, 6, monday, 1) - 7,
    ...(year >= 2022 ? [observed(dayOfDate(`${year}-06-19`))] : []),
    observed(dayOfDate(`${year}-07-04`)),
    nth(year, 9, monday, 1),
    nth(year, 11, thursday, 4),
    observed(dayOfDate(`${year}-12-25`)),
  ]
}

/** The day after Thanksgiving, and the eves of Independence Day and of Christmas when these are kept the next day. */
function earlyDaysOf(year: number): number[] {
  const eves = [`${year}-07-03`, `${year}-12-24`].map(dayOfDate)
  return [nth(year, 11, thursday, 4) + 1, ...eves.filter((day) => weekdayOf(day) >= monday && weekdayOf(day) < friday)]
}

/** A Saturday's is kept on Friday, a Sunday's on Monday. */
const observed = (day: number): number => day + ({ 0: 1, 6: -1 }[weekdayOf(day)] ?? 0)

function nth(year: number, month: number, weekday: number, n: number): number {
  const first = dayOfDate(`${year}-${String(month).padStart(2, '0')}-01`)
  return first + ((weekday - weekdayOf(first) + 7) % 7) + 7 * (n - 1)
}
