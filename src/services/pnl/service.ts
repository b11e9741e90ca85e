import { adopt } from '#lib/domain/adopted-order.ts'
import { moneyOf } from '#lib/domain/money.ts'
import { priceTopics } from '#lib/domain/newest-price.ts'
import { shrinkOrder, submittedOrder } from '#lib/domain/order-progress.ts'
import { foldCancelRequest, splitsUnheard } from '#lib/domain/sent-orders.ts'
import { reportTopics } from '#lib/domain/venue-report.ts'
import { defineService } from '#lib/kernel/service.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { accountSnapshot } from './account-snapshot.ts'
import { answerFill, answerSplit, foldPaid, foldReport, foldSettled, foldSplit } from './book-fill.ts'
import { drawdownBeyond } from './drawdown.ts'
import { crossingOf, exposuresBeyond } from './exposures-beyond.ts'
import { foldGreeks } from './greeks.ts'
import { type Ledger, ledgerFromJson, ledgerToJson, openLedger, reopenLedger } from './ledger.ts'
import { answerListing, foldListing } from './listing.ts'
import { PnlConfig } from './pnl-config.ts'
import { foldMark } from './valuation.ts'

const inputs = [
  'md.instrument',
  'md.split',
  ...priceTopics,
  'order.submitted',
  'order.adopted',
  'order.cancel_requested',
  'order.updated',
  ...reportTopics,
  'venue.settled',
  'venue.paid',
  'system.time',
] as const
const outputs = ['pnl.update', 'pnl.snapshot', 'risk.violation', 'system.alert'] as const

/** Reckons profit and loss per strategy and in all, from fills and marks; the rules are in SPEC.md. */
export const pnl = defineService({
  name: 'pnl',
  config: PnlConfig,
  subscribes: inputs,
  emits: outputs,
  init: openLedger,
  reconfigure: reopenLedger,
  evolve,
  decide,
  snapshot: ledgerToJson,
  restore: ledgerFromJson,
})

type In = (typeof inputs)[number]
type Out = (typeof outputs)[number]

function evolve(ledger: Ledger, event: Event<In | Out>): Ledger {
  switch (event.topic) {
    case 'md.bar':
    case 'md.tick':
    case 'md.option.tick':
      foldMark(ledger, event)
      if (event.topic === 'md.option.tick') foldGreeks(ledger, event.payload)
      return ledger
    case 'md.instrument':
      foldListing(ledger, event.payload)
      return ledger
    case 'md.split':
      foldSplit(ledger, event)
      return ledger
    case 'order.submitted': {
      const { clientOrderId, strategy, instrument, side, quantity } = event.payload
      const splits = splitsUnheard(ledger.orders, instrument, event.id)
      const order = { clientOrderId, strategy, instrument, side, progress: submittedOrder(quantity), splits }
      ledger.orders.working.set(clientOrderId, order)
      return ledger
    }
    case 'order.adopted':
      adopt(ledger.orders, event.payload)
      return ledger
    case 'order.cancel_requested':
      foldCancelRequest(ledger.orders, event.payload)
      return ledger
    case 'order.updated': {
      const { clientOrderId, quantity } = event.payload
      const order = ledger.orders.working.get(clientOrderId)
      if (order && quantity !== undefined) shrinkOrder(order.progress, quantity)
      return ledger
    }
    case 'order.accepted':
    case 'order.triggered':
    case 'order.rejected':
    case 'order.fill':
    case 'order.canceled':
    case 'order.expired':
      foldReport(ledger, event)
      return ledger
    case 'venue.settled':
      foldSettled(ledger, event.payload)
      return ledger
    case 'venue.paid':
      foldPaid(ledger, event.payload)
      return ledger
    case 'pnl.snapshot':
      ledger.peakEquity = moneyOf(event.payload.peakEquity)
      if (ledger.beyond.length > 0) {
        const crossings = violationsIn(ledger, event.payload).map(crossingOf)
        ledger.beyond = ledger.beyond.filter((crossing) => crossings.includes(crossing))
      }
      return ledger
    case 'risk.violation':
      ledger.beyond = [...ledger.beyond, crossingOf(event.payload)]
      return ledger
    case 'pnl.update':
    case 'system.alert':
    case 'system.time':
      return ledger
  }
}

function decide(ledger: Ledger, input: Event<In>): readonly Statement<Out>[] {
  switch (input.topic) {
    case 'md.instrument':
      return answerListing(ledger, input)
    case 'order.fill':
    case 'venue.settled':
    case 'venue.paid':
      return answerFill(ledger, input)
    case 'md.split':
      return answerSplit(ledger, input.payload)
    case 'system.time':
      return ledger.terms.size === 0 ? none : answerTime(ledger)
    case 'md.bar':
    case 'md.tick':
    case 'md.option.tick':
    case 'order.submitted':
    case 'order.adopted':
    case 'order.cancel_requested':
    case 'order.updated':
    case 'order.accepted':
    case 'order.triggered':
    case 'order.rejected':
    case 'order.canceled':
    case 'order.expired':
      return none
  }
}

const none: readonly [] = Object.freeze([])

/** [P6] [P8] [P10] */
function answerTime(ledger: Ledger): readonly Statement<Out>[] {
  const payload = accountSnapshot(ledger)
  const news = violationsIn(ledger, payload).filter((one) => !ledger.beyond.includes(crossingOf(one)))
  return [
    { topic: 'pnl.snapshot', payload },
    ...news.map((violation) => ({ topic: 'risk.violation', payload: violation }) as const),
  ]
}

function violationsIn(ledger: Ledger, snapshot: PayloadOf<'pnl.snapshot'>): PayloadOf<'risk.violation'>[] {
  const drawdown = drawdownBeyond(snapshot, ledger.config.maxDrawdown)
  const exposures = exposuresBeyond(ledger)
  return drawdown === null ? exposures : [drawdown, ...exposures]
}
