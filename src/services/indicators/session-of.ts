import { dayMicros } from '#lib/time/day-micros.ts'
import { sessionDay, type TradingCalendar } from '#lib/time/trading-calendar.ts'

/** Numbers the session that an instant is in: two instants of different sessions have different numbers. [I11] */
export type SessionOf = (at: number) => number

export type Sessions = {
  readonly sessions: { readonly [instrument: string]: string }
  readonly calendars: { readonly [name: string]: TradingCalendar }
}

/** By the calendar of an instrument, or by UTC days. */
export function sessionOf({ sessions, calendars }: Sessions, instrument: string): SessionOf {
  const name = sessions[instrument]
  const calendar = name === undefined ? undefined : calendars[name]
  return calendar === undefined ? utcDay : (at) => sessionDay(calendar, at)
}

const utcDay: SessionOf = (at) => Math.floor(at / dayMicros)
