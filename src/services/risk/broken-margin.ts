import { addExact, compareExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { zero } from '#lib/domain/signed-decimal.ts'
import { type Account, cashOf } from './account.ts'
import { findBook } from './book.ts'
import { brokenCash } from './broken-cash.ts'
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
  const cash = cashOf(account)
  if (cash === null) return { code: 'NO_PRICE' }
  const equity = addExact(cash, value)
  return compareExact(required, equity) > 0
    ? { code: 'MARGIN_EXCEEDS_AVAILABLE', value: exactText(required), limit: exactText(equity) }
    : null
}
