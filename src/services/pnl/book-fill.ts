import { parseExact } from '#lib/bars/exact-decimal.ts'
import { moneyText } from '#lib/domain/money.ts'
import { averagePriceOf, positionAfter, quantityText, unrealizedOf } from '#lib/domain/position.ts'

import { findOrder, shelveIfEnded } from '#lib/domain/sent-orders.ts'
import { applyReport, type Report } from '#lib/domain/venue-report.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { type Ledger, type Outcome, positionOf, setPosition } from './ledger.ts'
import { valuationOf } from './valuation.ts'

/** Folds what the venue says of an order; a fill that counts moves its strategy's position. [P1]-[P4] */
export function foldReport(ledger: Ledger, report: Report): void {
  const order = findOrder(ledger.orders, report.payload.clientOrderId)
  const isNew = !order || applyReport(order, report) === 'applied'
  if (order) shelveIfEnded(ledger.orders, order, rememberedEnds)
  if (report.topic === 'order.fill') ledger.outcome = isNew ? bookFill(ledger, report.payload) : notCounted
}

/** The position after the fill, or why the fill could not be counted; nothing when it had been, or cannot be true. */
export function answerFill(
  ledger: Ledger,
  fill: Event<'order.fill'>,
): readonly Statement<'pnl.update' | 'system.alert'>[] {
  const { outcome } = ledger
  switch (outcome.kind) {
    case 'booked':
      return [{ topic: 'pnl.update', payload: updateOf(ledger, outcome.strategy, outcome.instrument) }]
    case 'not_countable': {
      const { clientOrderId, tradeId } = fill.payload
      const message = `${fill.id}, trade ${tradeId}, is not in the account: ${outcome.why}`
      return [{ topic: 'system.alert', payload: { code: 'VENUE_REPORT_REFUSED', subject: clientOrderId, message } }]
    }
    case 'not_counted':
      return []
  }
}

// As many as the risk gate remembers, so that both count the same fills.
const rememberedEnds = 256
const notCounted: Outcome = { kind: 'not_counted' }

function bookFill(ledger: Ledger, fill: PayloadOf<'order.fill'>): Outcome {
  const { strategy, instrument } = fill
  const terms = ledger.terms.get(instrument)
  if (!terms) return { kind: 'not_countable', why: `${instrument} is not listed` }
  const { currency } = ledger.config
  const foreign = [terms.currency, fill.currency].find((found) => found !== currency)
  if (foreign !== undefined) return { kind: 'not_countable', why: `it is in ${foreign}, the account in ${currency}` }
  const before = positionOf(ledger, strategy, instrument)
  setPosition(ledger, strategy, instrument, positionAfter(before, fill, parseExact(terms.multiplier)))
  if (!ledger.prices.has(instrument)) ledger.prices.set(instrument, fill.price)
  return { kind: 'booked', strategy, instrument }
}

function updateOf(ledger: Ledger, strategy: string, instrument: string): PayloadOf<'pnl.update'> {
  const position = positionOf(ledger, strategy, instrument)
  const { multiplier, mark } = valuationOf(ledger, instrument)
  const factor = parseExact(multiplier)
  return {
    strategy,
    instrument,
    currency: ledger.config.currency,
    position: quantityText(position),
    averagePrice: averagePriceOf(position, factor),
    mark,
    realized: moneyText(position.realized),
    unrealized: moneyText(unrealizedOf(position, parseExact(mark), factor)),
    fees: moneyText(position.fees),
  }
}
