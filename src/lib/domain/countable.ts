import { parseExact } from '#lib/bars/exact-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { convert, type Marks, rateOf } from './conversion.ts'
import { asMoney, type Money, moneyOf, noMoney } from './money.ts'

/** A fill as the account has it: what it cost in fees, in its instrument's currency; `uncounted` says what of the fee is not in that. */
export type Countable =
  | { readonly isCounted: true; readonly fee: Money; readonly uncounted: string | null }
  | { readonly isCounted: false; readonly why: string }

type Fill = Pick<PayloadOf<'order.fill'>, 'instrument' | 'price' | 'fee' | 'feePaid' | 'currency'>

/**
 * How a fill counts, one rule for the risk gate and the books: not where nobody could say what it is worth. A fee in another currency, or that the venue
 * took of a third asset, is converted at the newest price of the instrument that the account states for it; where there is none the fill counts without it.
 */
export function countable(
  marks: Marks,
  listing: { readonly currency: string; readonly isInverse: boolean } | undefined,
  fill: Fill,
): Countable {
  const { instrument, feePaid, currency } = fill
  if (listing === undefined) return { isCounted: false, why: `${instrument} is not listed` }
  if (listing.isInverse && parseExact(fill.price).units <= 0n)
    return { isCounted: false, why: `${fill.price} is no price of it` }
  const account = marks.config.currency
  if (rateOf(marks, listing.currency) === null)
    return { isCounted: false, why: `it is in ${listing.currency}, the account in ${account}, and no mark converts it` }
  const stated = convert(marks, moneyOf(fill.fee), currency, listing.currency)
  const third = feePaid === undefined || feePaid.isOfPosition ? null : feePaid
  const taken = third === null ? noMoney : convert(marks, moneyOf(third.amount), third.asset, listing.currency)
  const missing =
    stated === null ? `${fill.fee} ${currency}` : taken === null ? `${third?.amount} ${third?.asset}` : null
  const uncounted = missing === null ? null : `no mark converts its fee of ${missing} to ${listing.currency}`
  return { isCounted: true, fee: asMoney((stated ?? noMoney) + (taken ?? noMoney)), uncounted }
}

/** Money that a position was paid, in its instrument's currency; `why` it cannot be counted where nobody could say what it is worth. */
export function countablePaid(
  marks: Marks,
  listing: { readonly currency: string } | undefined,
  { instrument, amount, currency }: Pick<PayloadOf<'venue.paid'>, 'instrument' | 'amount' | 'currency'>,
): { readonly isCounted: true; readonly amount: Money } | { readonly isCounted: false; readonly why: string } {
  if (listing === undefined) return { isCounted: false, why: `${instrument} is not listed` }
  if (!marks.prices.has(instrument)) return { isCounted: false, why: `${instrument} has no price` }
  const converted =
    rateOf(marks, listing.currency) === null ? null : convert(marks, moneyOf(amount), currency, listing.currency)
  if (converted !== null) return { isCounted: true, amount: converted }
  return {
    isCounted: false,
    why: `no mark converts ${amount} ${currency} to ${listing.currency} and ${marks.config.currency}`,
  }
}
