import { dayMicros } from '#lib/time/day-micros.ts'

/** When a bar ends: after a time in microseconds, or on the trade that makes a count or an exact sum reach the threshold. */
export type BarInterval =
  | { readonly kind: 'time'; readonly widthUs: number }
  | { readonly kind: 'trades'; readonly threshold: number }
  | { readonly kind: 'volume'; readonly threshold: number }
  | { readonly kind: 'notional'; readonly threshold: number }

/** Reads `250ms 1s 5m 1h 1d` (time), `250t` (trades), `50000v` (volume), `5000000n` (notional). Throws on anything else. */
export function parseBarInterval(text: string): BarInterval {
  const [, digits, unit] = /^([1-9]\d*)(ms|s|m|h|d|t|v|n)$/.exec(text) ?? []
  const amount = Number(digits)
  if (!Number.isSafeInteger(amount))
    throw new Error(`not a bar width: ${text}; expected one like 1m, 1d, 250t, 50000v or 5000000n`)
  switch (unit) {
    case 't':
      return { kind: 'trades', threshold: amount }
    case 'v':
      return { kind: 'volume', threshold: amount }
    case 'n':
      return { kind: 'notional', threshold: amount }
    default:
      return { kind: 'time', widthUs: amount * (unitUs[unit as string] as number) }
  }
}

/** Can bars of this width be built? No time bar is wider than 366 days: what lies beyond are slips of the finger. */
export function isBuildable(text: string): boolean {
  const interval = parseBarInterval(text)
  return interval.kind !== 'time' || interval.widthUs <= 366 * dayMicros
}

const unitUs: Readonly<Record<string, number>> = {
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: dayMicros,
}
