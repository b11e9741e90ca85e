import { z } from 'zod'
import { readJsonFile } from '#lib/files/read-json-file.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { MarketHours } from '#lib/time/market-hours.ts'

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const
const Segment = z.looseObject({ start: z.string(), end: z.string(), state: z.string() })
const Entry = z.looseObject({
  exchangeTimeZone: z.string(),
  ...Object.fromEntries(weekdays.map((day) => [day, z.array(Segment).default([])])),
  holidays: z.array(z.string()).default([]),
  earlyCloses: z.record(z.string(), z.string()).default({}),
  lateOpens: z.record(z.string(), z.string()).default({}),
})

/**
 * The regular hours of a market in LEAN's market-hours-database.json (may be gzip), by its key there, like `Equity-usa-[*]`: of a day the
 * segments that are called market. Throws a UserError.
 */
export function readMarketHours(file: string, key: string): MarketHours {
  const entries = marketHoursEntries(file)
  if (!Object.hasOwn(entries, key))
    throw new UserError(`has no market ${key}`, { file, hint: 'a key is like Equity-usa-[*]' })
  const parsed = Entry.safeParse(entries[key])
  if (!parsed.success) throw new UserError(`${key}: ${parsed.error.issues[0]?.message}`, { file })
  const { exchangeTimeZone, holidays, earlyCloses, lateOpens, ...rest } = parsed.data
  const byDate = (times: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(times).map(([date, time]) => [isoDate(date), clockTime(time)]))
  const hours = MarketHours.safeParse({
    zone: exchangeTimeZone,
    week: Object.fromEntries(weekdays.flatMap((day) => marketOf(day, rest[day] as z.infer<typeof Segment>[]))),
    holidays: holidays.map(isoDate),
    earlyCloses: byDate(earlyCloses),
    lateOpens: byDate(lateOpens),
  })
  if (hours.success) return hours.data
  const [issue] = hours.error.issues
  throw new UserError(`${key}: ${issue?.path.join('.')}: ${issue?.message}`, { file })
}

/** What the database says of each market, by its key. Throws a UserError. */
export function marketHoursEntries(file: string): Readonly<Record<string, unknown>> {
  const { entries } = (readJsonFile(file) ?? {}) as { entries?: Record<string, unknown> | null }
  if (typeof entries === 'object' && entries !== null) return entries
  throw new UserError('is no database of market hours: it has no entries', { file })
}

function marketOf(day: string, segments: readonly z.infer<typeof Segment>[]): [string, [string, string][]][] {
  const market = segments.filter(({ state }) => state === 'market')
  return market.length === 0 ? [] : [[day, market.map(({ start, end }) => [clockTime(start), clockTime(end)])]]
}

/** `1.00:00:00` is the midnight that ends the day. */
const clockTime = (time: string): string => (time.startsWith('1.') ? time.replace('1.00', '24') : time)

/** `7/3/2013` is 2013-07-03. */
function isoDate(date: string): string {
  const [month = '', day = '', year = ''] = date.split('/')
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
}
