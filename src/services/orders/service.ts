import { z } from 'zod'
import { adopt } from '#lib/domain/adopted-order.ts'
import { answeredSeq } from '#lib/domain/client-order-id.ts'
import { commandResult } from '#lib/domain/operator-command.ts'
import { submittedOrder } from '#lib/domain/order-progress.ts'
import { foldCancelRequest, splitOrders } from '#lib/domain/sent-orders.ts'
import { reportTopics } from '#lib/domain/venue-report.ts'
import { defineService } from '#lib/kernel/service.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { answerApproval } from './answer-approval.ts'
import { answerFill } from './answer-fill.ts'
import { answerHalt, haltKind } from './answer-halt.ts'
import { answerReplace, foldListing, foldUpdate } from './answer-replace.ts'
import { answerSuperseded } from './answer-superseded.ts'
import { answerCancelAll, foldCancel, foldCancelAll } from './cancel-all.ts'
import { answerAdoption, answerCancel, answerRefusal, cancelsOf, meantBy, onlyReduces } from './cancels.ts'
import { foldReport } from './fold-report.ts'
import { beginMassCancel, foldMassReport, reportMassCancels } from './mass-cancel.ts'
import { bookFromJson, bookToJson, emptyBook, type OrderBook } from './order-book.ts'
import { splitPositions } from './positions.ts'
import {
  answerFailure,
  canProtect,
  foldExit,
  foldExitCancel,
  foldExitSplit,
  foldSettled,
  tellSplit,
} from './protection.ts'
import { foldLeave, foldRefusal, foldSilence, foldSuperseded, giveBack, release, releaseAll } from './taken-exits.ts'
import { foldPauses, foldVenueOpen, isRefusedForNow } from './venue-closed.ts'

const inputs = [
  'md.instrument',
  'md.split',
  'risk.approved',
  'risk.rejected',
  'risk.superseded',
  'risk.halted',
  'risk.resumed',
  'risk.strategy_halted',
  'order.adopted',
  ...reportTopics,
  'venue.settled',
  'order.updated',
  'order.update_rejected',
  'system.command',
  'system.time',
] as const
const outputs = [
  'order.submitted',
  'order.denied',
  'order.cancel_requested',
  'order.superseded',
  'order.update_requested',
  'order.mass_cancel_reported',
  'system.command.result',
  'system.alert',
] as const

/** Makes orders of approvals and follows each to its end; the rules are in SPEC.md. */
export const orders = defineService({
  name: 'orders',
  config: z.object({}),
  subscribes: inputs,
  emits: outputs,
  init: () => emptyBook(),
  reconfigure: (book) => book,
  evolve,
  decide,
  snapshot: bookToJson,
  restore: bookFromJson,
})

type In = (typeof inputs)[number]
type Out = (typeof outputs)[number]

