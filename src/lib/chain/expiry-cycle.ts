import { dateOfDay, dayOfDate, easterDay, weekdayOf } from './calendar-day.ts'

/** Whose expiries: US listed options end on third Fridays, coins' options (Deribit) on last Fridays. */
export type ExpiryCalendar = 'us' | 'coin'
export type ExpiryCycle = 'weekly' | 'monthly' | 'quarterly'

/** Is an expiry of a cycle? A quarterly one is monthly too; what is not monthly is weekly. [C7] */
export function isOfCycle(expiry: string, cycle: ExpiryCycle, calendar: ExpiryCalendar): boolean {
  const isMonthly = calendar === 'us' ? isUsMonthly(expiry) : isLastFriday(expiry)
  if (cycle === 'weekly') return !isMonthly
  return isMonthly && (cycle === 'monthly' || Number(expiry.slice(5, 7)) % 3 === 0)
}

/**
 * The third Friday of a month, the Thursday before where that is a holiday of the exchange; before February 2015 standard options expired on the
 * Saturday after.
 */
export function isUsMonthly(expiry: string): boolean {
  const day = dayOfDate(expiry)
  const friday = thirdFriday(expiry.slice(0, 7))
  if (day === friday + 1) return expiry < '2015-02'
  return day === (isExchangeHoliday(friday) ? friday - 1 : friday)
}

/** The day of the third Friday of a month `YYYY-MM`. */
export function thirdFriday(month: string): number {
  const first = dayOfDate(`${month}-01`)
  return first + ((12 - weekdayOf(first)) % 7) + 14
}

/** Good Friday, and Juneteenth since 2022: the holidays of the New York exchanges that a third Friday can be. */
function isExchangeHoliday(friday: number): boolean {
  const date = dateOfDay(friday)
  const year = Number(date.slice(0, 4))
  if (friday === easterDay(year) - 2) return true
  // One that falls on a Saturday is kept the day before.
  return year >= 2022 && (date.endsWith('-06-19') || date.endsWith('-06-18'))
}

function isLastFriday(expiry: string): boolean {
  const day = dayOfDate(expiry)
  return weekdayOf(day) === 5 && dateOfDay(day + 7).slice(5, 7) !== expiry.slice(5, 7)
}
