import type { Session, SessionField } from '#lib/strategy/strategy-slot.ts'
import { localTime } from '#lib/time/local-time.ts'
import { sessionAt, type TradingCalendar, wallDayStart } from '#lib/time/trading-calendar.ts'
import type { Running } from './running.ts'
import type { BoundStrategy } from './strategy-config.ts'

const minuteUs = 60_000_000

/** A slot of a session on the newest evaluation: minutes, or what its bars came to. [T30] */
export function sessionValue(
  session: number,
  output: SessionField,
  bound: BoundStrategy,
  { at, ranges }: Running,
): number | null {
  if (output !== 'elapsed' && output !== 'left') return ranges[session]?.[output] ?? null
  const open = stretchAt(bound.definition.sessions[session] as Session, at, bound.calendars)
  return open && (output === 'elapsed' ? at - open.start : open.end - at) / minuteUs
}

/** Takes the newest bar into the sessions that it lies in. */
export function foldRanges({ definition, calendars }: BoundStrategy, running: Running): void {
  for (let n = 0; n < definition.sessions.length; n++) {
    const session = definition.sessions[n] as Session
    if (!session.range) continue
    const open = stretchAt(session, running.from, calendars)
    if (!open) continue
    const [first, high, low] = [session.range.open, session.range.high, session.range.low].map(
      (slot) => running.incoming[slot] ?? null,
    )
    if (first == null || high == null || low == null) continue
    const before = running.ranges[n]
    running.ranges[n] =
      before?.start === open.start
        ? { ...before, high: Math.max(before.high, high), low: Math.min(before.low, low) }
        : { start: open.start, open: first, high, low }
  }
}

/** The stretch [start, end) that an instant is in, microseconds UTC; null outside of the session. */
function stretchAt(
  session: Session,
  at: number,
  calendars: BoundStrategy['calendars'],
): { readonly start: number; readonly end: number } | null {
  if ('calendar' in session) return stretchOf(calendars?.[session.calendar] as TradingCalendar, session.hours, at)
  const { from, to, days, zone } = session
  const { minutes, weekday } = localTime(zone, at)
  if (minutes < from || minutes >= to || !days.includes(weekday)) return null
  return { start: Math.round(at - (minutes - from) * minuteUs), end: Math.round(at + (to - minutes) * minuteUs) }
}

function stretchOf(
  calendar: TradingCalendar,
  hours: { readonly from: number; readonly to: number } | undefined,
  at: number,
) {
  const open = sessionAt(calendar, at)
  if (!open || !hours) return open
  const midnight = wallDayStart(calendar, open.day)
  const start = Math.max(open.start, midnight + hours.from * minuteUs)
  const end = Math.min(open.end, midnight + hours.to * minuteUs)
  return start <= at && at < end ? { start, end } : null
}
