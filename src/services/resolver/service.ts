import { parseExact } from '#lib/bars/exact-decimal.ts'
import { priceTopics } from '#lib/domain/newest-price.ts'
import { defineService } from '#lib/kernel/service.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import {
  emptyMarket,
  foldListing,
  foldMarketPrice,
  heldKey,
  type KnownMarket,
  marketFromJson,
  marketToJson,
} from './known-market.ts'
import { resolveIntent } from './resolve-intent.ts'
import { ResolverConfig } from './resolver-config.ts'

/** Says which instrument and position a wish means; the rules are in SPEC.md. */
export const resolver = defineService({
  name: 'resolver',
  config: ResolverConfig,
  subscribes: ['md.instrument', ...priceTopics, 'strategy.intent'],
  emits: ['instrument.resolved', 'instrument.rejected'],
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
      case 'instrument.resolved':
        remember(market, event.payload)
        return market
      case 'strategy.intent':
      case 'instrument.rejected':
        return market
    }
  },
  decide: (market, input: Event<In>) => (input.topic === 'strategy.intent' ? resolveIntent(market, input) : none),
  snapshot: marketToJson,
  restore: marketFromJson,
})

type In = 'md.instrument' | (typeof priceTopics)[number] | 'strategy.intent'
type Out = 'instrument.resolved' | 'instrument.rejected'

const none: readonly [] = Object.freeze([])

/** [S5] */
function remember(
  { held }: KnownMarket,
  { strategy, role, instrument, target }: PayloadOf<'instrument.resolved'>,
): void {
  const key = heldKey(strategy, role)
  if (parseExact(target).units === 0n) held.delete(key)
  else held.set(key, { instrument, target })
}
