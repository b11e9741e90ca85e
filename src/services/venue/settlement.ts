import {
  addExact,
  compareExact,
  type ExactDecimal,
  formatExact,
  multiplyExact,
  parseExact,
} from '#lib/bars/exact-decimal.ts'
import { endOf } from '#lib/domain/contract.ts'
import { exactLots, type Instrument } from '#lib/domain/instrument.ts'
import { divideExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import { isInSteps } from '#lib/domain/whole-steps.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { type Exchange, heldIn } from './exchange.ts'
import { ended, type Said } from './turn.ts'

/** An option or a dated future, which end by themselves. Plain JSON. */
export type ExpiringContract = {
  readonly instrument: string
  readonly underlying: string | null
  /** Null for a future. */
  readonly option: Option | null
  readonly expiresAt: number
  readonly isInverse: boolean
  /** It has expired: nothing is traded in it. */
  isOver: boolean
}
type Option = { readonly underlying: string; readonly strike: string; readonly right: 'call' | 'put' }
/** A contract whose end has come, and the price of its underlying then. */
export type Due = { readonly contract: ExpiringContract; readonly price: string }

/** Keeps what a contract's end needs: its terms, and that the price is looked at that it is settled at. [V31] [V45] */
export function foldContract(exchange: Exchange, listing: PayloadOf<'md.instrument'>): void {
  const { instrument, kind, underlying = null, isInverse = false } = listing
  const expiresAt = endOf(listing)
  const option = optionOf(listing)
  if (expiresAt === null || (option === null && kind !== 'future')) return
  const isOver = exchange.contracts.get(instrument)?.isOver ?? false
  exchange.contracts.set(instrument, { instrument, underlying, option, expiresAt, isInverse, isOver })
  for (const priced of option === null ? [underlying, instrument] : [underlying])
    if (priced !== null && !exchange.underlyings.has(priced)) exchange.underlyings.set(priced, null)
  if (!isOver) exchange.nextExpiry = Math.min(exchange.nextExpiry ?? expiresAt, expiresAt)
}

function optionOf({ kind, underlying, strike, right }: PayloadOf<'md.instrument'>): Option | null {
  return kind === 'option' && underlying && strike && right ? { underlying, strike, right } : null
}

/** Before a price is taken in: which contracts have come to their end by now, at the prices from before. [V31] */
export function foldExpiries(exchange: Exchange, at: number): void {
  if (exchange.due.length > 0) exchange.due = []
  if (exchange.nextExpiry === null || at <= exchange.nextExpiry) return
  exchange.nextExpiry = null
  for (const contract of exchange.contracts.values()) {
    if (contract.isOver) continue
    const { instrument, expiresAt } = contract
    const price = settlementPriceOf(exchange, contract)
    const isFree = heldIn(exchange, instrument).length === 0 && !exchange.working.has(instrument)
    contract.isOver = at > expiresAt && (price !== null || isFree)
    if (!contract.isOver) exchange.nextExpiry = Math.min(exchange.nextExpiry ?? expiresAt, expiresAt)
    else if (!isFree) exchange.due.push({ contract, price: price ?? '0' })
  }
}

/** By the newest price of what it is on; else of an option by the forward that quotes told, of a future by its own. */
function settlementPriceOf({ underlyings, forwards }: Exchange, contract: ExpiringContract): string | null {
  const { underlying, option, instrument, isInverse } = contract
  const ofUnderlying = underlying === null ? undefined : underlyings.get(underlying)
  const otherwise = option === null ? underlyings.get(instrument) : forwards.get(forwardKey(contract))
  const price = ofUnderlying ?? otherwise ?? null
  // A number of money in coins has no worth there.
  const isWorthless = price !== null && option === null && isInverse && parseExact(price).units <= 0n
  return isWorthless ? null : price
}

/** What is told of the price of an underlying, or of a future itself. */
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
  contract: ExpiringContract,
  settlementPrice: string,
  strategy: string,
  lots: number,
): Generator<Settled> {
  const { instrument, option, expiresAt } = contract
  const listing = exchange.listings.get(instrument)
  if (listing === undefined) return
  const quantity = exactLots(Math.abs(lots), listing.lotSize)
  const common = { strategy, contract: instrument, settlementPrice, settledAt: expiresAt } as const
  const { currency } = listing
  const closing = { instrument, side: lots > 0 ? 'sell' : 'buy', quantity: formatExact(quantity), currency } as const
  if (option === null) {
    yield { ...common, ...closing, how: 'delivered', price: settlementPrice }
    return
  }
  const worth = intrinsic(option, contract.isInverse, parseExact(settlementPrice))
  const isIn = compareExact(worth, zero) > 0
  const how = !isIn ? 'expired' : lots > 0 ? 'exercised' : 'assigned'
  const shares = multiplyExact(quantity, parseExact(listing.multiplier))
  const delivered = isIn && !contract.isInverse ? deliverable(exchange, option.underlying, shares) : null
  yield { ...common, ...closing, how, price: delivered ? '0' : formatExact(worth) }
  if (delivered === null) return
  const takes = (option.right === 'call') === lots > 0
  const shared = { instrument: delivered.instrument, quantity: formatExact(shares), price: option.strike }
  yield { ...common, ...shared, how, currency: delivered.currency, side: takes ? 'buy' : 'sell' }
}

/** What is bought or sold at the strike, where that is settled so and can be: no index, whole lots. [V32] */
function deliverable({ config, listings }: Exchange, underlying: string, shares: ExactDecimal): Instrument | null {
  const listing = listings.get(underlying)
  if (config.settlement !== 'physical' || listing === undefined || listing.kind === 'index') return null
  return isInSteps(shares, exactLots(1, listing.lotSize)) ? listing : null
}

/** What a unit of it is worth at the end: of an inverse one in coins, to 8 digits. */
function intrinsic({ strike, right }: Option, isInverse: boolean, price: ExactDecimal): ExactDecimal {
  const beyond = right === 'call' ? subtractExact(price, parseExact(strike)) : subtractExact(parseExact(strike), price)
  if (compareExact(beyond, zero) <= 0) return zero
  if (!isInverse || price.units <= 0n) return beyond
  return divideExact(beyond, price, coinDigits)
}

const forwardKey = ({ underlying, expiresAt }: ExpiringContract): string => `${underlying} ${expiresAt}`

function middleOf({ bid, ask }: { readonly bid: string | null; readonly ask: string | null }): string | null {
  if (bid === null || ask === null) return null
  return formatExact(multiplyExact(addExact(parseExact(bid), parseExact(ask)), { units: 5n, scale: 1 }))
}
