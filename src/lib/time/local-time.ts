import { offsetEast } from './time-zone.ts'

/** Wall time in a zone: minutes since midnight (with a fraction), and the day of the week from 1 for Monday. */
export type LocalTime = { readonly minutes: number; readonly weekday: number }

/** Of an instant in microseconds UTC. `zone` is an IANA name, `UTC` or a fixed offset; throws a RangeError on anything else. */
export function localTime(zone: string, atUs: number): LocalTime {
  const wallMs = atUs / 1000 + offsetEast(zone, atUs / 1000)
  const day = Math.floor(wallMs / dayMs)
  // 1970-01-01 was a Thursday.
  return { minutes: (wallMs - day * dayMs) / 60_000, weekday: ((((day + 3) % 7) + 7) % 7) + 1 }
}

const dayMs = 86_400_000
