import type { z } from 'zod'
import { indicatorPayload } from './indicator.ts'
import { type IndicatorName, type IndicatorTopic, indicatorOutputs } from './indicator-outputs.ts'
import * as market from './market.ts'
import { MdOrder } from './market-orders.ts'
import * as ml from './ml.ts'
import * as order from './order.ts'
import * as pnl from './pnl.ts'
import * as resolver from './resolver.ts'
import * as risk from './risk.ts'
import * as strategy from './strategy.ts'
import * as system from './system.ts'
import * as venue from './venue.ts'

/** Who may say it. `self` = any authenticated service, about itself. */
export type Writer =
  | 'self'
  | 'clock'
  | 'md'
  | 'indicators'
  | 'ml'
  | 'strategy'
  | 'resolver'
  | 'risk'
  | 'orders'
  | 'venue'
  | 'pnl'
  | 'router'
  | 'operator'

export type CatalogueEntry = {
  readonly schema: z.ZodType
  readonly v: number
  readonly writer: Writer
  /** `fsync`: delivered only when durable. `relaxed`: may be delivered when written (never for capital topics). */
  readonly durability: 'fsync' | 'relaxed'
  /** Signed by its writer's process as it leaves, checked where it is consumed. */
  readonly isSigned?: true
}

type Entry<S extends z.ZodType> = CatalogueEntry & { readonly schema: S }
const entry = <S extends z.ZodType>(
  schema: S,
  writer: Writer,
  more: Partial<Omit<CatalogueEntry, 'schema'>> = {},
): Entry<S> => ({
  v: 1,
  writer,
  durability: 'fsync',
  ...more,
  schema,
})

/** Its schema is made when somebody asks for it: a process reads few of the indicators, and each schema takes memory. */
function entryMadeLate<S extends z.ZodType>(make: () => S, writer: Writer): Entry<S> {
  let made: S | undefined
  return {
    v: 1,
    writer,
    durability: 'fsync',
    get schema() {
      made ??= make()
      return made
    },
  }
}

type IndicatorTopics = {
  readonly [Name in IndicatorName as IndicatorTopic<Name>]: Entry<ReturnType<typeof indicatorPayload<Name>>>
}
const indicatorTopics = Object.fromEntries(
  (Object.keys(indicatorOutputs) as IndicatorName[]).map((name) => [
    `indicator.${name}.v1`,
    entryMadeLate(() => indicatorPayload(name), 'indicators'),
  ]),
) as unknown as IndicatorTopics

/** Every topic: its payload schema, version, single writer and durability. The namespace is the word before the first dot. */
export const catalogue = {
  'md.instrument': entry(market.MdInstrument, 'md'),
  'md.tick': entry(market.MdTick, 'md', { durability: 'relaxed' }),
  'md.depth': entry(market.MdDepth, 'md', { durability: 'relaxed' }),
  'md.order': entry(MdOrder, 'md', { durability: 'relaxed' }),
  'md.bar': entry(market.MdBar, 'md', { durability: 'relaxed' }),
  'md.option.tick': entry(market.MdOptionTick, 'md', { durability: 'relaxed' }),
  'md.option.chain.snapshot': entry(market.MdOptionChainSnapshot, 'md', { durability: 'relaxed' }),
  'md.funding': entry(market.MdFunding, 'md', { durability: 'relaxed' }),
  'md.split': entry(market.MdSplit, 'md'),
  'md.gap': entry(market.MdGap, 'md'),
  'md.status': entry(market.MdStatus, 'md'),
  ...indicatorTopics,
  'ml.signal': entry(ml.MlSignal, 'ml'),
  'strategy.loaded': entry(strategy.StrategyLoaded, 'strategy'),
  'strategy.intent': entry(strategy.StrategyIntent, 'strategy'),
  'strategy.status': entry(strategy.StrategyStatus, 'strategy'),
  'instrument.resolved': entry(resolver.InstrumentResolved, 'resolver'),
  'instrument.rejected': entry(resolver.InstrumentRejected, 'resolver'),
  'risk.approved': entry(risk.RiskApproved, 'risk', { isSigned: true }),
  'risk.rejected': entry(risk.RiskRejected, 'risk'),
  'risk.superseded': entry(risk.RiskSuperseded, 'risk'),
  'risk.halted': entry(risk.RiskHalted, 'risk'),
  'risk.resumed': entry(risk.RiskResumed, 'risk'),
  'risk.strategy_halted': entry(risk.RiskStrategyHalted, 'risk'),
  'risk.strategy_resumed': entry(risk.RiskStrategyResumed, 'risk'),
  'risk.margin': entry(risk.RiskMargin, 'risk'),
  'risk.violation': entry(risk.RiskViolation, 'pnl'),
  'order.submitted': entry(order.OrderSubmitted, 'orders'),
  'order.adopted': entry(order.OrderAdopted, 'venue'),
  'order.denied': entry(order.OrderDenied, 'orders'),
  'order.cancel_requested': entry(order.OrderCancelRequested, 'orders'),
  'order.superseded': entry(order.OrderSuperseded, 'orders'),
  'order.update_requested': entry(order.OrderUpdateRequested, 'orders'),
  'order.updated': entry(order.OrderUpdated, 'venue'),
  'order.update_rejected': entry(order.OrderUpdateRejected, 'venue'),
  'order.mass_cancel_reported': entry(order.OrderMassCancelReported, 'orders'),
  'order.accepted': entry(order.OrderAccepted, 'venue'),
  'order.triggered': entry(order.OrderTriggered, 'venue'),
  'order.rejected': entry(order.OrderRejected, 'venue'),
  'order.fill': entry(order.OrderFill, 'venue'),
  'order.canceled': entry(order.OrderCanceled, 'venue'),
  'order.expired': entry(order.OrderExpired, 'venue'),
  'venue.reconciled': entry(venue.VenueReconciled, 'venue'),
  'venue.settled': entry(venue.VenueSettled, 'venue'),
  'venue.paid': entry(venue.VenuePaid, 'venue'),
  'pnl.update': entry(pnl.PnlUpdate, 'pnl'),
  'pnl.snapshot': entry(pnl.PnlSnapshot, 'pnl'),
  'system.time': entry(system.SystemTime, 'clock'),
  'system.config': entry(system.SystemConfig, 'self'),
  'system.heartbeat': entry(system.SystemHeartbeat, 'self'),
  'system.metrics': entry(system.SystemMetrics, 'self'),
  'system.command': entry(system.SystemCommand, 'operator'),
  'system.request': entry(system.SystemRequest, 'self'),
  'system.command.result': entry(system.SystemCommandResult, 'self'),
  'system.alert': entry(system.SystemAlert, 'self'),
  'system.version_mismatch': entry(system.SystemVersionMismatch, 'router'),
  'system.backpressure': entry(system.SystemBackpressure, 'router'),
} as const

export type Topic = keyof typeof catalogue
export type PayloadOf<T extends Topic> = z.infer<(typeof catalogue)[T]['schema']>

export const isTopic = (topic: string): topic is Topic => Object.hasOwn(catalogue, topic)
export const topics = Object.keys(catalogue) as Topic[]

/** `md.tick` -> `md`: the folder of the log that a topic lives in. */
export const namespaceOf = (topic: string): string => topic.slice(0, topic.indexOf('.'))
