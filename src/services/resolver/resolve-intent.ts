import { type ExactDecimal, formatExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { newestPrice } from '#lib/domain/newest-price.ts'
import { negateExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { type Held, heldKey, type KnownMarket, spotOf } from './known-market.ts'
import { limitPriceOf } from './limit-price.ts'
import { isExpired, type OptionRight, pickOption } from './pick-option.ts'
import type { Mapping } from './resolver-config.ts'
import { type Fault, sizeInLots } from './size-target.ts'

type Intent = Event<'strategy.intent'>
type Leg = Statement<'instrument.resolved' | 'instrument.rejected'>

/** The instrument and the position that a wish means: first what must be closed, then what is wanted, or why not. */
export function resolveIntent(market: KnownMarket, intent: Intent): readonly Leg[] {
  const { strategy, role, target } = intent.payload
  const held = market.held.get(heldKey(strategy, role))
  const mapping = market.config.mappings.find((one) => one.strategy === strategy && one.role === role)
  if (target === 'flat' && held) return [closeLeg(market, intent, held)]
  if (!mapping) return [refuse(intent, { code: 'ROLE_NOT_MAPPED', value: `${strategy}/${role}`.slice(0, 96) })]
  if (target === 'flat') return [flatLeg(market, intent, mapping)]

  const wanted = wantedInstrument(market, intent, mapping, target, held)
  const instrument = typeof wanted === 'string' ? wanted : null
  const closes = held && held.instrument !== instrument ? [closeLeg(market, intent, held)] : []
  if (typeof wanted !== 'string') return [...closes, refuse(intent, wanted)]
  const isBought = target === 'long' || mapping.to.kind === 'option'
  return [...closes, openLeg(market, intent, wanted, isBought, held)]
}

/** [S3]-[S5] */
function wantedInstrument(
  market: KnownMarket,
  { at }: Intent,
  { to }: Mapping,
  target: 'long' | 'short',
  held: Held | undefined,
): string | Fault {
  if (to.kind === 'instrument') return to.instrument
  const right: OptionRight = target === 'long' ? 'call' : 'put'
  const kept = held && market.listings.get(held.instrument)
  if (kept?.underlying === to.underlying && kept.right === right && !isExpired(kept, at)) return kept.instrument
  const spot = spotOf(market, to.underlying)
  if (spot === null) return { code: 'NO_PRICE', value: to.underlying }
  const picked = pickOption(market, to.underlying, right, to.minDaysToExpiry, spot, at)
  if (picked !== null) return picked
  return {
    code: 'NO_LISTED_OPTION',
    value: `${to.underlying} ${right}`.slice(0, 96),
    limit: String(to.minDaysToExpiry),
  }
}

function openLeg(
  market: KnownMarket,
  intent: Intent,
  instrument: string,
  isBought: boolean,
  held: Held | undefined,
): Leg {
  const listing = market.listings.get(instrument)
  if (!listing) return refuse(intent, { code: 'INSTRUMENT_UNKNOWN', value: instrument })
  const price = newestPrice(market.prices, instrument)
  if (price === null) return refuse(intent, { code: 'NO_PRICE', value: instrument })
  const size = sizeInLots(intent.payload.size, listing, price)
  if ('code' in size) return refuse(intent, size)
  const before = held?.instrument === instrument ? parseExact(held.target) : zero
  return leg(market, intent, instrument, isBought ? size : negateExact(size), before)
}

const closeLeg = (market: KnownMarket, intent: Intent, { instrument, target }: Held): Leg =>
  leg(market, intent, instrument, zero, parseExact(target))

const flatLeg = (market: KnownMarket, intent: Intent, { to }: Mapping): Leg =>
  to.kind === 'option'
    ? refuse(intent, { code: 'NOTHING_HELD', value: to.underlying })
    : leg(market, intent, to.instrument, zero, zero)

function leg(market: KnownMarket, intent: Intent, instrument: string, target: ExactDecimal, before: ExactDecimal): Leg {
  const listing = market.listings.get(instrument)
  if (!listing) return refuse(intent, { code: 'INSTRUMENT_UNKNOWN', value: instrument })
  const referencePrice = newestPrice(market.prices, instrument)
  if (referencePrice === null) return refuse(intent, { code: 'NO_PRICE', value: instrument })
  const { strategy, role, limitBps } = intent.payload
  const named = { intent: intent.id, strategy, role, instrument, target: formatExact(target) }
  const step = subtractExact(target, before).units
  if (limitBps === undefined || step === 0n) {
    return { topic: 'instrument.resolved', payload: { ...named, orderType: 'market', referencePrice } }
  }
  const limitPrice = limitPriceOf(referencePrice, limitBps, step > 0n ? 'buy' : 'sell', listing.tickSize)
  return { topic: 'instrument.resolved', payload: { ...named, orderType: 'limit', limitPrice, referencePrice } }
}

const refuse = ({ id, payload: { strategy, role } }: Intent, fault: Fault): Leg => ({
  topic: 'instrument.rejected',
  payload: { intent: id, strategy, role, ...fault },
})
