import assert from 'node:assert/strict'
import { instrumentOf } from '#lib/domain/instrument.ts'
import { quantityToLots } from '#lib/domain/lot-size.ts'
import { defineService } from '#lib/kernel/service.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { answerBar, isExposedTo, isFillingBar } from './answer-bar.ts'
import { answerCancel, answerSubmission } from './answer-order.ts'
import { answerQueues, answerQuote } from './answer-quote.ts'
import { answerStatus, foldStatus } from './answer-status.ts'
import {
  type Exchange,
  exchangeFromJson,
  exchangeToJson,
  findWorking,
  moveHeld,
  nextVenueOrderId,
  openExchange,
  placeOrder,
  rememberEnd,
  removeOrder,
  reopenExchange,
} from './exchange.ts'
import { foldDepth, keepsLevels, takeLevel } from './level-book.ts'
import { fillsByQuotes, keepsQuotes } from './market-source.ts'
import { joinQueues, passCancels, passTrade } from './queue.ts'
import { foldQuote, isBehind, isUnchanged, type QuoteEvent, quoteIn, takeFrom } from './standing-quote.ts'
import { trail } from './trigger.ts'
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
    'md.status',
    'order.submitted',
    'order.cancel_requested',
  ],
  emits: ['order.accepted', 'order.triggered', 'order.rejected', 'order.fill', 'order.canceled', 'order.expired'],
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
  | 'md.status'
  | 'order.submitted'
  | 'order.cancel_requested'
type Out = 'order.accepted' | 'order.triggered' | 'order.rejected' | 'order.fill' | 'order.canceled' | 'order.expired'

function evolve(exchange: Exchange, event: Event<In | Out>): Exchange {
  if (event.at > exchange.now) exchange.now = event.at
  switch (event.topic) {
    case 'md.bar':
      foldBar(exchange, event.payload)
      return exchange
    case 'md.depth':
      foldLevels(exchange, event.payload)
      return exchange
    case 'md.tick':
    case 'md.option.tick':
      foldTick(exchange, event)
      return exchange
    case 'md.instrument': {
      const listing = instrumentOf(event.payload)
      if (listing) exchange.listings.set(listing.instrument, listing)
      else exchange.listings.delete(event.payload.instrument)
      return exchange
    }
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
    case 'order.cancel_requested':
      return exchange
  }
}

function decide(exchange: Exchange, input: Event<In>): readonly Statement<Out>[] {
  switch (input.topic) {
    case 'md.bar':
      return exchange.working.size === 0 ? none : answerBar(exchange, input.payload)
    case 'md.tick':
    case 'md.option.tick':
      if (exchange.working.size === 0) return none
      return quoteIn(input) === null
        ? answerQueues(exchange, input.payload.instrument)
        : answerQuote(exchange, input.payload.instrument)
    case 'md.status':
      return answerStatus(exchange)
    case 'order.submitted':
      return answerSubmission(exchange, input)
    case 'order.cancel_requested':
      return answerCancel(exchange, input)
    case 'md.depth':
    case 'md.instrument':
      return none
  }
}

const none: readonly [] = Object.freeze([])

function foldBar(exchange: Exchange, bar: PayloadOf<'md.bar'>): void {
  const { config, working, lastBars } = exchange
  if (config.fill !== 'same-close' && working.size === 0) return
  if (!isFillingBar(exchange, bar)) return
  if (config.fill === 'same-close') lastBars.set(bar.instrument, bar)
  for (const order of working.get(bar.instrument) ?? []) {
    if (!isExposedTo(order, bar, config)) continue
    order.exposures += 1
    if (order.trigger === null || order.trigger.offset === null) continue
    // What this bar shows moves a trailing stop from the next bar on: the path inside it is not known.
    const { trigger } = order
    if (order.best !== null) trail(trigger, order.best)
    else if (trigger.price === null) trail(trigger, bar.open)
    order.best = trigger.towards === 'down' ? bar.high : bar.low
  }
}

function foldLevels(exchange: Exchange, depth: PayloadOf<'md.depth'>): void {
  if (!keepsLevels(exchange.config)) return
  const orders = exchange.working.get(depth.instrument) ?? none
  joinQueues(exchange, orders)
  foldDepth(exchange, depth)
  passCancels(exchange, orders)
}

function foldTick(exchange: Exchange, event: QuoteEvent): void {
  const { instrument } = event.payload
  if (!keepsQuotes(exchange, instrument)) return
  const quote = quoteIn(event)
  const orders = exchange.working.get(instrument)
  if (orders) joinQueues(exchange, orders)
  if (!quote) {
    if (orders && exchange.config.queue.kind !== 'none')
      passTrade(orders, event.payload as Parameters<typeof passTrade>[1])
    return
  }
  foldQuote(exchange.quotes, quote, exchange.now, orders !== undefined)
  for (const order of orders ?? []) {
    if (order.arrivesAt > exchange.now) continue
    order.exposures += 1
    const shown = order.side === 'buy' ? quote.ask : quote.bid
    if (order.trigger !== null && shown !== null) trail(order.trigger, shown)
  }
  if (orders && !exchange.books.has(instrument)) passCancels(exchange, orders)
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

function foldRejection(exchange: Exchange, { clientOrderId, code }: PayloadOf<'order.rejected'>): void {
  exchange.arriving = null
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
