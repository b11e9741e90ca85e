import { addExact, compareExact, type ExactDecimal, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { type Money, moneyScale } from '#lib/domain/money.ts'
import { newestPrice } from '#lib/domain/newest-price.ts'
import { absExact, maxExact, negateExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import type { Account } from './account.ts'
import { findBook } from './book.ts'
import { type BrokenLimit, exactText, type Priced } from './proposal.ts'
import { extentOf, heldValue, type Rates, requirementOf, withOrder } from './requirement.ts'

/** What the order would need, with everything held and at work, against what there is. [R28] */
export function brokenMargin(account: Account, order: Priced): BrokenLimit | null {
  const { margin } = account.config
  if (margin === undefined) return null
  return margin.kind === 'cash' ? brokenCash(account, order) : brokenInitial(account, order, margin)
}

/** The maintenance requirement of what is held and the equity that is below it; null while it is not. [R28] */
export function brokenMaintenance(account: Account): { value: string; limit: string } | null {
  const { margin } = account.config
  if (margin?.kind !== 'margin') return null
  let required = zero
  for (const [instrument, books] of account.books.byInstrument) {
    for (const { position } of books) {
      const extent = extentOf({ position, buys: zero, sells: zero })
      required = addExact(required, requirementOf(account, margin, 'maintenance', instrument, extent) ?? zero)
    }
  }
  const equity = parseExact(account.equity)
  return compareExact(equity, required) < 0 ? { value: exactText(equity), limit: exactText(required) } : null
}

function brokenInitial(account: Account, order: Priced, rates: Rates): BrokenLimit | null {
  let required = zero
  const own = findBook(account, order.strategy, order.instrument)
  for (const [instrument, books] of account.books.byInstrument) {
    for (const book of books) {
      const held = book === own ? withOrder(book, order.side, order.quantity) : book
      const needed = requirementOf(account, rates, 'initial', instrument, extentOf(held))
      if (needed === null) return { code: 'NO_PRICE', value: instrument }
      required = addExact(required, needed)
    }
  }
  if (own === undefined) {
    const held = withOrder({ position: zero, buys: zero, sells: zero }, order.side, order.quantity)
    const needed = requirementOf(account, rates, 'initial', order.instrument, extentOf(held))
    if (needed === null) return { code: 'NO_PRICE', value: order.listing.underlying ?? order.instrument }
    required = addExact(required, needed)
  }
  const value = heldValue(account)
  if (value === null) return { code: 'NO_PRICE' }
  const equity = addExact(exactMoney(account.cash), value)
  return compareExact(required, equity) > 0
    ? { code: 'MARGIN_EXCEEDS_AVAILABLE', value: exactText(required), limit: exactText(equity) }
    : null
}

/** Everything is paid in full: what buys at work may cost and short puts may have to buy comes out of cash. */
function brokenCash(account: Account, order: Priced): BrokenLimit | null {
  const { instrument, side, quantity, price, listing } = order
  const cost = side === 'buy' ? multiplyExact(multiplyExact(quantity, absExact(price)), listing.multiplier) : zero
  let reserved = cost
  for (const [held, books] of account.books.byInstrument) {
    let buys = zero
    for (const book of books) buys = addExact(buys, book.buys)
    const secured = securedPuts(account, held, held === instrument ? order : null)
    if (buys.units === 0n && secured.units === 0n) continue
    const newest = newestPrice(account.prices, held)
    const multiplier = account.instruments.get(held)?.multiplier
    if (newest === null || multiplier === undefined) return { code: 'NO_PRICE', value: held }
    const paid = multiplyExact(multiplyExact(buys, absExact(parseExact(newest))), multiplier)
    reserved = addExact(reserved, addExact(paid, secured))
  }
  if (!account.books.byInstrument.has(instrument))
    reserved = addExact(reserved, securedPuts(account, instrument, order))
  if (side === 'sell') {
    const short = shortIn(account, instrument, order)
    const isCovered = listing.kind === 'option' && (listing.right === 'put' || isCallCovered(account, order, short))
    if (short.units > 0n && !isCovered)
      return { code: 'SHORT_NOT_ALLOWED', value: exactText(negateExact(short)), limit: '0' }
  }
  const cash = exactMoney(account.cash)
  return compareExact(reserved, cash) > 0
    ? { code: 'MARGIN_EXCEEDS_AVAILABLE', value: exactText(reserved), limit: exactText(cash) }
    : null
}

/** How far short the account could come to be in an instrument, all strategies together. */
function shortIn({ books }: Account, instrument: string, order: Priced | null): ExactDecimal {
  let short = order?.side === 'sell' ? order.quantity : zero
  for (const { position, sells } of books.byInstrument.get(instrument) ?? [])
    short = addExact(short, subtractExact(sells, position))
  return maxExact(zero, short)
}

function securedPuts(account: Account, instrument: string, order: Priced | null): ExactDecimal {
  const listing = account.instruments.get(instrument)
  if (listing?.right !== 'put' || listing.strike === null) return zero
  return multiplyExact(
    multiplyExact(shortIn(account, instrument, order), parseExact(listing.strike)),
    listing.multiplier,
  )
}

function isCallCovered(account: Account, { listing }: Priced, short: ExactDecimal): boolean {
  if (listing.underlying === null) return false
  let shares = zero
  for (const { position, sells } of account.books.byInstrument.get(listing.underlying) ?? [])
    shares = addExact(shares, subtractExact(position, sells))
  return compareExact(shares, multiplyExact(short, listing.multiplier)) >= 0
}

const exactMoney = (money: Money): ExactDecimal => ({ units: money, scale: moneyScale })