function evolve(book: OrderBook, event: Event<In | Out>): OrderBook {
  if (event.at > book.now) book.now = event.at
  book.refusal = null
  book.following = null
  book.failed = null
  book.needless = none
  book.unwanted = 0
  switch (event.topic) {
    case 'order.submitted': {
      const { clientOrderId, approval, strategy, instrument, side, quantity } = event.payload
      const { bracket, closes, isReduceOnly, orderType, limitPrice } = event.payload
      if (closes === undefined) book.newestApproval = approval
      else foldExit(book, event.payload, answeredSeq(event.id))
      if (bracket !== undefined) book.brackets.set(clientOrderId, { ...bracket, approval })
      book.orders.working.set(clientOrderId, {
        clientOrderId,
        strategy,
        instrument,
        side,
        limitPrice: orderType === 'limit' ? limitPrice : undefined,
        closes,
        isReduceOnly: isReduceOnly || undefined,
        progress: submittedOrder(quantity),
      })
      return book
    }
    case 'order.adopted':
      adopt(book.orders, event.payload)
      return book
    case 'order.denied':
      if (event.payload.code !== 'APPROVAL_REUSED') book.newestApproval = event.payload.approval
      release(book, event.payload)
      return book
    case 'order.cancel_requested':
      foldCancelRequest(book.orders, event.payload)
      if (event.cause === book.halt?.by) foldExitCancel(book, event.payload.clientOrderId)
      return book
    case 'order.accepted':
    case 'order.triggered':
    case 'order.rejected':
    case 'order.fill':
    case 'order.canceled':
    case 'order.expired': {
      const wasWorking = book.orders.working.has(event.payload.clientOrderId)
      book.refusal = foldReport(book, event)
      if (book.refusal?.halts) haltInstrument(book, book.refusal.halts, event.seq)
      if (!isRefusedForNow(event)) foldVenueOpen(book, event, wasWorking)
      return book
    }
    case 'order.update_requested':
    case 'order.updated':
    case 'order.update_rejected':
      book.refusal = foldUpdate(book, event)
      return book
    case 'order.mass_cancel_reported':
      foldMassReport(book, event.payload)
      return book
    case 'risk.halted':
      book.halt = { by: event.id, kind: haltKind(event.payload) }
      beginMassCancel(book, event, meantBy(book, book.halt))
      if (canProtect(book)) book.told.clear()
      releaseAll(book)
      return book
    case 'risk.resumed':
      book.halt = null
      book.told.clear()
      if (event.payload.only === undefined) book.haltedInstruments.clear()
      releaseAll(book)
      return book
    case 'system.command':
      book.resumed =
        event.payload.command === 'resume' && event.source !== 'router' ? [...book.haltedInstruments.keys()] : []
      if (book.resumed.length > 0) book.haltedInstruments.clear()
      if (event.payload.command === 'cancel_all') foldCancelAll(book, event)
      if (event.payload.command === 'order.cancel') foldCancel(book, event.payload)
      return book
    case 'md.instrument':
      foldListing(book, event.payload)
      return book
    case 'md.split':
      foldExitSplit(book, event.payload.instrument)
      splitOrders(book.orders, event)
      splitPositions(book, event.payload.instrument, event.payload)
      return book
    case 'venue.settled':
      foldSettled(book, event.payload)
      return book
    case 'risk.superseded':
      foldSuperseded(book, event.payload)
      return book
    case 'risk.approved':
      foldLeave(book, event.payload)
      return book
    case 'risk.rejected':
      foldRefusal(book, event)
      return book
    case 'order.superseded':
    case 'risk.strategy_halted':
    case 'system.command.result':
      return book
    case 'system.alert':
      if (event.payload.code === 'PROTECTION_LOST' && !canProtect(book)) book.told.add(event.payload.subject ?? '')
      return book
    case 'system.time':
      foldPauses(book)
      foldSilence(book)
      return book
  }
}

function decide(book: OrderBook, input: Event<In>): readonly Statement<Out>[] {
  switch (input.topic) {
    case 'md.instrument':
    case 'venue.settled':
      return none
    case 'md.split':
      return tellSplit(book)
    case 'risk.approved':
      return [answerApproval(book, input)]
    case 'risk.rejected':
    case 'risk.resumed':
      return giveBack(book, input.at)
    case 'risk.superseded':
      return answerSuperseded(book, input.payload)
    case 'risk.halted':
      return answerHalt(book, input)
    case 'order.adopted':
      return answerAdoption(book, input.payload)
    case 'risk.strategy_halted': {
      const { strategy, code } = input.payload
      return cancelsOf(
        book,
        `strategy halted: ${code}`,
        (order) => order.strategy === strategy && !onlyReduces(book, order),
      )
    }
    case 'system.command':
      if (input.payload.command === 'cancel_all') return answerCancelAll(book, input)
      if (input.payload.command === 'order.replace') return answerReplace(book, input)
      if (input.payload.command === 'order.cancel') return answerCancel(book, input)
      return book.resumed.length === 0 ? none : [resumedIn(book.resumed, input.id)]
    case 'order.accepted':
    case 'order.triggered':
    case 'order.rejected':
    case 'order.fill':
    case 'order.canceled':
    case 'order.expired':
      if (book.refusal) return [...answerRefusal(book, book.refusal), ...reportMassCancels(book)]
      return [...answerReport(book, input.at), ...reportMassCancels(book)]
    case 'order.updated':
    case 'order.update_rejected':
      return book.refusal ? answerRefusal(book, book.refusal) : none
    case 'system.time':
      // After a denial of our own, where its venue was closed, the gate is silent, or behind an exit that is long on its way.
      return [...giveBack(book, input.at), ...reportMassCancels(book)]
  }
}

const none: readonly [] = Object.freeze([])

function answerReport(book: OrderBook, at: number): readonly Statement<Out>[] {
  const answers = book.following ? answerFill(book, book.following) : answerFailure(book, at)
  return book.lost.size === 0 ? answers : [...answers, ...giveBack(book, at)]
}

const resumedIn = (instruments: readonly string[], command: string): Statement<'system.command.result'> =>
  commandResult(command, true, `orders in ${instruments.join(', ')} pass again`)

/** From the first report that cannot be true until somebody resumes. [O12] */
function haltInstrument({ haltedInstruments }: OrderBook, instrument: string, seq: number): void {
  if (!haltedInstruments.has(instrument)) haltedInstruments.set(instrument, seq)
}
