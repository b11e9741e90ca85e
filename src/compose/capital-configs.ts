import { externalStrategy } from '#lib/domain/external-order.ts'
import type { StrategyDefinition } from '#lib/strategy/strategy-definition.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { ApprovalTtlMs, type RiskConfig } from '#services/risk/service.ts'
import type { VenueConfig } from '#services/venue/service.ts'
import { checkOrders } from './role-orders.ts'
import { isOfNow, type Topology } from './topology.ts'
import { simulatedVenue } from './venue-settings.ts'

/**
 * What follows from limits, the account and how orders are worded, for these definitions of the topology's strategies. Reads no file. Throws a UserError on
 * a fault.
 */
export function capitalConfigs(topology: Topology, definitions: readonly StrategyDefinition[]) {
  const { account, venue, risk } = topology
  refuseUnnamed(definitions, topology)
  const { maxDrawdown } = risk.limits
  const { fifo: _, ...money } = account
  return {
    pnl: { ...account, maxDrawdown, exposures: exposureLimits(risk) },
    resolver: { mappings: mappingsOf(topology, definitions), currency: account.currency },
    // Where time is that of recorded events it passes at any speed: a moment here may be days there, and nothing is stale for that.
    risk: {
      ...money,
      ...(isOfNow(topology) ? {} : { approvalTtlMs: ApprovalTtlMs.maxValue }),
      feeBound: feeBoundOf(risk, venue.kind === 'simulated' ? simulatedVenue(venue) : null),
      sharedExits: venue.kind === 'binance-usdm' || venue.kind === 'deribit' ? 'refuse' : undefined,
      ...risk,
    },
  }
}

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

/** The instruments of the roles that each strategy trades. */
const mappingsOf = ({ strategies, venue }: Topology, definitions: readonly StrategyDefinition[]) =>
  definitions.flatMap((definition, n) => {
    const { file, roles, orders } = strategies[n] as Topology['strategies'][number]
    if (orders) checkOrders(definition, file, roles, orders, venue.kind)
    return Object.entries(roles)
      .filter(([role]) => definition.trade.some((traded) => traded.role === role))
      .map(([role, to]) => ({
        strategy: definition.name,
        role,
        to: typeof to === 'string' ? { kind: 'instrument', instrument: to } : { kind: 'option', ...to.option },
        ...(orders === undefined ? {} : { orders }),
      }))
  })

/** A limit of a strategy that is not there would limit nothing. */
function refuseUnnamed(definitions: readonly StrategyDefinition[], { risk }: Topology): void {
  const known = [...definitions.map(({ name }) => name), externalStrategy]
  const unknown = Object.keys(risk.strategies).find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new UserError(`risk.strategies.${unknown}: no strategy is called that`, { hint: `known: ${known.join(', ')}` })
}
