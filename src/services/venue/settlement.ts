import {
  addExact,
  compareExact,
  type ExactDecimal,
  formatExact,
  multiplyExact,
  parseExact,
} from '#lib/bars/exact-decimal.ts'
import { endOf } from '#lib/domain/contract.ts'
import { exactLots } from '#lib/domain/instrument.ts'
import { divideExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import { isInSteps } from '#lib/domain/whole-steps.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { type Exchange, heldIn } from './exchange.ts'
import { ended, type Said } from './turn.ts'

/** An option that ends by itself. Plain JSON. */
export type ExpiringOption = {
  readonly instrument: string
  readonly underlying: string
  readonly strike: string
  readonly right: 'call' | 'put'
  readonly expiresAt: number
  readonly isInverse: boolean
  /** It has expired: nothing is traded in it. */
  isOver: boolean
}
/** A contract whose end has come, and the price of its underlying then. */
export type Due = { readonly contract: ExpiringOption; readonly price: string }

/** Keeps what an option's end needs: its terms, and that its underlying's price is looked at. [V31] */
export function foldContract(exchange: Exchange, listing: PayloadOf<'md.instrument'>): void {
  const { instrument, kind, underlying, strike, right, isInverse } = listing
  const expiresAt = endOf(listing)
  if (kind !== 'option' || !underlying || !strike || !right || expiresAt === null) return
  const isOver = exchange.contracts.get(instrument)?.isOver ?? false
  const terms = { instrument, underlying, strike, right, expiresAt, isInverse: isInverse ?? false }
  exchange.contracts.set(instrument, { ...terms, isOver })
  if (!exchange.underlyings.has(underlying)) exchange.underlyings.set(underlying, null)
  if (!isOver) exchange.nextExpiry = Math.min(exchange.nextExpiry ?? expiresAt, expiresAt)
}

/** Before a price is taken in: which contracts have come to their end by now, at the prices from before. [V31] */
export function foldExpiries(exchange: Exchange, at: number): void {
  if (exchange.due.length > 0) exchange.due = []
  if (exchange.nextExpiry === null || at <= exchange.nextExpiry) return
  exchange.nextExpiry = null
  for (const contract of exchange.contracts.values()) {
    if (contract.isOver) continue
    const { instrument, underlying, expiresAt } = contract
    const price = exchange.underlyings.get(underlying) ?? exchange.forwards.get(forwardKey(contract)) ?? null
    const isFree = heldIn(exchange, instrument).length === 0 && !exchange.working.has(instrument)
    contract.isOver = at > expiresAt && (price !== null || isFree)
    if (!contract.isOver) exchange.nextExpiry = Math.min(exchange.nextExpiry ?? expiresAt, expiresAt)
    else if (!isFree) exchange.due.push({ contract, price: price ?? '0' })
  }
}

/** What is told of the price of an underlying. */
export function foldUnderlying(
  exchange: Exchange,
  { topic, payload }: Event<'md.bar' | 'md.tick' | 'md.option.tick'>,
): void {
  if (topic === 'md.option.tick') {
    const contract = exchange.contracts.get(payload.instrument)
    if (contract && payload.underlyingPrice !== undefined)
      exchange.forwards.set(forwardKey(contract), payload.underlyingPrice)
    return
  }
  if (!exchange.underlyings.has(payload.instrument)) return
  const price = 'close' in payload ? payload.close : payload.kind === 'trade' ? payload.price : middleOf(payload)
  if (price !== null) exchange.underlyings.set(payload.instrument, price)
}

export const hasExpired = ({ contracts }: Exchange, instrument: string): boolean =>
  contracts.get(instrument)?.isOver === true

/** Orders in what is due expire, and every strategy's position in it is settled. [V31] [V32] */
export function settleDue(exchange: Exchange): readonly Said[] {
  const said: Said[] = []
  for (const { contract, price } of exchange.due) {
    for (const order of exchange.working.get(contract.instrument) ?? [])
      said.push(ended(order, 'order.expired', 'the contract has expired'))
    for (const { strategy, lots } of heldIn(exchange, contract.instrument))
      for (const payload of settlementsOf(exchange, contract, price, strategy, lots))
        said.push({ topic: 'venue.settled', payload })
  }
  return said
}

const coinDigits = 8

type Settled = PayloadOf<'venue.settled'>

function* settlementsOf(
  exchange: Exchange,
  contract: ExpiringOption,
  settlementPrice: string,
  strategy: string,
  lots: number,
): Generator<Settled> {
  const { instrument, underlying, strike, right, expiresAt, isInverse } = contract
  const listing = exchange.listings.get(instrument)
  if (listing === undefined) return
  const worth = intrinsic(contract, parseExact(settlementPrice))
  const isIn = compareExact(worth, zero) > 0
  const quantity = exactLots(Math.abs(lots), listing.lotSize)
  const shares = multiplyExact(quantity, parseExact(listing.multiplier))
  const delivered = exchange.listings.get(underlying)
  const isDelivered =
    isIn &&
    exchange.config.settlement === 'physical' &&
    !isInverse &&
    delivered !== undefined &&
    delivered.kind !== 'index' &&
    isInSteps(shares, exactLots(1, delivered.lotSize))
  const how = !isIn ? 'expired' : lots > 0 ? 'exercised' : 'assigned'
  const common = { strategy, contract: instrument, how, settlementPrice, settledAt: expiresAt } as const
  yield {
    ...common,
    instrument,
    side: lots > 0 ? 'sell' : 'buy',
    quantity: formatExact(quantity),
    price: isDelivered ? '0' : formatExact(worth),
    currency: listing.currency,
  }
  if (!isDelivered) return
  const takes = (right === 'call') === lots > 0
  const shared = { instrument: underlying, quantity: formatExact(shares), price: strike, currency: delivered.currency }
  yield { ...common, ...shared, side: takes ? 'buy' : 'sell' }
}

/** What a unit of it is worth at the end: of an inverse one in coins, to 8 digits. */
function intrinsic({ strike, right, isInverse }: ExpiringOption, price: ExactDecimal): ExactDecimal {
  const beyond = right === 'call' ? subtractExact(price, parseExact(strike)) : subtractExact(parseExact(strike), price)
  if (compareExact(beyond, zero) <= 0) return zero
  if (!isInverse || price.units <= 0n) return beyond
  return divideExact(beyond, price, coinDigits)
}

const forwardKey = ({ underlying, expiresAt }: ExpiringOption): string => `${underlying} ${expiresAt}`

function middleOf({ bid, ask }: { readonly bid: string | null; readonly ask: string | null }): string | null {
  if (bid === null || ask === null) return null
  return formatExact(multiplyExact(addExact(parseExact(bid), parseExact(ask)), { units: 5n, scale: 1 }))
}
