import { isZone } from '#lib/time/is-zone.ts'
import { Name } from '#schemas/primitives.ts'
import type { DeclaredSession } from './declared-inputs.ts'
import { didYouMean } from './did-you-mean.ts'
import type { Report } from './problem.ts'
import { weekdays } from './weekdays.ts'
import { type Field, startOf, writtenText } from './yaml-tree.ts'

const keys = ['session', 'calendar', 'zone', 'days', 'of']

/** `{ session: 09:30-16:00, zone: America/New_York, days: monday-friday }`, or `{ calendar: nyse }`; `of: price` gives it open, high and low. */
export function readSession(
  name: string,
  part: ReadonlyMap<string, Field>,
  allSeries: readonly string[],
  report: Report,
): DeclaredSession | null {
  const calendarField = part.get('calendar')
  const known = calendarField ? keys.filter((key) => key !== 'zone' && key !== 'days') : keys
  for (const [key, field] of part)
    if (!known.includes(key)) report.error(field.at, `${name} is a session (${known.join(', ')}) and has no ${key}`)
  const ofField = part.get('of')
  const of = ofField ? readOf(ofField, allSeries, report) : undefined
  const hoursField = part.get('session')
  const hours = hoursField && readHours(hoursField, report)
  const calendar = calendarField && readCalendar(calendarField, report)
  if (of === null || hours === null || calendar === null) return null
  const ranged = of === undefined ? {} : { of }
  if (calendar !== undefined) return { kind: 'session', session: { calendar, ...(hours ? { hours } : {}) }, ...ranged }
  const zoneField = part.get('zone')
  const zone = zoneField ? readZone(zoneField, report) : 'UTC'
  const daysField = part.get('days')
  const days = daysField ? readDays(daysField, report) : [1, 2, 3, 4, 5, 6, 7]
  return hours && zone !== null && days ? { kind: 'session', session: { ...hours, days, zone }, ...ranged } : null
}

/** A range is made of the bars that are judged: those of the first series. */
function readOf({ at, value }: Field, [first = '', ...others]: readonly string[], report: Report): string | null {
  const of = writtenText(value) ?? ''
  if (of === first) return of
  const why = others.includes(of)
    ? `the range of a session is that of the first series, ${first}`
    : `there is no series ${of}${didYouMean(of, [first])}; known: ${first}`
  report.error(startOf(value, at), why)
  return null
}

function readCalendar({ at, value }: Field, report: Report): string | null {
  const calendar = writtenText(value) ?? ''
  if (Name.safeParse(calendar).success) return calendar
  report.error(
    startOf(value, at),
    'calendar has to be the name of one, such as nyse, one of the topology, or own, the one that the catalogue says',
  )
  return null
}

/** An IANA time zone, such as America/New_York. */
export function readZone({ at, value }: Field, report: Report): string | null {
  const zone = writtenText(value) ?? ''
  if (isZone(zone)) return zone
  report.error(
    startOf(value, at),
    `${JSON.stringify(zone)} is no time zone; it is written like America/New_York or UTC`,
  )
  return null
}

function readHours({ at, value }: Field, report: Report): { from: number; to: number } | null {
  const text = writtenText(value) ?? ''
  const [, fromHour, fromMinute, toHour, toMinute] = /^(\d{2}):(\d{2})\s*-\s*(\d{2}):(\d{2})$/.exec(text) ?? []
  const from = Number(fromHour) * 60 + Number(fromMinute)
  const to = Number(toHour) * 60 + Number(toMinute)
  const isClock = Number(fromMinute) < 60 && Number(toMinute) < 60 && from < 1440 && to <= 1440
  if (isClock && from < to) return { from, to }
  report.error(startOf(value, at), 'session has to be a stretch of one day, such as 09:30-16:00')
  return null
}

function readDays({ at, value }: Field, report: Report): number[] | null {
  const text = writtenText(value) ?? ''
  const words = text.split(/[\s,]+|(-)/).filter((word) => word)
  const days: number[] = []
  for (let n = 0; n < words.length; n++) {
    const day = weekdays.indexOf(words[n] as string) + 1
    const isRange = words[n] === '-'
    const until = isRange ? weekdays.indexOf(words[n + 1] ?? '') + 1 : day
    const from = isRange ? (days.at(-1) ?? 0) : day
    if (from === 0 || until === 0 || until < from) {
      const meant = didYouMean(words[n] as string, weekdays)
      report.error(startOf(value, at), `days has to be days of the week, such as monday-friday${meant}`)
      return null
    }
    for (let one = from; one <= until; one++) if (!days.includes(one)) days.push(one)
    if (isRange) n++
  }
  if (days.length === 0) report.error(startOf(value, at), 'days has to be days of the week, such as monday-friday')
  return days.length > 0 ? days : null
}
