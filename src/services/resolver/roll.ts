import { formatExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { absExact } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { type Held, type HeldLeg, type KnownMarket, roleKey, spotOf, type Wish } from './known-market.ts'
import { foldAtTarget, forgetLeft } from './left-legs.ts'
import { dayOf, isExpired } from './option-chain.ts'
import { type Intent, resolveIntent } from './resolve-intent.ts'
import type { OptionPolicy } from './resolver-config.ts'
import type { Rolls } from './rolls.ts'
import { isKeepable } from './wanted-legs.ts'

type Said = Statement<'instrument.resolved' | 'instrument.rejected'>

/** Which roles hold what has come too near to its expiry, once a day of their options. [S15] */
export function foldTime(market: KnownMarket, at: number): void {
  const { rolls, held, listings } = market
  rolls.due = market.config.mappings.flatMap(({ strategy, role, to }) => {
    const key = roleKey(strategy, role)
    const legs = held.get(key)?.legs
    if (legs === undefined || to.kind !== 'option' || to.rollDays === 0) return []
    const isDue = legs.some(({ instrument }) => !isKeepable(listings.get(instrument), to, at))
    const today = dayOf(at, to.calendar)
    if (!isDue || rolls.rolledOn[key] === today) return []
    const known = rolls.due.find((one) => one.key === key && dayOf(one.since, to.calendar) === today)
    return [known ?? { key, since: at }]
  })
}

/** The first role that is due and can be rolled now: all legs of it, or why one cannot. One role for an event: its id stands as the intent. */
export function rollNow(market: KnownMarket, { id, at, topic }: Pick<Event, 'id' | 'at' | 'topic'>): readonly Said[] {
  for (const mapping of market.config.mappings) {
    const key = roleKey(mapping.strategy, mapping.role)
    const [held, last] = [market.held.get(key), market.wishes.get(key)]
    const due = market.rolls.due.find((one) => one.key === key)
    if (!due || !held || !last || mapping.to.kind !== 'option') continue
    const said = rolled(market, mapping.to, { id, at, payload: sameUnits(last, held) })
    const isRefusal = said[0]?.topic === 'instrument.rejected'
    if (said.length > 0 && (!isRefusal || (topic === 'system.time' && mayRefuse(market, due, mapping.to, at))))
      return said
  }
  return none
}

type Answer = Pick<Event<'instrument.resolved' | 'instrument.rejected'>, 'at' | 'payload'>

/** What came of the newest look at a role. */
export function foldRoll(market: KnownMarket, { at, payload }: Answer): void {
  const { rolls, held, listings } = market
  const key = roleKey(payload.strategy, payload.role)
  const to = market.config.mappings.find((one) => roleKey(one.strategy, one.role) === key)?.to
  const isDue = rolls.due.some((one) => one.key === key)
  if (!isDue || to?.kind !== 'option') {
    if (rolls.before[key]?.intent !== payload.intent) delete rolls.before[key]
    return
  }
  if (!('target' in payload)) {
    rolls.refusedOn[key] = dayOf(at, to.calendar)
    return
  }
  rolls.rolledOn[key] = dayOf(at, to.calendar)
  rolls.due = rolls.due.filter((one) => one.key !== key)
  const { wish, legs } = held.get(key) as Held
  rolls.before[key] = { intent: payload.intent, wish, legs }
  const isAlive = ({ instrument }: HeldLeg) => {
    const listing = listings.get(instrument)
    return listing !== undefined && !isExpired(listing, at, to.calendar)
  }
  held.set(key, { wish, legs: legs.filter(isAlive) })
}

/** A roll that the risk gate refused has not been. [R43] */
export function foldRefusal(market: KnownMarket, refused: PayloadOf<'risk.rejected'>): void {
  const { rolls, held } = market
  const { strategy, intent, code } = refused
  if (code === 'ALREADY_AT_TARGET') {
    foldAtTarget(market, refused)
    return
  }
  for (const key of Object.keys(rolls.before)) {
    const before = rolls.before[key]
    if (before?.intent !== intent || !key.startsWith(`${strategy}/`)) continue
    held.set(key, { wish: before.wish, legs: before.legs })
    for (const { instrument } of before.legs) forgetLeft(market, key, instrument)
  }
}

const none: readonly [] = Object.freeze([])

/** Nothing while a price that it needs is not of this day, or where nothing would change. */
function rolled(market: KnownMarket, policy: OptionPolicy, intent: Intent): readonly Said[] {
  const { listings, pricedAt } = market
  const today = dayOf(intent.at, policy.calendar)
  const isOfToday = (at: number | undefined) => at !== undefined && dayOf(at, policy.calendar) === today
  const said = resolveIntent(market, intent)
  const refusal = said.find(({ topic }) => topic === 'instrument.rejected')
  if (refusal) return [refusal]
  const legs = said.flatMap(({ payload }) => {
    if (!('target' in payload)) return []
    const listing = listings.get(payload.instrument)
    return listing && !isExpired(listing, intent.at, policy.calendar) ? [{ payload, listing }] : []
  })
  const isPriced = legs.every(({ payload, listing: { instrument, expiry = '' } }) => {
    if (isNothing(payload.target)) return true
    return isOfToday(pricedAt.get(instrument)) && isOfToday(spotOf(market, policy.underlying, expiry)?.at)
  })
  const isMove = said.some(({ payload }) => 'target' in payload && isNothing(payload.target))
  if (!isPriced || !isMove) return none
  return legs.map(({ payload }, n) => ({
    topic: 'instrument.resolved',
    payload: { ...payload, leg: n + 1, legs: legs.length, isRoll: true },
  }))
}

/** Said once a day, an hour after the first look: by then there are prices, or the market is closed. */
function mayRefuse(
  market: KnownMarket,
  { key, since }: Rolls['due'][number],
  policy: OptionPolicy,
  at: number,
): boolean {
  const today = dayOf(at, policy.calendar)
  const isOfToday = (told: number) => dayOf(told, policy.calendar) === today
  if (at - since < hourUs || market.rolls.refusedOn[key] === today) return false
  const { underlying } = policy
  const told = [...market.underlyingPrices].filter(([of]) => of === underlying || of.startsWith(`${underlying} `))
  return [market.pricedAt.get(underlying) ?? 0, ...told.map(([, price]) => price.at)].some(isOfToday)
}

const hourUs = 3_600_000_000

const isNothing = (target: string): boolean => !/[1-9]/.test(target)

/** As many units as are held, whatever they were sized by. */
function sameUnits(last: Wish, { legs }: Held): Wish {
  const ratio = BigInt(last.wish?.legs[0]?.ratio ?? 1)
  const { units, scale } = absExact(parseExact(legs[0]?.target ?? '0'))
  return { ...last, size: { kind: 'quantity', quantity: formatExact({ units: units / ratio, scale }) } }
}
