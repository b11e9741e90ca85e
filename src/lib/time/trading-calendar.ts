import { z } from 'zod'
import { dayMicros } from '#lib/time/day-micros.ts'

const Hours = z.strictObject({ open: z.int(), close: z.int() }).refine(({ open, close }) => open < close)
const WallDay = z.int()

/**
 * When a market trades, as plain JSON. Times are microseconds. A wall time is the face of the market's clock counted as if it were UTC; a wall
 * day is counted from 1970-01-01. `open` and `close` are counted from the midnight of their day: an open before it is negative.
 */
export const TradingCalendar = z.strictObject({
  /** From that wall time on, the clock is so far ahead of UTC; in order. */
  offsets: z.array(z.strictObject({ from: z.int(), ahead: z.int() })).min(1),
  /** From Sunday to Saturday, each in order; more than one where a day has a break. */
  week: z.array(z.array(Hours)).length(7),
  /** In order. */
  holidays: z.array(WallDay),
  earlyCloses: z.record(z.string(), z.int()),
  lateOpens: z.record(z.string(), z.int()),
})
export type TradingCalendar = z.infer<typeof TradingCalendar>

/** Without a break: [start, end) in microseconds UTC. */
export type Stretch = { readonly start: number; readonly end: number }

/** One session: from its first open to its last close, and the wall day that it belongs to. Breaks are not of it. */
export type Session = Stretch & { readonly day: number }

/** The session that an instant is in, or null. O(log n) in the changes of the clock. */
export const sessionAt = (calendar: TradingCalendar, at: number): Session | null =>
  openAt(calendar, at)?.session ?? null

/** The stretch of a session that an instant is in, and the session, or null. */
export function openAt(
  calendar: TradingCalendar,
  at: number,
): { readonly session: Session; readonly stretch: Stretch } | null {
  const today = Math.floor((at + aheadAt(calendar, at)) / dayMicros)
  // A session may begin on the evening before its day, or end after its midnight.
  for (const day of [today, today + 1, today - 1]) {
    const stretches = stretchesOf(calendar, day)
    const stretch = stretches.find(({ start, end }) => start <= at && at < end)
    if (stretch) return { session: wholeOf(stretches, day) as Session, stretch }
  }
  return null
}

/** The session of a wall day, or null. */
export const sessionOf = (calendar: TradingCalendar, day: number): Session | null =>
  wholeOf(stretchesOf(calendar, day), day)

function wholeOf(stretches: readonly Stretch[], day: number): Session | null {
  const [first] = stretches
  const last = stretches.at(-1)
  return first && last ? { day, start: first.start, end: last.end } : null
}

/** An early close ends the day, unless a late open is behind it: then trading rests between them. */
function stretchesOf(calendar: TradingCalendar, day: number): Stretch[] {
  const hours = calendar.week[(((day + 4) % 7) + 7) % 7] ?? []
  if (hours.length === 0 || calendar.holidays.includes(day)) return []
  const until = calendar.earlyCloses[day] ?? Number.POSITIVE_INFINITY
  const from = calendar.lateOpens[day] ?? Number.NEGATIVE_INFINITY
  const parts: readonly (readonly [number, number])[] =
    until < from
      ? [
          [Number.NEGATIVE_INFINITY, until],
          [from, Number.POSITIVE_INFINITY],
        ]
      : [[from, until]]
  const stretches: Stretch[] = []
  for (const { open, close } of hours) {
    for (const [first, last] of parts) {
      const [start, end] = [Math.max(open, first), Math.min(close, last)]
      if (start < end)
        stretches.push({ start: utcOf(calendar, day * dayMicros + start), end: utcOf(calendar, day * dayMicros + end) })
    }
  }
  return stretches
}

/** The day of the session that an instant is in; outside of sessions that on the market's clock. */
export const sessionDay = (calendar: TradingCalendar, at: number): number =>
  sessionAt(calendar, at)?.day ?? Math.floor((at + aheadAt(calendar, at)) / dayMicros)

/** When a wall day begins, microseconds UTC; by the clock that its noon has. */
export const wallDayStart = (calendar: TradingCalendar, day: number): number =>
  utcOf(calendar, day * dayMicros + dayMicros / 2) - dayMicros / 2

/** A wall time that comes twice is its first occurrence, one that is skipped is read with the offset before the change. */
const utcOf = ({ offsets }: TradingCalendar, wall: number): number => wall - last(offsets, ({ from }) => from <= wall)

const aheadAt = ({ offsets }: TradingCalendar, at: number): number =>
  last(offsets, ({ from, ahead }) => from - ahead <= at)

/** What the last one says of those that hold, which come first; that of the first where none holds. */
function last(offsets: TradingCalendar['offsets'], holds: (offset: TradingCalendar['offsets'][number]) => boolean) {
  let [low, high] = [0, offsets.length]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (holds(offsets[middle] as TradingCalendar['offsets'][number])) low = middle
    else high = middle
  }
  return (offsets[low] as TradingCalendar['offsets'][number]).ahead
}
