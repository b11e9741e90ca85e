import assert from 'node:assert/strict'
import { instrumentOf } from '#lib/domain/instrument.ts'
import { quantityToLots } from '#lib/domain/lot-size.ts'
import type { PriceEvent } from '#lib/domain/newest-price.ts'
import { reportTopics } from '#lib/domain/venue-report.ts'
import { defineService } from '#lib/kernel/service.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { answerBar } from './answer-bar.ts'
import { answerCancel, answerLateCancels, answerSubmission, answerUpdate } from './answer-order.ts'
import { answerQueues, answerQuote } from './answer-quote.ts'
import { answerStatus, foldStatus } from './answer-status.ts'
import { answerDue, foldDue } from './due.ts'
import {
  type Exchange,
  exchangeFromJson,
  exchangeToJson,
  findWorking,
  forgetCancel,
  moveHeld,
  nextVenueOrderId,
  openExchange,
  placeOrder,
  rememberEnd,
  removeOrder,
  reopenExchange,
} from './exchange.ts'
import { foldBar, foldLevels, foldTick } from './fold-market.ts'
import { foldFunding, foldPerpetual, payFunding } from './funding.ts'
import { takeLevel } from './level-book.ts'
import { fillsByQuotes } from './market-source.ts'
import { isAway } from './outage.ts'
import { foldContract, hasExpired } from './settlement.ts'
import { answerSplit, foldSplit } from './split.ts'
import { isBehind, isUnchanged, quoteIn, takeFrom } from './standing-quote.ts'
import type { Said } from './turn.ts'
import { FeeBps, VenueConfig } from './venue-config.ts'
import { workingOrderOf } from './working-order.ts'

export { FeeBps, VenueConfig }

/** The simulated exchange: accepts, fills, cancels and expires our orders against bars and quotes; the rules are in SPEC.md. */
export const venue = defineService({
  name: 'venue',
  config: VenueConfig,
  subscribes: [
    'md.instrument',
    'md.bar',
    'md.depth',
    'md.tick',
    'md.option.tick',
    'md.funding',
    'md.split',
    'md.status',
    'order.submitted',
    'order.cancel_requested',
    'order.update_requested',
  ],
  emits: [...reportTopics, 'order.updated', 'order.update_rejected', 'venue.settled', 'venue.paid'],
  init: openExchange,
  reconfigure: reopenExchange,
  evolve,
  decide,
  snapshot: exchangeToJson,
  restore: exchangeFromJson,
})

type In =
  | 'md.instrument'
  | 'md.bar'
  | 'md.depth'
  | 'md.tick'
  | 'md.option.tick'
  | 'md.funding'
  | 'md.split'
  | 'md.status'
  | 'order.submitted'
  | 'order.cancel_requested'
  | 'order.update_requested'
type Out = Said['topic']

function evolve(exchange: Exchange, event: Event<In | Out>): Exchange {
  if (event.at > exchange.now) exchange.now = event.at
  switch (event.topic) {
    case 'md.bar':
      foldDue(exchange, event)
      foldBar(exchange, event.payload)
      return exchange
    case 'md.depth':
      foldLevels(exchange, event.payload)
      return exchange
    case 'md.tick':
    case 'md.option.tick':
      foldDue(exchange, event)
      foldTick(exchange, event)
      return exchange
    case 'md.instrument': {
      const listing = instrumentOf(event.payload)
      if (listing) exchange.listings.set(listing.instrument, listing)
      else exchange.listings.delete(event.payload.instrument)
      foldContract(exchange, event.payload)
      foldPerpetual(exchange, event.payload)
      return exchange
    }
    case 'md.funding':
      foldFunding(exchange, event)
      return exchange
    case 'md.split':
      foldSplit(exchange, event.payload)
      return exchange
    case 'md.status':
      foldStatus(exchange, event.payload)
      return exchange
    case 'order.submitted':
      exchange.arriving = event.payload
      return exchange
    case 'order.accepted':
      foldAcceptance(exchange)
      return exchange
    case 'order.triggered':
      foldTrigger(exchange, event.payload)
      return exchange
    case 'order.rejected':
      foldRejection(exchange, event.payload)
      return exchange
    case 'order.fill':
      foldFill(exchange, event.payload)
      return exchange
    case 'order.canceled':
    case 'order.expired':
      removeOrder(exchange, event.payload.clientOrderId)
      return exchange
    case 'venue.settled':
      foldSettled(exchange, event.payload)
      return exchange
    case 'order.updated':
      foldUpdate(exchange, event.payload)
      return exchange
    case 'order.cancel_requested':
      if (isAway(exchange)) exchange.lateCancels.push(event.payload)
      return exchange
    case 'venue.paid':
    case 'order.update_requested':
    case 'order.update_rejected':
      return exchange
  }
}

