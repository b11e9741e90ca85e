import { type ExactDecimal, formatExact, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { newestPrice } from '#lib/domain/newest-price.ts'
import { negateExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { type Bracket, bracketOf } from './bracket.ts'
import { type Held, type HeldLeg, type KnownMarket, roleKey, type Wish, wishOf } from './known-market.ts'
import { legsLeft } from './left-legs.ts'
import { isExpired } from './option-chain.ts'
import { pricedOrder, stepBetween } from './priced-order.ts'
import type { Mapping } from './resolver-config.ts'
import { type SizedLeg, sizeInUnits } from './size-target.ts'
import { type LegFault, type WantedLeg, wantedLegs } from './wanted-legs.ts'

/** What is resolved: a wish, by the id of what is answered. */
export type Intent = Pick<Event<'strategy.intent'>, 'id' | 'at'> & { readonly payload: Wish }
type Said = Statement<'instrument.resolved' | 'instrument.rejected'>

/** The instruments and positions that a wish means: first what must be closed, then what is wanted, or why not. */
export function resolveIntent(market: KnownMarket, intent: Intent): readonly Said[] {
  const { strategy, role, target } = intent.payload
  const key = roleKey(strategy, role)
  const held = market.held.get(key)
  const mapping = market.config.mappings.find((one) => one.strategy === strategy && one.role === role)
  const legs = [...(held?.legs ?? []), ...legsLeft(market, key, intent.at)]
  if (target === 'flat' && legs.length > 0) return legs.map((leg) => closeLeg(market, intent, leg))
  if (!mapping) return [refuse(intent, { code: 'ROLE_NOT_MAPPED', value: `${strategy}/${role}`.slice(0, 96) })]
  if (target === 'flat') return [nothingHeld(market, intent, mapping)]

  const wanted = wantedLegs(market, intent, mapping, held)
  const opened = 'code' in wanted ? wanted : openLegs(market, intent, wanted, held)
  const closes = legsToClose(market, intent, mapping, held, 'code' in wanted ? null : wanted)
  return [...closes, ...('code' in opened ? [refuse(intent, opened)] : opened)]
}

/** What is held and not wanted. Options whose roll is refused live on: only another wish, or their expiry, closes them. [S5] */
function legsToClose(
  market: KnownMarket,
  intent: Intent,
  { to }: Mapping,
  held: Held | undefined,
  wanted: readonly WantedLeg[] | null,
): Said[] {
  const isSameWish = held?.wish === wishOf(intent.payload)
  const underlying = to.kind === 'option' ? to.underlying : to.instrument
  const isLeft = ({ instrument }: HeldLeg): boolean => {
    if (wanted !== null) return !wanted.some(({ listing }) => listing.instrument === instrument)
    const listing = market.listings.get(instrument)
    return (
      !isSameWish ||
      listing?.underlying !== underlying ||
      isExpired(listing, intent.at, to.kind === 'option' ? to.calendar : 'us')
    )
  }
  // The same wish in another size closes nothing that was left before.
  const left = isSameWish ? [] : legsLeft(market, roleKey(intent.payload.strategy, intent.payload.role), intent.at)
  return [...(held?.legs ?? []), ...left].filter(isLeft).map((leg) => closeLeg(market, intent, leg))
}

/** All legs, or the first thing that keeps one of them from being resolved. [S14] */
function openLegs(
  market: KnownMarket,
  intent: Intent,
  wanted: readonly WantedLeg[],
  held: Held | undefined,
): readonly Said[] | LegFault {
  const sized: SizedLeg[] = []
  for (const [i, { listing, ratio }] of wanted.entries()) {
    const price = newestPrice(market.prices, listing.instrument)
    const place = wanted.length > 1 ? { leg: i + 1 } : {}
    if (price === null) return { code: 'NO_PRICE', value: listing.instrument, ...place }
    sized.push({ listing, price, ratio })
  }
  const units = sizeInUnits(intent.payload.size, sized, market.config.currency)
  if ('code' in units) return units
  return wanted.map(({ listing, side, ratio }, i) => {
    const size = multiplyExact(units, { units: BigInt(ratio), scale: 0 })
    const before = held?.legs.find(({ instrument }) => instrument === listing.instrument)
    const place = wanted.length > 1 ? { leg: i + 1, legs: wanted.length } : {}
    return resolved(market, intent, listing.instrument, side === 'buy' ? size : negateExact(size), before, place)
  })
}

const closeLeg = (market: KnownMarket, intent: Intent, leg: HeldLeg): Said =>
  resolved(market, intent, leg.instrument, zero, leg, {})

function nothingHeld(market: KnownMarket, intent: Intent, { to }: Mapping): Said {
  const isOption = to.kind === 'option' || intent.payload.wish !== undefined
  if (!isOption) return resolved(market, intent, to.instrument, zero, undefined, {})
  return refuse(intent, { code: 'NOTHING_HELD', value: to.kind === 'option' ? to.underlying : to.instrument })
}

function resolved(
  market: KnownMarket,
  intent: Intent,
  instrument: string,
  target: ExactDecimal,
  held: HeldLeg | undefined,
  place: { readonly leg?: number; readonly legs?: number },
): Said {
  const listing = market.listings.get(instrument)
  if (!listing) return refuse(intent, { code: 'INSTRUMENT_UNKNOWN', value: instrument })
  const referencePrice = newestPrice(market.prices, instrument)
  if (referencePrice === null) return refuse(intent, { code: 'NO_PRICE', value: instrument })
  const { strategy, role, isUrgent } = intent.payload
  const named = { intent: intent.id, strategy, role, instrument, target: formatExact(target), ...place }
  const before = held === undefined ? zero : parseExact(held.target)
  const orders = ordersOf(market, intent.payload)
  const step = stepBetween(before, target)
  const terms = step.isLeaving ? orders.exit : orders.entry
  const isAtMarket = isUrgent || terms === undefined || subtractExact(target, before).units === 0n
  const { tickSize } = listing
  const priced = { ...step, reference: referencePrice, tickSize, at: intent.at }
  const order = isAtMarket ? atMarket : pricedOrder(terms, priced)
  const bracket = bracketFor(orders, intent.payload, held, target, priced)
  return {
    topic: 'instrument.resolved',
    payload: { ...named, ...order, ...(bracket === undefined ? {} : { bracket }), referencePrice },
  }
}

const atMarket = { orderType: 'market' } as const

const ordersOf = ({ config }: KnownMarket, { strategy, role }: Wish): NonNullable<Mapping['orders']> =>
  config.mappings.find((one) => one.strategy === strategy && one.role === role)?.orders ?? {}

/** The exits that follow what is opened; what is added has those of its entry. [S21] */
function bracketFor(
  { protection }: NonNullable<Mapping['orders']>,
  { protect }: Wish,
  held: HeldLeg | undefined,
  target: ExactDecimal,
  {
    isOpening,
    isAdding,
    reference,
    tickSize,
  }: ReturnType<typeof stepBetween> & { reference: string; tickSize: string },
): Bracket | undefined {
  if (isAdding) return held?.bracket
  if (!isOpening || protection !== 'venue' || protect === undefined) return undefined
  return bracketOf(protect, reference, target.units > 0n, tickSize)
}

const refuse = ({ id, payload: { strategy, role } }: Intent, fault: LegFault): Said => ({
  topic: 'instrument.rejected',
  payload: { intent: id, strategy, role, ...fault },
})
