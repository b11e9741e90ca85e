import { z } from 'zod'
import { IsoDate } from '#schemas/primitives.ts'
import { wallClock } from './time-zone.ts'
import type { TradingCalendar } from './trading-calendar.ts'

const clockTime = z
  .string()
  .regex(/^-?\d{1,2}:\d{2}(?::\d{2})?$/, 'expected a time like 09:30, or -06:00 for the evening before')
const Hours = z.tuple([clockTime, clockTime])

/**
 * The hours of a market as a person writes them: of a day `[09:30, 16:00]`, or several where it has a break: `[[09:30, 12:00], [13:00, 16:00]]`. A day that
 * is not named has no session; an open may be on the evening before: `-06:00`.
 */
export const MarketHours = z.strictObject({
  zone: z.string(),
  week: z.partialRecord(
    z.enum(['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']),
    z.union([Hours, z.array(Hours).min(1).max(16)]),
  ),
  holidays: z.array(IsoDate).default([]),
  earlyCloses: z.record(IsoDate, clockTime).default({}),
  lateOpens: z.record(IsoDate, clockTime).default({}),
})
export type MarketHours = z.infer<typeof MarketHours>

const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const

/** As a calendar that a pure service can reckon with: the changes of the zone's clock from 1990 to 2050 are in it. Throws a RangeError for an unknown zone. */
export function calendarOf({ zone, week, holidays, earlyCloses, lateOpens }: MarketHours): TradingCalendar {
  const byDay = (times: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(times).map(([date, time]) => [dayOf(date), microsOf(time)]))
  return {
    offsets: offsetsOf(zone),
    week: days.map((day) => stretchesOf(week[day] ?? [])),
    holidays: holidays.map(dayOf).sort((a, b) => a - b),
    earlyCloses: byDay(earlyCloses),
    lateOpens: byDay(lateOpens),
  }
}

type Day = NonNullable<MarketHours['week'][(typeof days)[number]]> | []

/** In order; hours that follow each other without a break are one stretch. */
function stretchesOf(day: Day): { open: number; close: number }[] {
  const hours = (typeof day[0] === 'string' ? [day] : day) as readonly (readonly [string, string])[]
  const sorted = hours.map(([open, close]) => ({ open: microsOf(open), close: microsOf(close) })).sort(byOpen)
  const stretches: { open: number; close: number }[] = []
  for (const { open, close } of sorted) {
    const before = stretches.at(-1)
    if (before && open <= before.close) before.close = Math.max(before.close, close)
    else stretches.push({ open, close })
  }
  return stretches
}

const byOpen = (a: { open: number }, b: { open: number }): number => a.open - b.open

const dayMs = 86_400_000
const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / dayMs

function microsOf(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.replace('-', '').split(':').map(Number)
  const micros = (hours * 3600 + minutes * 60 + seconds) * 1_000_000
  return time.startsWith('-') ? -micros : micros
}

/** A change of the clock is looked for fortnight by fortnight, then minute by minute: no zone changes twice within one. */
function offsetsOf(zone: string): TradingCalendar['offsets'] {
  const utcMs = wallClock(zone)
  const aheadMs = (wallMs: number) => wallMs - utcMs(wallMs)
  const stepMs = 14 * dayMs
  const first = Date.UTC(1990, 0, 1)
  let before = aheadMs(first)
  const offsets = [{ from: 0, ahead: before * 1000 }]
  for (let wall = first; wall < Date.UTC(2050, 0, 1); wall += stepMs) {
    const after = aheadMs(wall + stepMs)
    if (after === before) continue
    let [low, high] = [wall, wall + stepMs]
    while (high - low > 60_000) {
      const middle = low + Math.floor((high - low) / 120_000) * 60_000
      if (aheadMs(middle) === before) low = middle
      else high = middle
    }
    offsets.push({ from: high * 1000, ahead: after * 1000 })
    before = after
  }
  return offsets
}
