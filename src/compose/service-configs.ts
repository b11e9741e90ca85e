import { createHash } from 'node:crypto'
import { parseBarInterval } from '#lib/bars/bar-interval.ts'
import { externalStrategy } from '#lib/domain/external-order.ts'
import type { AnyService } from '#lib/kernel/service.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { TradingCalendar } from '#lib/time/trading-calendar.ts'
import type { ServiceName } from '#schemas/service-rank.ts'
import { ApprovalTtlMs, type RiskConfig } from '#services/risk/service.ts'
import { bindStrategy, readStrategyFile, type StrategyFile } from '#services/strategy/adapters/strategy-file.ts'
import type { VenueConfig } from '#services/venue/service.ts'
import { catalogueSessions, everyDay, knownCalendars, namedCalendar, type Sessions } from './catalogue-calendars.ts'
import { recordedRun } from './recorded-run.ts'
import { checkOrders } from './role-orders.ts'
import { everyService } from './services.ts'
import { isOfNow, type Topology } from './topology.ts'
import { simulatedVenue } from './venue-settings.ts'

/** A service's configuration as its `system.config` says it: plain JSON, and the SHA-256 of its text. */
export type ServiceConfig = { readonly hash: string; readonly config: unknown }

/**
 * The configuration of every service of a topology; where a run is fed again, that which it was recorded with. Reads strategy files. Throws a
 * UserError on a fault in them.
 */
export function configsOf(topology: Topology): Readonly<Partial<Record<ServiceName, ServiceConfig>>> {
  const { feed } = topology
  if (feed.kind === 'run') return Object.fromEntries(recordedRun(feed.path).configs)
  return configsFromFiles(topology)
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

/** What the simulated venue takes at most, where margin is reserved; what a real one takes its topology says. */
export const feeBoundOf = ({ margin }: Pick<RiskConfig, 'margin'>, venue: Pick<VenueConfig, 'fees'> | null) =>
  margin === undefined || venue === null
    ? undefined
    : { bps: Math.max(0, venue.fees.makerBps, venue.fees.takerBps), perUnit: venue.fees.perUnit }

/** The limits of what is held, which the books watch; undefined where there are none. */
function exposureLimits({ limits, instruments, strategies }: Topology['risk']) {
  const of = (one: (typeof instruments)[string]) =>
    present({ maxPosition: one.maxPosition, maxInstrumentExposure: one.maxInstrumentExposure })
  const { maxStrategyExposure, maxGrossExposure, maxNetExposure } = limits
  const forAll = {
    ...of({ isTradable: true, ...limits }),
    ...present({ maxStrategyExposure, maxGrossExposure, maxNetExposure }),
  }
  const own = Object.entries(instruments).map(([name, one]) => [name, of(one)] as const)
  const ofStrategies = Object.entries(strategies).map(
    ([name, one]) => [name, present({ maxStrategyExposure: one.maxStrategyExposure })] as const,
  )
  const some = (all: (readonly [string, object])[]) =>
    Object.fromEntries(all.filter(([, one]) => Object.keys(one).length > 0))
  const exposures = { limits: forAll, instruments: some(own), strategies: some(ofStrategies) }
  return Object.values(exposures).some((one) => Object.keys(one).length > 0) ? exposures : undefined
}

const present = <Value>(limits: Readonly<Record<string, Value | undefined>>): Readonly<Record<string, Value>> =>
  Object.fromEntries(Object.entries(limits).filter((entry): entry is [string, Value] => entry[1] !== undefined))

function configsFromFiles(topology: Topology): Readonly<Partial<Record<ServiceName, ServiceConfig>>> {
  const { account, venue, risk, clock, bars, chains } = topology
  const hours = catalogueSessions(topology)
  const strategies = topology.strategies.map(({ file, roles, orders }) => {
    const read = readStrategyFile(file)
    const named = Object.entries(roles).filter((role): role is [string, string] => typeof role[1] === 'string')
    const bound = bindStrategy(read, Object.fromEntries(named))
    if (orders) checkOrders(bound.definition, file, roles, orders, venue.kind)
    return { bound: { ...bound, ...calendarsRead(read, bound.roles, topology, hours) }, roles, orders }
  })
  const mappings = strategies.flatMap(({ bound, roles, orders }) =>
    Object.entries(roles)
      .filter(([role]) => bound.definition.trade.some((traded) => traded.role === role))
      .map(([role, to]) => ({
        strategy: bound.definition.name,
        role,
        to: typeof to === 'string' ? { kind: 'instrument', instrument: to } : { kind: 'option', ...to.option },
        ...(orders === undefined ? {} : { orders }),
      })),
  )
  const { maxDrawdown } = risk.limits
  const { fifo: _, ...money } = account
  const configs: Record<ServiceName, unknown> = {
    md: {
      bars,
      ...sessionsIn(hours, calendarsOf(topology)),
      chains: chains.map(({ underlying, every }) =>
        every === undefined ? { underlying } : { underlying, everyMicros: microsOf(every) },
      ),
    },
    venue: venue.kind === 'simulated' ? { ...simulatedVenue(venue), ...currenciesOf(account) } : null,
    orders: {},
    pnl: { ...account, maxDrawdown, exposures: exposureLimits(risk) },
    clock: clock.stepMicros === undefined ? {} : { stepMicros: clock.stepMicros },
    indicators: sessionsIn(hours),
    strategy: { strategies: strategies.map(({ bound }) => bound), startingCash: account.startingCash },
    resolver: { mappings, currency: account.currency },
    // Where time is that of recorded events it passes at any speed: a moment here may be days there, and nothing is stale for that.
    risk: {
      ...money,
      ...(isOfNow(topology) ? {} : { approvalTtlMs: ApprovalTtlMs.maxValue }),
      feeBound: feeBoundOf(risk, venue.kind === 'simulated' ? simulatedVenue(venue) : null),
      sharedExits: venue.kind === 'binance-usdm' || venue.kind === 'deribit' ? 'refuse' : undefined,
      ...risk,
    },
  }
  const names = strategies.map(({ bound }) => bound.definition.name)
  refuseOneName(names, topology)
  refuseUnnamed(names, topology)
  const named = answeringServices(topology).map((service) => [
    service.name,
    said(checked(service, plain(configs[service.name]))),
  ])
  return Object.fromEntries(named)
}

/** A reload of a file that was copied must not stop what runs: both files are named. */
function refuseOneName(names: readonly string[], { strategies }: Topology): void {
  names.forEach((name, n) => {
    const first = names.indexOf(name)
    if (first === n) return
    throw new UserError(`two strategies are called ${name}`, {
      file: strategies[n]?.file,
      hint: `${strategies[first]?.file} is called that too: give one another name`,
    })
  })
}

/** A limit of a strategy that is not there would limit nothing. */
function refuseUnnamed(names: readonly string[], { risk }: Topology): void {
  const known = [...names, externalStrategy]
  const unknown = Object.keys(risk.strategies).find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new UserError(`risk.strategies.${unknown}: no strategy is called that`, { hint: `known: ${known.join(', ')}` })
}

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
