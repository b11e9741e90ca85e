import { dayOfDate } from './calendar-day.ts'

/** Of expiries `YYYY-MM-DD`, the nearest that is at least so many calendar days from `today`; null where none is. [C8] */
export const nearestExpiry = (expiries: readonly string[], today: number, minDays: number): string | null =>
  best(expiries, (expiry) => {
    const days = dayOfDate(expiry) - today
    return days >= minDays ? days : null
  })

/** The nearest of those from `min` to `max` calendar days away. [C8] */
export const expiryBetween = (expiries: readonly string[], today: number, min: number, max: number): string | null =>
  best(expiries, (expiry) => {
    const days = dayOfDate(expiry) - today
    return days >= min && days <= max ? days : null
  })

/** The one whose distance is nearest to so many days; of two the earlier. [C8] */
export const expiryClosestTo = (expiries: readonly string[], today: number, days: number): string | null =>
  best(expiries, (expiry) => Math.abs(dayOfDate(expiry) - today - days))

function best(expiries: readonly string[], costOf: (expiry: string) => number | null): string | null {
  let found: string | null = null
  let least = Number.POSITIVE_INFINITY
  for (const expiry of expiries) {
    const cost = costOf(expiry)
    if (cost === null || cost > least || (cost === least && found !== null && expiry > found)) continue
    found = expiry
    least = cost
  }
  return found
}