function decide(exchange: Exchange, input: Event<In>): readonly Statement<Out>[] {
  switch (input.topic) {
    case 'md.bar':
    case 'md.tick':
    case 'md.option.tick':
      if (isAway(exchange)) return answerDue(exchange)
      if (exchange.lateCancels.length > 0) {
        const { said, rest } = answerLateCancels(exchange)
        return [...said, ...answerDue(rest), ...answerPrice(rest, input)]
      }
      return exchange.due.length + exchange.payments.length === 0
        ? answerPrice(exchange, input)
        : [...answerDue(exchange), ...answerPrice(exchange, input)]
    case 'md.funding':
      return payFunding(exchange)
    case 'md.split':
      return answerSplit(exchange, input)
    case 'md.status':
      return answerStatus(exchange)
    case 'order.submitted':
      return answerSubmission(exchange, input)
    case 'order.cancel_requested':
      return isAway(exchange) ? none : answerCancel(exchange, input.payload)
    case 'order.update_requested':
      return answerUpdate(exchange, input)
    case 'md.depth':
    case 'md.instrument':
      return none
  }
}

const none: readonly [] = Object.freeze([])

function answerPrice(exchange: Exchange, input: PriceEvent): readonly Said[] {
  const { instrument } = input.payload
  if (exchange.working.size === 0 || hasExpired(exchange, instrument)) return none
  if (input.topic === 'md.bar') return answerBar(exchange, input.payload)
  return quoteIn(input) === null ? answerQueues(exchange, instrument) : answerQuote(exchange, instrument)
}

function foldSettled(exchange: Exchange, settled: PayloadOf<'venue.settled'>): void {
  const { strategy, instrument, side, quantity, how } = settled
  // Of what is held there only whole lots were kept.
  if (how === 'cash_in_lieu') return
  const listing = exchange.listings.get(instrument)
  assert(listing, `expected what is settled to be listed, found no ${instrument}`)
  const lots = quantityToLots(quantity, listing.lotSize)
  moveHeld(exchange, strategy, instrument, side === 'buy' ? lots : -lots)
}

function foldAcceptance(exchange: Exchange): void {
  const { arriving, listings, now, config } = exchange
  const listing = arriving ? listings.get(arriving.instrument) : undefined
  assert(arriving && listing, 'expected a submission in a listed instrument to be accepted, found none')
  placeOrder(exchange, workingOrderOf(arriving, listing, nextVenueOrderId(exchange), now, config))
  exchange.arriving = null
}

function foldTrigger(exchange: Exchange, { clientOrderId }: PayloadOf<'order.triggered'>): void {
  const order = findWorking(exchange, clientOrderId)
  assert(order, `expected ${clientOrderId} at work, found it nowhere`)
  order.trigger = null
}

/** It stands at the end of the queue of its new price. [V33] */
function foldUpdate(exchange: Exchange, { clientOrderId, limitPrice }: PayloadOf<'order.updated'>): void {
  const order = findWorking(exchange, clientOrderId)
  assert(order, `expected ${clientOrderId} at work, found it nowhere`)
  order.limitPrice = limitPrice
  order.place = null
}

function foldRejection(exchange: Exchange, { clientOrderId, code }: PayloadOf<'order.rejected'>): void {
  exchange.arriving = null
  forgetCancel(exchange, clientOrderId)
  if (code !== 'DUPLICATE_CLIENT_ORDER_ID' && code !== 'UNKNOWN_ORDER') rememberEnd(exchange, clientOrderId)
}

function foldFill(exchange: Exchange, fill: PayloadOf<'order.fill'>): void {
  const order = findWorking(exchange, fill.clientOrderId)
  assert(order, `expected ${fill.clientOrderId} at work, found it nowhere`)
  const lots = quantityToLots(fill.quantity, order.listing.lotSize)
  const quote = exchange.quotes.get(fill.instrument)
  if (quote && fillsByQuotes(exchange, fill.instrument)) {
    const { at, previous } = quote
    // A fill before the newest quote took of the one that stood then.
    const stands = fill.filledAt >= at || (previous !== null && isUnchanged(previous, quote, fill.side))
    if (fill.liquidity === 'maker' && order.place !== null && order.place.due > 0) order.place.due = 0
    else if (stands && exchange.config.slippage.kind === 'book-walk' && isBehind(quote, fill))
      takeLevel(exchange, fill.instrument, fill.side, fill.price, lots)
    else if (stands) takeFrom(quote, fill.side, lots)
  }
  moveHeld(exchange, fill.strategy, fill.instrument, fill.side === 'buy' ? lots : -lots)
  order.leavesLots -= lots
  order.fills += 1
  if (order.leavesLots === 0) removeOrder(exchange, fill.clientOrderId)
}
