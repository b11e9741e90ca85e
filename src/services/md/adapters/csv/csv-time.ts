import { UserError } from '#lib/terminal/user-error.ts'
import { wallClock } from '#lib/time/time-zone.ts'
import { decimalText, quoted } from '../decimal-text.ts'
import { LineFault } from '../line-fault.ts'
import { year2200Micros } from '../year-2200.ts'

/** Microseconds UTC of a time cell, and of the wall clock's face `days` later; throws a LineFault when it cannot be read. */
export type CsvClock = { at(cell: string): number; daysLater(cell: string, days: number): number }

/**
 * The clock for a file whose first time cell is known. `format`: s, ms, us, ns or iso; `auto` takes what that cell looks like; anything else is a
 * pattern of yyyy MM dd HH mm ss SSS, or hh with a.
 */
export function csvClock(format: string, zone: string, firstCell: string): CsvClock {
  const chosen = format === 'auto' ? formatOf(firstCell) : format
  const digits = powerOfUnit[chosen]
  if (digits !== undefined) {
    const at = (cell: string) => inRange(countMicros(cell, digits, chosen), cell)
    return { at, daysLater: (cell, days) => at(cell) + days * 86_400_000_000 }
  }
  return wallTime(chosen === 'iso' ? isoFace : patternFace(chosen), zone)
}

/** Digits from the unit to a microsecond. */
const powerOfUnit: Readonly<Record<string, number | undefined>> = { s: 6, ms: 3, us: 0, ns: -3 }

function formatOf(cell: string): string {
  const [, whole] = /^(\d+)(?:\.\d+)?$/.exec(cell.trim()) ?? []
  if (whole === undefined) return 'iso'
  // Seconds have ten digits since 2001; eight digits are a date.
  if (whole.length === 8) return 'yyyyMMdd'
  return whole.length <= 11 ? 's' : whole.length <= 14 ? 'ms' : whole.length <= 17 ? 'us' : 'ns'
}

function countMicros(cell: string, digits: number, unit: string): number {
  const text = decimalText(cell.trim())
  if (text === null || text.startsWith('-'))
    throw new LineFault(`time is ${quoted(cell)}, expected a count of ${unit} since 1970`)
  const [whole = '', fraction = ''] = text.split('.')
  if (digits < 0) return Number(whole.slice(0, digits))
  return Number(whole) * 10 ** digits + (digits === 0 ? 0 : Number(fraction.padEnd(digits, '0').slice(0, digits)))
}

/** A unit that is taken wrong shows: in the wrong one, the times of today are before 1971 or beyond 2200. */
function inRange(micros: number, cell: string): number {
  if (micros < year2200Micros) return micros
  throw new LineFault(`time is ${quoted(cell)}, which is beyond the year 2200: is it in another unit (--time-format)?`)
}

type Face = { readonly wallMs: number; readonly micros: number; readonly offsetMs: number | null }

/** Of a wall time that comes twice, the second is meant when the first would go back in time. */
function wallTime(read: (cell: string) => Face, zone: string): CsvClock {
  const utcMs = zoneClock(zone)
  let newestMs = 0
  const instant = (face: Face, shiftMs: number): number => {
    const wallMs = face.wallMs + shiftMs
    return face.offsetMs === null ? utcMs(wallMs, newestMs) : wallMs - face.offsetMs
  }
  return {
    at(cell) {
      const face = read(cell)
      newestMs = instant(face, 0)
      return inRange(newestMs * 1000 + face.micros, cell)
    },
    daysLater(cell, days) {
      const face = read(cell)
      return instant(face, days * 86_400_000) * 1000 + face.micros
    },
  }
}

function zoneClock(zone: string): ReturnType<typeof wallClock> {
  try {
    return wallClock(zone)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new UserError(`there is no time zone ${zone}`, {
      hint: '--zone takes names like America/New_York, UTC or UTC-05',
    })
  }
}

const isoPattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/i

function isoFace(cell: string): Face {
  const found = isoPattern.exec(cell.trim())
  if (found === null) throw new LineFault(`time is ${quoted(cell)}, expected one like 2026-11-24T09:30:00`)
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = found
  const face = faceOf({ year, month, day, hour, minute, second, fraction }, cell)
  if (zone === undefined) return face
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? []
  const offsetMs = sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  return { ...face, offsetMs }
}

const tokens: Readonly<Record<string, string>> = {
  yyyy: '(?<year>\\d{4})',
  MM: '(?<month>\\d{2})',
  M: '(?<month>\\d{1,2})',
  dd: '(?<day>\\d{2})',
  d: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{2})',
  H: '(?<hour>\\d{1,2})',
  hh: '(?<hour>\\d{2})',
  h: '(?<hour>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
  SSS: '(?<fraction>\\d{1,9})',
  a: '(?<half>[AaPp][Mm])',
}

function patternFace(pattern: string): (cell: string) => Face {
  const source = pattern.replace(
    /yyyy|MM?|dd?|HH?|hh?|mm|ss|SSS|a|[^A-Za-z]+|[A-Za-z]/g,
    (part) => tokens[part] ?? literal(part),
  )
  const expression = new RegExp(`^${source}$`)
  if (!pattern.includes('yyyy') || !/M/.test(pattern) || !/d/.test(pattern)) {
    throw new UserError(`the time format ${quoted(pattern)} names no day`, {
      hint: 'a pattern is like "dd/MM/yyyy HH:mm:ss"',
    })
  }
  return (cell) => {
    const groups = expression.exec(cell.trim())?.groups
    if (groups === undefined) throw new LineFault(`time is ${quoted(cell)}, expected ${pattern}`)
    return faceOf(groups, cell)
  }
}

const literal = (part: string): string => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

function faceOf(part: { readonly [name: string]: string | undefined }, cell: string): Face {
  const { year, month, day, hour = '0', minute = '0', second = '0', fraction = '', half } = part
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)
  const dayMs = Date.UTC(Number(year), Number(month) - 1, Number(day))
  const isDay = new Date(dayMs).getUTCMonth() === Number(month) - 1 && new Date(dayMs).getUTCDate() === Number(day)
  if (!isDay || hours > 23 || Number(minute) > 59 || Number(second) > 59)
    throw new LineFault(`time is ${quoted(cell)}, which no clock shows`)
  const micros = Number(fraction.padEnd(6, '0').slice(0, 6))
  const ms = hours * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1000
  return { wallMs: dayMs + ms, micros, offsetMs: null }
}
