import { wallClock } from '#lib/time/time-zone.ts'
import { quoted } from '../decimal-text.ts'
import { LineFault } from '../line-fault.ts'
import type { LeanResolution } from './lean-path.ts'

/** Of each bar width but the daily one, in milliseconds. */
const widthMs = { second: 1_000, minute: 60_000, hour: 3_600_000 } as const
export const intervalOf = { second: '1s', minute: '1m', hour: '1h', daily: '1d' } as const

/** From the text of a time cell to microseconds UTC: the start of a bar, or when a tick was. */
export type LeanClock = {
  readonly startOf: (cell: string) => number
  /** When a bar that starts at this cell's time ends: a daily one at the next midnight of the zone. */
  readonly endOf: (cell: string, start: number) => number
}

export function leanClock(zone: string, resolution: LeanResolution, date: string | undefined): LeanClock {
  const utcMs = wallClock(zone)
  const midnightMs = date === undefined ? Number.NaN : wallMsOf(date)
  const wallMs = date === undefined ? dayAndTimeMs : (cell: string) => midnightMs + millisecondsIn(cell)
  const startOf = (cell: string) => Math.round(utcMs(wallMs(cell)) * 1000)
  if (resolution === 'daily') return { startOf, endOf: (cell) => utcMs(wallMs(cell) + 86_400_000) * 1000 }
  const widthUs = resolution === 'tick' ? 0 : widthMs[resolution] * 1000
  return { startOf, endOf: (_, start) => start + widthUs }
}

/** Milliseconds since midnight; oanda's have decimals. */
function millisecondsIn(cell: string): number {
  if (!/^\d{1,8}(?:\.\d+)?$/.test(cell))
    throw new LineFault(`time is ${quoted(cell)}, expected milliseconds since midnight`)
  const ms = Number(cell)
  // A wall clock that is set back has 25 hours in its day, but its face shows 24.
  if (ms > 86_400_000) throw new LineFault(`time is ${cell}, beyond the milliseconds of a day`)
  return ms
}

/** `20131007 09:30` */
function dayAndTimeMs(cell: string): number {
  const [whole, date, hours, minutes] = /^(\d{8}) (\d{2}):(\d{2})$/.exec(cell) ?? []
  if (whole === undefined) throw new LineFault(`time is ${quoted(cell)}, expected YYYYMMDD HH:MM`)
  if (Number(hours) > 23 || Number(minutes) > 59) throw new LineFault(`time is ${quoted(cell)}, which no clock shows`)
  return wallMsOf(date as string) + Number(hours) * 3_600_000 + Number(minutes) * 60_000
}

/** Wall time of the midnight that begins a day, as if it were UTC. */
function wallMsOf(date: string): number {
  const [year, month, day] = [Number(date.slice(0, 4)), Number(date.slice(4, 6)), Number(date.slice(6, 8))]
  const ms = Date.UTC(year, month - 1, day)
  const read = new Date(ms)
  if (read.getUTCMonth() !== month - 1 || read.getUTCDate() !== day)
    throw new LineFault(`${quoted(date)} is no day of the calendar`)
  return ms
}
