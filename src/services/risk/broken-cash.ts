import { addExact, compareExact, type ExactDecimal, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { newestPrice } from '#lib/domain/newest-price.ts'
import { absExact, maxExact, negateExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import { type Account, cashOf } from './account.ts'
import { type Book, findBook, leavesOf } from './book.ts'
import { type BrokenLimit, exactText, type Priced, type Proposal } from './proposal.ts'
import { extentOf, withOrder } from './requirement.ts'

/** Everything is paid in full: what buys at work may cost and short puts may have to buy comes out of cash; nothing else is short. [R28] */
export function brokenCash(account: Account, order: Priced): BrokenLimit | null {
  const { instrument, side, quantity, listing, price } = order
  let reserved =
    side === 'buy' ? multiplyExact(multiplyExact(quantity, unitCost(price, order)), listing.multiplier) : zero
  for (const held of instrumentsWith(account, order)) {
    reserved = addExact(reserved, securedPuts(account, held, order))
    for (const book of account.books.byInstrument.get(held) ?? []) {
      if (book.buys.units === 0n) continue
      const cost = costOfBuys(account, book)
      if (cost === null) return { code: 'NO_PRICE', value: held }
      reserved = addExact(reserved, cost)
    }
  }
  if (side === 'sell') {
    const short = shortIn(account, instrument, order)
    const isCovered = listing.kind === 'option' && (listing.right === 'put' || areCallsCovered(account, order))
    if (short.units > 0n && !isCovered)
      return { code: 'SHORT_NOT_ALLOWED', value: exactText(negateExact(short)), limit: '0' }
  }
  const cash = cashOf(account)
  if (cash === null) return { code: 'NO_PRICE' }
  return compareExact(reserved, cash) > 0
    ? { code: 'MARGIN_EXCEEDS_AVAILABLE', value: exactText(reserved), limit: exactText(cash) }
    : null
}

/** In a cash account shares that cover short calls are not sold, though that only closes. [R6] [R28] */
export function brokenCover(
  account: Account,
  order: Pick<Proposal, 'instrument' | 'side' | 'quantity'>,
): BrokenLimit | null {
  const { instrument, side, quantity } = order
  if (account.config.margin?.kind !== 'cash' || side === 'buy') return null
  const needed = sharesOfCalls(account, instrument, null)
  if (needed.units === 0n) return null
  const left = subtractExact(sharesThatCover(account, instrument), quantity)
  return compareExact(left, needed) < 0
    ? { code: 'SHORT_NOT_ALLOWED', value: exactText(left), limit: exactText(needed) }
    : null
}

type Stated = Partial<Pick<Proposal, 'limitPrice' | 'stopPrice' | 'trailingOffset'>>

/** What one may cost: at most its limit; without one the newest price, or the stop that it waits for. */
function unitCost(newest: ExactDecimal, { limitPrice, stopPrice, trailingOffset }: Stated): ExactDecimal {
  if (limitPrice !== undefined) return absExact(parseExact(limitPrice))
  const trailed = trailingOffset === undefined ? newest : addExact(newest, parseExact(trailingOffset))
  return maxExact(absExact(trailed), stopPrice === undefined ? zero : absExact(parseExact(stopPrice)))
}

function costOfBuys(account: Account, { instrument, orders }: Book): ExactDecimal | null {
  const newest = newestPrice(account.prices, instrument)
  const multiplier = account.instruments.get(instrument)?.multiplier
  if (newest === null || multiplier === undefined) return null
  let cost = zero
  for (const order of orders.values())
    if (order.side === 'buy' && order.closes === undefined)
      cost = addExact(cost, multiplyExact(leavesOf(order), unitCost(parseExact(newest), order)))
  return multiplyExact(cost, multiplier)
}

const instrumentsWith = ({ books }: Account, order: Priced | null): ReadonlySet<string> =>
  new Set([...books.byInstrument.keys(), ...(order === null ? [] : [order.instrument])])

/** How far short strategies could come to be in an instrument; what one holds does not cover another, which it would leave behind (R6). */
function shortIn(account: Account, instrument: string, added: Priced | null): ExactDecimal {
  const order = added?.instrument === instrument ? added : null
  const own = order === null ? undefined : findBook(account, order.strategy, instrument)
  let short = order !== null && own === undefined && order.side === 'sell' ? order.quantity : zero
  for (const book of account.books.byInstrument.get(instrument) ?? []) {
    const held = order !== null && book === own ? withOrder(book, order.side, order.quantity) : book
    short = addExact(short, extentOf(held).short)
  }
  return short
}

function securedPuts(account: Account, instrument: string, order: Priced | null): ExactDecimal {
  const listing = account.instruments.get(instrument)
  if (listing?.right !== 'put' || listing.strike === null) return zero
  return multiplyExact(
    multiplyExact(shortIn(account, instrument, order), parseExact(listing.strike)),
    listing.multiplier,
  )
}

function areCallsCovered(account: Account, order: Priced): boolean {
  const { underlying } = order.listing
  if (underlying === null) return false
  return compareExact(sharesThatCover(account, underlying), sharesOfCalls(account, underlying, order)) >= 0
}

/** What all calls on an underlying that are or could come to be short would have to deliver. */
function sharesOfCalls(account: Account, underlying: string, order: Priced | null): ExactDecimal {
  let needed = zero
  for (const instrument of instrumentsWith(account, order)) {
    const listing = account.instruments.get(instrument)
    if (listing?.right !== 'call' || listing.underlying !== underlying) continue
    needed = addExact(needed, multiplyExact(shortIn(account, instrument, order), listing.multiplier))
  }
  return needed
}

/** Shares that stay: not those that are being sold, nor any of a book with an exit of a bracket at work. */
function sharesThatCover({ books }: Account, underlying: string): ExactDecimal {
  let shares = zero
  for (const { position, sells, orders } of books.byInstrument.get(underlying) ?? []) {
    const hasExit = [...orders.values()].some(({ closes }) => closes !== undefined)
    if (!hasExit) shares = addExact(shares, subtractExact(position, sells))
  }
  return shares
}
