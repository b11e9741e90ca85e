import { UserError } from '#lib/terminal/user-error.ts'
import { calendarOf, type MarketHours } from '#lib/time/market-hours.ts'
import { nyseHours } from '#lib/time/nyse-hours.ts'
import type { TradingCalendar } from '#lib/time/trading-calendar.ts'
import { readCatalogue } from '#services/md/adapters/instruments/catalogue-file.ts'
import { readMarketHours } from '#services/md/adapters/lean/market-hours-database.ts'
import type { Topology } from './topology.ts'

/** The name of the calendar of each instrument that has sessions, and the calendars. */
export type Sessions = {
  readonly sessions: Readonly<Record<string, string>>
  readonly calendars: Readonly<Record<string, TradingCalendar>>
}

/**
 * The sessions of the instruments that a topology names (roles, options, bars, the feed), as its catalogue says; null without a catalogue. Throws a
 * UserError for an instrument that the catalogue does not have and for a calendar whose hours nobody says.
 */
export function catalogueSessions(topology: Topology): Sessions | null {
  if (topology.catalogue === undefined) return null
  const catalogue = readCatalogue(topology.catalogue)
  const sessions: Record<string, string> = {}
  const calendars: Record<string, TradingCalendar> = {}
  for (const instrument of instrumentsNamed(topology)) {
    const entry = catalogue.get(instrument)
    if (!entry) throw new UserError(`has no ${instrument}`, { file: topology.catalogue })
    const { calendar } = entry
    if (calendar === always) continue
    calendars[calendar] ??= hoursOf(topology, calendar, instrument)
    sessions[instrument] = calendar
  }
  return { sessions, calendars }
}

/** The hours that a calendar has: of the topology, or known here. Undefined where nobody says. */
export function namedCalendar({ calendars }: Topology, name: string): TradingCalendar | undefined {
  const hours = Object.hasOwn(calendars, name) ? calendars[name] : known[name]?.()
  return hours && calendarOf('lean' in hours ? readMarketHours(hours.lean, hours.market) : hours)
}

/** Of an instrument without sessions: every UTC day. */
export const everyDay = (): TradingCalendar => calendarOf(alwaysHours())

const always = '24x7'

const alwaysHours = (): MarketHours => {
  const day: [string, string] = ['00:00', '24:00']
  const names = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const
  const week = Object.fromEntries(names.map((name) => [name, day]))
  return { zone: 'UTC', week, holidays: [], earlyCloses: {}, lateOpens: {} }
}

/** `usa` is what LEAN calls the market of US equities. */
const known: Readonly<Record<string, () => MarketHours>> = { nyse: nyseHours, usa: nyseHours, [always]: alwaysHours }

export const knownCalendars = Object.keys(known)

function hoursOf(topology: Topology, calendar: string, instrument: string): TradingCalendar {
  const hours = namedCalendar(topology, calendar)
  if (hours) return hours
  throw new UserError(`${instrument} has the calendar ${calendar}, and nothing says its hours`, {
    file: topology.catalogue,
    hint: `name ${calendar} under calendars of the topology; known without: ${knownCalendars.join(', ')}`,
  })
}

function instrumentsNamed({ strategies, bars, feed }: Topology): ReadonlySet<string> {
  const ofRoles = strategies.flatMap(({ roles }) =>
    Object.values(roles).map((to) => (typeof to === 'string' ? to : to.option.underlying)),
  )
  const ofBars = bars.flatMap(({ instrument }) => instrument ?? [])
  return new Set([...ofRoles, ...ofBars, ...('instruments' in feed ? (feed.instruments ?? []) : [])])
}
