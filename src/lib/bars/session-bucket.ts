import { dayMicros } from '#lib/time/day-micros.ts'
import { openAt, type TradingCalendar } from '#lib/time/trading-calendar.ts'
import type { BucketOf } from './bucket.ts'

/**
 * Bars that are counted from the open: the last one before a break or the close ends with it, early closes too. A day is the session, from its first open to its
 * last close. What is traded outside of sessions is in no bar.
 */
export const sessionBuckets =
  (calendar: TradingCalendar): BucketOf =>
  (at, widthUs) => {
    const open = openAt(calendar, at)
    if (!open) return null
    if (widthUs >= dayMicros) return open.session
    const { stretch } = open
    const start = stretch.start + Math.floor((at - stretch.start) / widthUs) * widthUs
    return { start, end: Math.min(start + widthUs, stretch.end) }
  }
