import { parseExact } from '#lib/bars/exact-decimal.ts'
import { contractOf } from '#lib/domain/contract.ts'
import { fromUnits } from '#lib/domain/decimal.ts'
import { fundingPaid } from '#lib/domain/funding.ts'
import { exactLots } from '#lib/domain/instrument.ts'
import { moneyText } from '#lib/domain/money.ts'
import { foldPriceOf, newestPrice, type PriceEvent } from '#lib/domain/newest-price.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { type Exchange, heldIn } from './exchange.ts'
import type { Said } from './turn.ts'

/** A rate, and when it is paid. */
type Forecast = { readonly rate: string; readonly markPrice: string | null; readonly at: number }
/** A perpetual and what is told of its funding. Plain JSON. */
export type Perpetual = {
  readonly instrument: string
  /** The newest that was told of the next payment; null where none is due. */
  next: Forecast | null
  /** The time of the newest payment. */
  paidAt: number
}
/** What is to be paid by the newest input. */
export type Payment = {
  readonly instrument: string
  readonly rate: string
  readonly markPrice: string
  readonly at: number
}

/** Keeps what funding of a perpetual needs, and that its price is looked at. [V35] */
export function foldPerpetual({ perpetuals }: Exchange, { instrument, kind }: PayloadOf<'md.instrument'>): void {
  if (kind === 'perpetual' && !perpetuals.has(instrument))
    perpetuals.set(instrument, { instrument, next: null, paidAt: 0 })
}

/** The newest price of a perpetual, which funding is reckoned with, or of shares, whose parts are paid out. */
export function foldMark({ listings, marks }: Exchange, event: PriceEvent): void {
  const listing = listings.get(event.payload.instrument)
  if (listing?.kind !== 'perpetual' && listing?.kind !== 'equity') return
  foldPriceOf(marks, event, listing.isInverse)
}

/** Before a price is taken in: which payments have come due by now, by the rates and prices from before. [V35] */
export function foldPayments(exchange: Exchange, at: number): void {
  if (exchange.payments.length > 0) exchange.payments = []
  if (exchange.nextPaymentAt === null || at <= exchange.nextPaymentAt) return
  for (const perpetual of exchange.perpetuals.values())
    if (perpetual.next !== null && at > perpetual.next.at) fallDue(exchange, perpetual)
  setNext(exchange)
}

/** What is told of a rate holds for the payment that it names, until that is due. [V35] [V36] */
export function foldFunding(exchange: Exchange, { payload, at }: Event<'md.funding'>): void {
  foldPayments(exchange, at)
  const { instrument, rate, markPrice = null, nextFundingAt } = payload
  const perpetual = exchange.perpetuals.get(instrument)
  if (perpetual === undefined || nextFundingAt === undefined) return
  if (nextFundingAt < at || nextFundingAt <= perpetual.paidAt) return
  if (perpetual.next !== null && perpetual.next.at < nextFundingAt) fallDue(exchange, perpetual)
  // A payment that waits for a price is not forgotten.
  if (perpetual.next === null || perpetual.next.at === nextFundingAt)
    perpetual.next = rate === null ? null : { rate, markPrice, at: nextFundingAt }
  setNext(exchange)
}

/** Every strategy that holds pays, or is paid. [V35] */
export function payFunding(exchange: Exchange): readonly Said[] {
  const { payments, listings } = exchange
  const said: Said[] = []
  for (const { instrument, rate, markPrice, at: paidAt } of payments) {
    const listing = listings.get(instrument)
    if (listing === undefined) continue
    for (const { strategy, lots } of heldIn(exchange, instrument)) {
      const held = exactLots(lots, listing.lotSize)
      const amount = moneyText(fundingPaid(contractOf(listing), held, parseExact(markPrice), parseExact(rate)))
      const position = fromUnits(held.units, held.scale)
      const { currency } = listing
      const common = { strategy, instrument, why: 'funding', amount, currency, position } as const
      said.push({ topic: 'venue.paid', payload: { ...common, rate, markPrice, paidAt } })
    }
  }
  return said
}

function fallDue(exchange: Exchange, perpetual: Perpetual): void {
  const { instrument, next } = perpetual
  if (next === null) return
  const markPrice = next.markPrice ?? newestPrice(exchange.marks, instrument)
  const isHeld = heldIn(exchange, instrument).length > 0
  // Where there is no price it waits for one.
  if (markPrice === null && isHeld) return
  if (markPrice !== null && isHeld) exchange.payments.push({ instrument, rate: next.rate, markPrice, at: next.at })
  perpetual.paidAt = next.at
  perpetual.next = null
}

function setNext(exchange: Exchange): void {
  exchange.nextPaymentAt = null
  for (const { next } of exchange.perpetuals.values())
    if (next !== null) exchange.nextPaymentAt = Math.min(exchange.nextPaymentAt ?? next.at, next.at)
}
