import { addExact, type ExactDecimal, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { exposureOf, worthOf } from '#lib/domain/contract.ts'
import { convert } from '#lib/domain/conversion.ts'
import { moneyOfExact, moneyScale } from '#lib/domain/money.ts'
import { newestPrice } from '#lib/domain/newest-price.ts'
import { absExact, maxExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import type { Account } from './account.ts'
import type { Book, OrderAtWork } from './book.ts'
import { dearestPrice, unitCost } from './dear-price.ts'
import { feeAtMost } from './fee-bound.ts'
import type { Listing } from './listing.ts'
import { requirementOf } from './requirement.ts'

/**
 * What a book weighs against the limits, or the sum of many. Units and money of the account, at 10^-18.
 */
export type Exposure = {
  /** Units: the most that could be held, long or short; the most that could be short. */
  worst: bigint
  shortUnits: bigint
  /** Value of the worst case; signed value if all buys were filled, if all sells were; of what is held. */
  gross: bigint
  long: bigint
  short: bigint
  held: bigint
  initial: bigint
  maintenance: bigint
  /** Cash that buys at work may cost, that short puts may have to pay, that fees of what is at work may take. */
  cost: bigint
  secured: bigint
  fees: bigint
  /** Units short that no cash secures: what an option that is quoted in its coin may owe has no end. */
  unsecured: bigint
  /** Shares that short calls may have to deliver; shares that stay and so cover such calls. */
  callShares: bigint
  coverShares: bigint
}

export const noExposure = (): Exposure => ({
  worst: 0n,
  shortUnits: 0n,
  gross: 0n,
  long: 0n,
  short: 0n,
  held: 0n,
  initial: 0n,
  maintenance: 0n,
  cost: 0n,
  secured: 0n,
  fees: 0n,
  unsecured: 0n,
  callShares: 0n,
  coverShares: 0n,
})

export type Held = Pick<Book, 'instrument' | 'position' | 'buys' | 'sells' | 'bracketed'> & {
  readonly orders: Iterable<OrderAtWork>
}

/** A book's exposure, and the instruments whose missing prices keep its value, or its margin, from being known. [R7] [R44] */
export type Weighed = { readonly exposure: Exposure; readonly noValue: string | null; readonly noMargin: string | null }

export function weigh(account: Account, held: Held): Weighed {
  const { instrument, position } = held
  const exposure = noExposure()
  const [bought, sold] = [addExact(position, held.buys), subtractExact(position, held.sells)]
  const short = maxExact(zero, { ...sold, units: -sold.units })
  exposure.worst = moneyOfExact(maxExact(absExact(bought), absExact(sold)))
  exposure.shortUnits = moneyOfExact(short)
  exposure.coverShares = moneyOfExact(sharesThatStay(held, sold))
  const listing = account.instruments.get(instrument)
  const price = newestPrice(account.prices, instrument)
  const unpriced = exposure.worst === 0n ? null : instrument
  if (listing === undefined) return { exposure, noValue: unpriced, noMargin: unpriced }
  if (listing.right === 'call') exposure.callShares = moneyOfExact(multiplyExact(short, listing.multiplier))
  if (listing.isCoinQuoted) exposure.unsecured = exposure.shortUnits
  const inAccount = (amount: ExactDecimal): bigint | null => convert(account, moneyOfExact(amount), listing.currency)
  if (listing.right === 'put' && listing.strike !== null && !listing.isCoinQuoted) {
    const secured = inAccount(multiplyExact(multiplyExact(short, parseExact(listing.strike)), listing.multiplier))
    if (secured === null) return { exposure, noValue: unpriced, noMargin: unpriced }
    exposure.secured = secured
  }
  if (price === null || unpriced === null) return { exposure, noValue: unpriced, noMargin: unpriced }
  const newest = parseExact(price)
  const dear = dearOrders(account, held, listing, newest)
  const [long, low] = [
    addExact(exposureOf(listing, newest, bought), dear.boughtExcess),
    subtractExact(exposureOf(listing, newest, sold), dear.soldExcess),
  ]
  const values = {
    long,
    short: low,
    gross: maxExact(absExact(long), absExact(low)),
    held: { units: worthOf(listing, newest, position), scale: moneyScale },
    cost: dear.cost,
    fees: dear.fees,
  }
  for (const [field, amount] of Object.entries(values)) {
    const converted = inAccount(amount)
    if (converted === null) return { exposure: noExposure(), noValue: instrument, noMargin: instrument }
    exposure[field as keyof typeof values] = converted
  }
  return { exposure, noValue: null, noMargin: addMargin(account, held, exposure, listing, dear, inAccount) }
}

type Dear = {
  boughtExcess: ExactDecimal
  soldExcess: ExactDecimal
  cost: ExactDecimal
  fees: ExactDecimal
}

/** What orders at work come to above the newest price, what those that buy may cost, and the fees of all. */
function dearOrders({ prices, config }: Account, { orders }: Held, listing: Listing, newest: ExactDecimal): Dear {
  const dear: Dear = { boughtExcess: zero, soldExcess: zero, cost: zero, fees: zero }
  for (const { order, leaves } of orders) {
    if (order.closes !== undefined) continue
    const dearest = dearestPrice(prices, order, newest, listing)
    const dearly = exposureOf(listing, dearest, leaves)
    const more = dearest === newest ? zero : subtractExact(dearly, exposureOf(listing, newest, leaves))
    if (order.side === 'buy') dear.boughtExcess = addExact(dear.boughtExcess, more)
    else dear.soldExcess = addExact(dear.soldExcess, more)
    // In a cash account nothing is inverse.
    if (order.side === 'buy' && !listing.isInverse)
      dear.cost = addExact(dear.cost, exposureOf(listing, unitCost(order, dearest), leaves))
    dear.fees = addExact(dear.fees, feeAtMost(config, dearly, leaves))
  }
  return dear
}

/** Adds initial and maintenance margin where the account has such; answers the instrument whose price they lack. */
function addMargin(
  account: Account,
  { instrument, position, buys, sells }: Held,
  exposure: Exposure,
  listing: Listing,
  dear: Dear,
  inAccount: (amount: ExactDecimal) => bigint | null,
): string | null {
  const { margin } = account.config
  if (margin?.kind !== 'margin') return null
  const excess = { long: dear.boughtExcess, short: dear.soldExcess }
  const all = { position, buys, sells, excess }
  const idle = { position, buys: zero, sells: zero, excess: { long: zero, short: zero } }
  const initial = requirementOf(account, margin, 'initial', instrument, all)
  const maintenance = requirementOf(account, margin, 'maintenance', instrument, idle)
  exposure.maintenance = (maintenance === null ? null : inAccount(maintenance)) ?? 0n
  const needed = initial === null ? null : inAccount(initial)
  exposure.initial = needed ?? 0n
  return needed === null ? (listing.underlying ?? instrument) : null
}

/** Shares that are not being sold, and that no exit of a bracket, there or to come, may sell. [R28] */
function sharesThatStay({ bracketed, orders }: Held, sold: ExactDecimal): ExactDecimal {
  if (sold.units <= 0n) return sold
  let [stops, profits] = [zero, zero]
  for (const { order, leaves } of orders) {
    if (order.closes === undefined || order.side === 'buy') continue
    // One of a pair cancels the other.
    if (order.limitPrice === undefined) stops = addExact(stops, leaves)
    else profits = addExact(profits, leaves)
  }
  return maxExact(zero, subtractExact(sold, maxExact(bracketed, maxExact(stops, profits))))
}
