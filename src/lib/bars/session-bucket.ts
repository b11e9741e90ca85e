import { dayMicros } from '#lib/time/day-micros.ts'
import { sessionAt, type TradingCalendar } from '#lib/time/trading-calendar.ts'
import type { BucketOf } from './bucket.ts'

/**
 * Bars that are counted from the open of their session; the last one of a session ends with it, early closes too. A day is the session. What
 * is traded outside of sessions is in no bar.
 */
export const sessionBuckets =
  (calendar: TradingCalendar): BucketOf =>
  (at, widthUs) => {
    const session = sessionAt(calendar, at)
    if (!session) return null
    if (widthUs >= dayMicros) return session
    const start = session.start + Math.floor((at - session.start) / widthUs) * widthUs
    return { start, end: Math.min(start + widthUs, session.end) }
  }
