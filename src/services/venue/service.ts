import { instrumentOf } from '#lib/domain/instrument.ts'
import type { PriceEvent } from '#lib/domain/newest-price.ts'
import { venueTopics } from '#lib/domain/venue-report.ts'
import { defineService } from '#lib/kernel/service.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { answerBar } from './answer-bar.ts'
import { answerCancel, answerLateCancels, answerSubmission, answerUpdate } from './answer-order.ts'
import { answerQueues, answerQuote } from './answer-quote.ts'
import { answerStatus, foldStatus } from './answer-status.ts'
import { answerTrade } from './answer-trade.ts'
import { answerDue, foldDue } from './due.ts'
import {
  type Exchange,
  exchangeFromJson,
  exchangeToJson,
  openExchange,
  removeOrder,
  reopenExchange,
} from './exchange.ts'
import { foldBar, foldLevels, foldOthers, foldTick } from './fold-market.ts'
import { foldAcceptance, foldFill, foldRejection, foldSettled, foldTrigger, foldUpdate } from './fold-said.ts'
import { foldFunding, foldPerpetual, payFunding } from './funding.ts'
import { answerDepth } from './level-book.ts'
import { dueReports, foldReport, isLineOver, marketTopics, orderTopics, passLine } from './line.ts'
import { fillsByTrades } from './market-source.ts'
import { isAway } from './outage.ts'
import type { Trade } from './queue.ts'
import { foldContract, hasExpired } from './settlement.ts'
import { answerSplit, foldSplit, isUnheard } from './split.ts'
import { quoteIn } from './standing-quote.ts'
import type { Said } from './turn.ts'
import { FeeBps, VenueConfig } from './venue-config.ts'

export { FeeBps, VenueConfig }

const emits = [...venueTopics, 'system.alert'] as const

/** The simulated exchange: accepts, fills, cancels and expires our orders against bars and quotes; the rules are in SPEC.md. */
export const venue = defineService({
  name: 'venue',
  config: VenueConfig,
  subscribes: [...marketTopics, ...orderTopics],
  emits,
  init: openExchange,
  reconfigure: reopenExchange,
  evolve,
  decide,
  snapshot: exchangeToJson,
  restore: exchangeFromJson,
})

type In = (typeof marketTopics)[number] | (typeof orderTopics)[number]
type Out = Said['topic']

function evolve(exchange: Exchange, event: Event<In | Out>): Exchange {
  if (exchange.hasLine && !isSaid(event) && isLineOver(exchange))
    exchange.hasLine = exchange.isLate = exchange.isOfOldUnits = false
  if (!exchange.hasLine) return fold(exchange, event)
  if (isSaid(event)) foldReport(exchange, event)
  else passLine(exchange, event, farEnd)
  return exchange
}

function decide(exchange: Exchange, input: Event<In>): readonly Statement<Out>[] {
  return exchange.hasLine ? dueReports(exchange, Math.max(input.at, exchange.now)) : answer(exchange, input)
}

const said: ReadonlySet<string> = new Set<Out>(emits)
const isSaid = (event: Event<In | Out>): event is Event<Out> => said.has(event.topic)

function fold(exchange: Exchange, event: Event<In | Out>): Exchange {
  if (event.at > exchange.now) exchange.now = event.at
  switch (event.topic) {
    case 'md.bar':
      foldDue(exchange, event)
      foldBar(exchange, event.payload)
      return exchange
    case 'md.depth':
      foldLevels(exchange, event.payload)
      return exchange
    case 'md.order':
      foldOthers(exchange, event.payload)
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
      foldSplit(exchange, event)
      return exchange
    case 'md.status':
      foldStatus(exchange, event.payload)
      return exchange
    case 'order.submitted':
      exchange.arriving = event.payload
      exchange.isOfOldUnits = (exchange.hasLine && exchange.isOfOldUnits) || isUnheard(exchange, event)
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
    case 'system.alert':
    case 'order.update_requested':
    case 'order.update_rejected':
      return exchange
  }
}

function answer(exchange: Exchange, input: Event<In>): readonly Said[] {
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
    case 'md.order':
      return isAway(exchange) ? none : answerQueues(exchange, input.payload.instrument)
    case 'md.depth':
      return answerDepth(exchange)
    case 'md.instrument':
      return none
  }
}

const farEnd = { fold, answer }
const none: readonly [] = Object.freeze([])

function answerPrice(exchange: Exchange, input: PriceEvent): readonly Said[] {
  const { instrument } = input.payload
  if (exchange.working.size === 0 || hasExpired(exchange, instrument)) return none
  if (input.topic === 'md.bar') return answerBar(exchange, input.payload)
  if (quoteIn(input) !== null) return answerQuote(exchange, instrument)
  if (fillsByTrades(exchange, instrument)) return answerTrade(exchange, input.payload as Trade)
  return answerQueues(exchange, instrument)
}
