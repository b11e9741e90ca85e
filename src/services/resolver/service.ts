import { priceTopics } from '#lib/domain/newest-price.ts'
import { defineService } from '#lib/kernel/service.ts'
import type { Event } from '#schemas/event.ts'
import {
  emptyMarket,
  foldListing,
  foldMarketPrice,
  foldSnapshot,
  foldSplit,
  foldWish,
  type KnownMarket,
  marketFromJson,
  marketToJson,
  remember,
} from './known-market.ts'
import { foldPosition } from './left-legs.ts'
import { type OrderTerms, RoleOrders } from './order-terms.ts'
import { resolveIntent } from './resolve-intent.ts'
import { OptionPolicy, ResolverConfig } from './resolver-config.ts'
import { foldRefusal, foldRoll, foldTime, rollNow } from './roll.ts'

export { OptionPolicy, type OrderTerms, RoleOrders }

const inputs = [
  'md.instrument',
  'md.split',
  ...priceTopics,
  'md.option.chain.snapshot',
  'strategy.intent',
  'risk.rejected',
  'pnl.update',
  'system.time',
] as const
const outputs = ['instrument.resolved', 'instrument.rejected'] as const

/** Says which instrument and position a wish means; the rules are in SPEC.md. */
export const resolver = defineService({
  name: 'resolver',
  config: ResolverConfig,
  subscribes: inputs,
  emits: outputs,
  init: emptyMarket,
  reconfigure: (market, config) => ({ ...market, config }),
  evolve(market: KnownMarket, event: Event<In | Out>) {
    switch (event.topic) {
      case 'md.bar':
      case 'md.tick':
      case 'md.option.tick':
        foldMarketPrice(market, event)
        return market
      case 'md.instrument':
        foldListing(market, event.payload)
        return market
      case 'md.split':
        foldSplit(market, event.payload)
        return market
      case 'instrument.resolved':
        foldRoll(market, event)
        remember(market, event.payload)
        return market
      case 'md.option.chain.snapshot':
        foldSnapshot(market, event.at, event.payload)
        return market
      case 'strategy.intent':
        foldWish(market, event.payload)
        return market
      case 'instrument.rejected':
        foldRoll(market, event)
        return market
      case 'risk.rejected':
        foldRefusal(market, event.payload)
        return market
      case 'pnl.update':
        foldPosition(market, event.payload)
        return market
      case 'system.time':
        foldTime(market, event.at)
        return market
    }
  },
  decide(market, input: Event<In>) {
    if (input.topic === 'strategy.intent') return resolveIntent(market, input)
    return input.topic !== 'pnl.update' && market.rolls.due.length > 0 ? rollNow(market, input) : none
  },
  snapshot: marketToJson,
  restore: marketFromJson,
})

type In = (typeof inputs)[number]
type Out = (typeof outputs)[number]

const none: readonly [] = Object.freeze([])
