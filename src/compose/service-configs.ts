import { createHash } from 'node:crypto'
import { parseBarInterval } from '#lib/bars/bar-interval.ts'
import type { AnyService } from '#lib/kernel/service.ts'
import type { StrategyDefinition } from '#lib/strategy/strategy-definition.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { TradingCalendar } from '#lib/time/trading-calendar.ts'
import type { ServiceName } from '#schemas/service-rank.ts'
import { bindStrategy, readStrategyFile, type StrategyFile } from '#services/strategy/adapters/strategy-file.ts'
import { capitalConfigs } from './capital-configs.ts'
import { catalogueSessions, everyDay, knownCalendars, namedCalendar, type Sessions } from './catalogue-calendars.ts'
import { recordedRun } from './recorded-run.ts'
import { everyService } from './services.ts'
import { definitionsIn } from './strategies-in.ts'
import type { Topology } from './topology.ts'
import { simulatedVenue } from './venue-settings.ts'

/** A service's configuration as its `system.config` says it: plain JSON, and the SHA-256 of its text. */
export type ServiceConfig = { readonly hash: string; readonly config: unknown }
export type ServiceConfigs = Readonly<Partial<Record<ServiceName, ServiceConfig>>>

/**
 * The configuration of every service of a topology; where a run is fed again, that which it was recorded with. Reads strategy files. Throws a
 * UserError on a fault in them.
 */
export function configsOf(topology: Topology): ServiceConfigs {
  const { feed } = topology
  if (feed.kind === 'run') return Object.fromEntries(recordedRun(feed.path).configs)
  return configsFromFiles(topology)
}

/** Of a changed topology what a running tree takes, for its strategies as they run, whatever their files say now. Throws a UserError on a fault. */
export function reloadedConfigs(topology: Topology, running: ServiceConfigs): ServiceConfigs {
  const definitions = definitionsIn(running.strategy?.config)
  return saidOf(topology, capitalConfigs(topology, definitions))
}

/** The services that answer: not a real venue, and where a run is fed again, those that did then (not the clock of a live one, which is fed). */
export function answeringServices(topology: Topology): readonly AnyService[] {
  if (topology.feed.kind !== 'run')
    return topology.venue.kind === 'simulated' ? everyService : everyService.filter(({ name }) => name !== 'venue')
  const { configs } = recordedRun(topology.feed.path)
  return everyService.filter(({ name }) => configs.has(name))
}

/** What the simulated venue is paid in: the account's currency, and those that the account converts. */
export const currenciesOf = ({ currency, conversions }: Topology['account']) => ({
  currency,
  currencies: conversions === undefined ? undefined : Object.keys(conversions),
})

function configsFromFiles(topology: Topology): ServiceConfigs {
  const { account, venue, clock, bars, chains } = topology
  const hours = catalogueSessions(topology)
  const strategies = topology.strategies.map(({ file, roles }) => {
    const read = readStrategyFile(file)
    const named = Object.entries(roles).filter((role): role is [string, string] => typeof role[1] === 'string')
    const bound = bindStrategy(read, Object.fromEntries(named))
    return { ...bound, ...calendarsRead(read, bound.roles, topology, hours) }
  })
  const definitions = strategies.map(({ definition }) => definition)
  refuseOneName(definitions, topology)
  const configs: Record<ServiceName, unknown> = {
    ...capitalConfigs(topology, definitions),
    md: {
      bars,
      ...sessionsIn(hours, calendarsOf(topology)),
      chains: chains.map(({ underlying, every }) =>
        every === undefined ? { underlying } : { underlying, everyMicros: microsOf(every) },
      ),
    },
    venue: venue.kind === 'simulated' ? { ...simulatedVenue(venue), ...currenciesOf(account) } : null,
    orders: {},
    clock: clock.stepMicros === undefined ? {} : { stepMicros: clock.stepMicros },
    indicators: sessionsIn(hours),
    strategy: { strategies, startingCash: account.startingCash },
  }
  return saidOf(topology, configs)
}

/** A reload of a file that was copied must not stop what runs: both files are named. */
function refuseOneName(definitions: readonly StrategyDefinition[], { strategies }: Topology): void {
  const names = definitions.map(({ name }) => name)
  names.forEach((name, n) => {
    const first = names.indexOf(name)
    if (first === n) return
    throw new UserError(`two strategies are called ${name}`, {
      file: strategies[n]?.file,
      hint: `${strategies[first]?.file} is called that too: give one another name`,
    })
  })
}

const saidOf = (topology: Topology, configs: Partial<Record<ServiceName, unknown>>): ServiceConfigs =>
  Object.fromEntries(
    answeringServices(topology)
      .filter(({ name }) => name in configs)
      .map((service) => [service.name, said(checked(service, plain(configs[service.name])))]),
  )

function checked({ name, config }: AnyService, value: unknown): unknown {
  const found = config.safeParse(value)
  if (found.success) return found.data
  const [issue] = found.error.issues
  throw new UserError(`${name}: ${[...(issue?.path ?? []), issue?.message].join(' ')}`)
}

/** The calendars that a strategy's sessions name: of the topology, one that is known here, or `own`, that of its first series' instrument. */
function calendarsRead(
  { file, definition }: StrategyFile,
  roles: Readonly<Record<string, string>>,
  topology: Topology,
  hours: Sessions | null,
): { calendars?: Record<string, TradingCalendar> } {
  const names = definition?.sessions.flatMap((session) => ('calendar' in session ? [session.calendar] : [])) ?? []
  if (names.length === 0) return {}
  const read = names.map((name) => {
    const calendar =
      name === 'own'
        ? ownCalendar(file, roles[definition?.series[0]?.role ?? ''], hours)
        : namedCalendar(topology, name)
    if (calendar === undefined)
      throw new UserError(`there is no calendar ${name}`, {
        file,
        hint: `known: ${[...Object.keys(topology.calendars), ...knownCalendars].join(', ')}; a topology names others under calendars`,
      })
    return [name, calendar] as const
  })
  return { calendars: Object.fromEntries(read) }
}

function ownCalendar(file: string, instrument = '', hours: Sessions | null): TradingCalendar | undefined {
  if (hours === null)
    throw new UserError('it reads its own calendar, and there is no catalogue to say which that is', {
      file,
      hint: 'name one as catalogue of the topology, or with --catalogue',
    })
  const name = hours.sessions[instrument]
  return name === undefined ? everyDay() : hours.calendars[name]
}

/** Nothing where there are none, so that a configuration without them is what it was. */
function sessionsIn(hours: Sessions | null, others: Record<string, TradingCalendar> = {}): object {
  const calendars = { ...others, ...hours?.calendars }
  return {
    ...(Object.keys(calendars).length > 0 ? { calendars } : {}),
    ...(hours && Object.keys(hours.sessions).length > 0 ? { sessions: hours.sessions } : {}),
  }
}

const calendarsOf = (topology: Topology): Record<string, TradingCalendar> =>
  Object.fromEntries(
    Object.keys(topology.calendars).map((name) => [name, namedCalendar(topology, name) as TradingCalendar]),
  )

function said(value: unknown): ServiceConfig {
  const config = plain(value)
  return { hash: createHash('sha256').update(JSON.stringify(config)).digest('hex'), config }
}

// Without what is undefined, as the log has it.
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

function microsOf(width: string): number {
  const interval = parseBarInterval(width)
  if (interval.kind !== 'time') throw new Error(`${width} is no time`)
  return interval.widthUs
}
