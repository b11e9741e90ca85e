import assert from 'node:assert/strict'
import { quantityToLots } from '#lib/domain/lot-size.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import {
  type Exchange,
  findWorking,
  forgetCancel,
  moveHeld,
  nextVenueOrderId,
  placeOrder,
  rememberEnd,
  removeOrder,
} from './exchange.ts'
import { takeLevel } from './level-book.ts'
import { fillsByTicks, fillsByTrades } from './market-source.ts'
import { isBehind, takeFrom } from './standing-quote.ts'
import { type WorkingOrder, workingOrderOf } from './working-order.ts'

/** A position has been closed, or delivered. */
export function foldSettled(exchange: Exchange, settled: PayloadOf<'venue.settled'>): void {
  const { strategy, instrument, side, quantity, how } = settled
  // Of what is held there only whole lots were kept.
  if (how === 'cash_in_lieu') return
  const listing = exchange.listings.get(instrument)
  assert(listing, `expected what is settled to be listed, found no ${instrument}`)
  const lots = quantityToLots(quantity, listing.lotSize)
  moveHeld(exchange, strategy, instrument, side === 'buy' ? lots : -lots)
}

/** What is arriving works from here on. */
export function foldAcceptance(exchange: Exchange): void {
  const { arriving, listings } = exchange
  const listing = arriving ? listings.get(arriving.instrument) : undefined
  assert(arriving && listing, 'expected a submission in a listed instrument to be accepted, found none')
  placeOrder(exchange, workingOrderOf(arriving, listing, nextVenueOrderId(exchange), exchange))
  exchange.arriving = null
}

/** It waits for no price any more. */
export function foldTrigger(exchange: Exchange, { clientOrderId }: PayloadOf<'order.triggered'>): void {
  atWork(exchange, clientOrderId).trigger = null
}

/** It stands at the end of the queue of its new price. [V33] */
export function foldUpdate(exchange: Exchange, { clientOrderId, limitPrice }: PayloadOf<'order.updated'>): void {
  const order = atWork(exchange, clientOrderId)
  order.limitPrice = limitPrice
  order.place = null
  if (fillsByTrades(exchange, order.listing.instrument)) order.exposures = 0
}

/** It never worked, or does not any more. */
export function foldRejection(exchange: Exchange, { clientOrderId, code }: PayloadOf<'order.rejected'>): void {
  exchange.arriving = null
  forgetCancel(exchange, clientOrderId)
  if (code !== 'DUPLICATE_CLIENT_ORDER_ID' && code !== 'UNKNOWN_ORDER') rememberEnd(exchange, clientOrderId)
}

/** What was taken of a quote, a level or a queue, and what is left of the order. */
export function foldFill(exchange: Exchange, fill: PayloadOf<'order.fill'>): void {
  const order = atWork(exchange, fill.clientOrderId)
  const lots = quantityToLots(fill.quantity, order.listing.lotSize)
  const quote = exchange.quotes.get(fill.instrument)
  if (quote && fillsByTicks(exchange, fill.instrument)) {
    if (fill.liquidity === 'maker' && order.place !== null && order.place.due > 0) order.place.due = 0
    else if (exchange.config.slippage.kind === 'book-walk' && isBehind(quote, fill))
      takeLevel(exchange, fill.instrument, fill.side, fill.price, lots)
    else takeFrom(quote, fill.side, lots)
  }
  moveHeld(exchange, fill.strategy, fill.instrument, fill.side === 'buy' ? lots : -lots)
  order.leavesLots -= lots
  order.fills += 1
  if (order.leavesLots === 0) removeOrder(exchange, fill.clientOrderId)
}

function atWork(exchange: Exchange, clientOrderId: string): WorkingOrder {
  const order = findWorking(exchange, clientOrderId)
  assert(order, `expected ${clientOrderId} at work, found it nowhere`)
  return order
}
