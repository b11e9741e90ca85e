import { isZone } from '#lib/time/is-zone.ts'
import type { DeclaredSession } from './declared-inputs.ts'
import { didYouMean } from './did-you-mean.ts'
import type { Report } from './problem.ts'
import { weekdays } from './weekdays.ts'
import { type Field, startOf, writtenText } from './yaml-tree.ts'

/** `{ session: 09:30-16:00, zone: America/New_York, days: monday-friday }`. */
export function readSession(name: string, part: ReadonlyMap<string, Field>, report: Report): DeclaredSession | null {
  for (const [key, field] of part)
    if (!['session', 'zone', 'days'].includes(key))
      report.error(field.at, `${name} is a session (session, zone and days) and has no ${key}`)
  const hours = readHours(part.get('session') as Field, report)
  const zoneField = part.get('zone')
  const zone = zoneField ? readZone(zoneField, report) : 'UTC'
  const daysField = part.get('days')
  const days = daysField ? readDays(daysField, report) : [1, 2, 3, 4, 5, 6, 7]
  return hours && zone !== null && days ? { kind: 'session', session: { ...hours, days, zone } } : null
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
