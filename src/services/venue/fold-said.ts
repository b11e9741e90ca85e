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
import { fillsByTicks, fillsByTrades } from './market-source.ts'
import { sideTaken, takeFrom } from './taken-levels.ts'
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

/** It stands at the end of the queue of its new price, or asks for less where it stands. [V33] [V47] */
export function foldUpdate(exchange: Exchange, { clientOrderId, limitPrice, quantity }: PayloadOf<'order.updated'>) {
  const order = atWork(exchange, clientOrderId)
  if (quantity !== undefined) {
    const lots = quantityToLots(quantity, order.listing.lotSize)
    order.leavesLots -= order.lots - lots
    order.lots = lots
    if (order.place) order.place.due = Math.min(order.place.due, order.leavesLots)
  }
  if (limitPrice === undefined) return
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
  if (order.place !== null && order.place.due > 0) order.place.due = 0
  else foldTake(exchange, fill, lots)
  moveHeld(exchange, fill.strategy, fill.instrument, fill.side === 'buy' ? lots : -lots)
  order.leavesLots -= lots
  order.fills += 1
  if (order.leavesLots === 0) removeOrder(exchange, fill.clientOrderId)
}

/** What it came from shows so much less: a level behind the touch, where a taker walked to it, else the touch; or the bar. */
function foldTake(exchange: Exchange, fill: PayloadOf<'order.fill'>, lots: number): void {
  const { config, quotes, lastBars } = exchange
  const { instrument, side, price, liquidity } = fill
  if (!fillsByTicks(exchange, instrument)) {
    const last = lastBars.get(instrument)
    if (last) last.taken += lots
    return
  }
  const quote = quotes.get(instrument)
  const touch = quote?.[sideTaken(side)] ?? null
  // Of what trades alone show nothing stands.
  if (quote === undefined || touch === null) return
  const hasWalked = config.slippage.kind === 'book-walk' && liquidity === 'taker'
  takeFrom(quote, sideTaken(side), hasWalked ? price : touch, lots)
}

function atWork(exchange: Exchange, clientOrderId: string): WorkingOrder {
  const order = findWorking(exchange, clientOrderId)
  assert(order, `expected ${clientOrderId} at work, found it nowhere`)
  return order
}
