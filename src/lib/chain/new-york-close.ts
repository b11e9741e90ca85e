import { wallClock } from '#lib/time/time-zone.ts'
import { dateOfDay, dayOfDate, weekdayOf } from './calendar-day.ts'

const hourMs = 3_600_000

/** When US listed options of a day end, in milliseconds UTC: 16:00 in New York, 13:00 on a day that closes early. */
export function newYorkCloseMs(date: string): number {
  return newYorkMs(date, (closesEarly(date) ? 13 : 16) * hourMs)
}

/** Milliseconds UTC of milliseconds since midnight in New York. */
export const newYorkMs = (date: string, sinceMidnightMs: number): number =>
  wallClock('America/New_York')(dayOfDate(date) * 24 * hourMs + sinceMidnightMs)

/** The eve of Independence Day and of Christmas when trading goes on that day and the holiday is kept the next, and the day after Thanksgiving. */
function closesEarly(date: string): boolean {
  const day = dayOfDate(date)
  const weekday = weekdayOf(day)
  if (date.endsWith('-07-03') || date.endsWith('-12-24')) return weekday >= 1 && weekday <= 4
  // The day after the fourth Thursday of November is a Friday from the 23rd to the 29th.
  return (
    date.slice(5, 7) === '11' && weekday === 5 && Number(dateOfDay(day).slice(8)) >= 23 && Number(date.slice(8)) <= 29
  )
}
