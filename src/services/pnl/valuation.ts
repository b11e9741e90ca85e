import assert from 'node:assert/strict'
import { type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import type { Contract } from '#lib/domain/contract.ts'
import { convert, isMark } from '#lib/domain/conversion.ts'
import type { Money } from '#lib/domain/money.ts'
import { foldPriceOf, newestPrice, type PriceEvent } from '#lib/domain/newest-price.ts'
import type { Ledger } from './ledger.ts'

type Valuation = {
  readonly contract: Contract
  readonly currency: string
  readonly mark: ExactDecimal
  readonly markText: string
}

/** What values a position in an instrument: all is there from the first fill that counted in it. [P5] */
export function valuationOf({ terms, prices }: Ledger, instrument: string): Valuation {
  const listing = terms.get(instrument)
  const markText = newestPrice(prices, instrument)
  assert(listing !== undefined && markText !== null, `${instrument} was filled, so a listing and a mark were expected`)
  const { multiplier, isInverse, currency } = listing
  return { contract: { multiplier: parseExact(multiplier), isInverse }, currency, mark: parseExact(markText), markText }
}

/** Keeps the newest mark; what is not above zero is no price of an inverse contract, or of what currencies are converted at. [P5] */
export function foldMark({ terms, prices, config }: Ledger, event: PriceEvent): void {
  const { instrument } = event.payload
  foldPriceOf(prices, event, terms.get(instrument)?.isInverse === true || isMark(config, instrument))
}

/** In the account's currency. A mark that was there when a fill was counted is there for ever. */
export function inAccount(ledger: Ledger, amount: Money, currency: string): Money {
  const converted = convert(ledger, amount, currency)
  assert(converted !== null, `money in ${currency} was counted, so a mark for it was expected`)
  return converted
}
