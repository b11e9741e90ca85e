const dayMs = 86_400_000

/**
 * From wall time in a zone to UTC, both in milliseconds (wall time as if it were UTC). `zone` is an IANA name, `UTC`, or a fixed
 * offset like `UTC-05`; throws a RangeError on anything else. A wall time that comes twice (clocks go back) is its first
 * occurrence, unless that is before `afterMs`; one that is skipped (clocks go forward) is read with the offset before the change.
 */
export function wallClock(zone: string): (wallMs: number, afterMs?: number) => number {
  const fixed = fixedOffsetMs(zone)
  if (fixed !== null) return (wallMs) => wallMs - fixed
  const offsetAt = offsetsOf(zone)
  let constantDay = Number.NaN
  let constantOffset = 0
  return (wallMs, afterMs = Number.NEGATIVE_INFINITY) => {
    const day = Math.floor(wallMs / dayMs)
    if (day === constantDay) return wallMs - constantOffset
    // Offsets are below a day, and no zone changes twice within three days.
    const before = offsetAt((day - 1) * dayMs)
    const after = offsetAt((day + 2) * dayMs)
    if (before !== after) return nearChange(wallMs, before, after, offsetAt, afterMs)
    constantDay = day
    constantOffset = before
    return wallMs - before
  }
}

/** The offset east of UTC in milliseconds at an instant. Offsets change at quarters of an hour only, so the newest is remembered. */
export function offsetEast(zone: string, utcMs: number): number {
  const fixed = fixedOffsetMs(zone)
  if (fixed !== null) return fixed
  const quarter = Math.floor(utcMs / 900_000)
  const known = newest.get(zone)
  if (known?.quarter === quarter) return known.offset
  const offset = offsetsOf(zone)(quarter * 900_000)
  newest.set(zone, { quarter, offset })
  return offset
}

const newest = new Map<string, { readonly quarter: number; readonly offset: number }>()

function nearChange(
  wallMs: number,
  before: number,
  after: number,
  offsetAt: (utcMs: number) => number,
  afterMs: number,
): number {
  const first = wallMs - before
  const second = wallMs - after
  const isFirst = offsetAt(first) === before
  const isSecond = offsetAt(second) === after
  if (isFirst && isSecond) return first < afterMs ? second : first
  return isSecond && !isFirst ? second : first
}

function fixedOffsetMs(zone: string): number | null {
  const [whole, sign, hours, minutes = '0'] = /^UTC(?:([+-])(\d{2}):?(\d{2})?)?$/.exec(zone) ?? []
  if (whole === undefined) return null
  if (sign === undefined) return 0
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

// A formatter takes longer to make than a file of one option to read.
const lookups = new Map<string, (utcMs: number) => number>()

function offsetsOf(zone: string): (utcMs: number) => number {
  const known = lookups.get(zone) ?? offsetLookup(zone)
  lookups.set(zone, known)
  return known
}

/** The offset east of UTC in milliseconds at an instant. */
function offsetLookup(zone: string): (utcMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (utcMs) => {
    const part: { [type: string]: number } = {}
    for (const { type, value } of format.formatToParts(utcMs)) part[type] = Number(value)
    const { year, month, day, hour, minute, second } = part as Record<
      'year' | 'month' | 'day' | 'hour' | 'minute' | 'second',
      number
    >
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(utcMs / 1000) * 1000
  }
}
