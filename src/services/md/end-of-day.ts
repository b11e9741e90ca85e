import { dayOfDate } from '#lib/chain/calendar-day.ts'
import { newYorkCloseMs } from '#lib/chain/new-york-close.ts'
import { dayMicros } from '#lib/time/day-micros.ts'
import { sessionOf, type TradingCalendar } from '#lib/time/trading-calendar.ts'
import type { EndOfDay } from './chains.ts'

type Sessions = {
  readonly sessions: { readonly [instrument: string]: string }
  readonly calendars: { readonly [name: string]: TradingCalendar }
}

/** Expiries may be on a holiday, or on the Saturday behind the last session. */
const daysBefore = 7

/**
 * When options of a day end: at the close of the calendar of their underlying, of that day or the last one before; of the United States without one at the
 * close of New York; elsewhere when the day is over everywhere. [MD-C3]
 */
export const endOfDay =
  ({ sessions, calendars }: Sessions): EndOfDay =>
  (underlying, expiry) => {
    const calendar = calendars[sessions[underlying] ?? '']
    const day = dayOfDate(expiry)
    for (let before = 0; calendar !== undefined && before < daysBefore; before++) {
      const session = sessionOf(calendar, day - before)
      if (session !== null) return session.end
    }
    return underlying.endsWith('.USA') ? newYorkCloseMs(expiry) * 1_000 : (day + 2) * dayMicros
  }
