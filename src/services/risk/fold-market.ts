import { paysOtherwise } from '#lib/domain/contract.ts'
import { dropNotAboveZero, foldPriceOf, type PriceEvent } from '#lib/domain/newest-price.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Account } from './account.ts'
import { listingOf } from './listing.ts'
import { noteMove } from './settle-sums.ts'

/** Keeps the newest price; what is not above zero is none of an inverse contract, or of what currencies are converted at. [R21] */
export function foldMarket(account: Account, event: PriceEvent): void {
  const { instruments, prices, watches } = account
  const { instrument } = event.payload
  const isAboveZero = watches.marks.includes(instrument) || instruments.get(instrument)?.isInverse === true
  const isTold = foldPriceOf(prices, event, isAboveZero)
  if (event.topic === 'md.option.tick' && event.payload.underlyingPrice !== undefined)
    account.underlyingPrices.set(instrument, event.payload.underlyingPrice)
  noteMove(account, instrument)
  if (isTold && watches.ages) account.pricedAt.set(instrument, madeAt(event))
}

/** As old as anyone says that it is: what waited on its way is no new price. [R24] */
function madeAt({ at, payload }: PriceEvent): number {
  const { receivedAt = at, exchangeAt = at } = payload as { readonly receivedAt?: number; readonly exchangeAt?: number }
  return Math.min(at, receivedAt, exchangeAt)
}

/** Keeps what the gate needs of a listing. It pays as it was listed first; told otherwise, nothing is added in it. [R42] */
export function foldListing(account: Account, payload: PayloadOf<'md.instrument'>): void {
  const { instrument } = payload
  const told = listingOf(payload)
  const known = account.instruments.get(instrument)
  const { currency, isInverse } = known ?? told
  const listing = { ...told, currency, isInverse }
  account.instruments.set(instrument, listing)
  if (paysOtherwise(known, told) && !account.haltedInstruments.includes(instrument))
    account.haltedInstruments = [...account.haltedInstruments, instrument]
  if (listing.isInverse) dropNotAboveZero(account.prices, instrument)
  noteMove(account, instrument)
}
