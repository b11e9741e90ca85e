import { clientOrderIdOf } from '#lib/domain/client-order-id.ts'
import { foldPrice, priceTopics } from '#lib/domain/newest-price.ts'
import { applyHappening, submittedOrder } from '#lib/domain/order-progress.ts'
import { findOrder, shelveIfEnded } from '#lib/domain/sent-orders.ts'
import { applyReport, type Report, reportTopics } from '#lib/domain/venue-report.ts'
import { defineService } from '#lib/kernel/service.ts'
import type { Event, Statement } from '#schemas/event.ts'
import {
  type Account,
  accountFromJson,
  accountToJson,
  bookKey,
  movePosition,
  openAccount,
  workingOf,
} from './account.ts'
import { answerCommand } from './answer-command.ts'
import { withinMinute } from './broken-limit.ts'
import { brokenDrawdown, foldEquity, restartPeak } from './drawdown.ts'
import { answerWish, judge, mustWait } from './judge-wish.ts'
import { RiskConfig } from './risk-config.ts'

export { RiskConfig }

/** Guards capital: gives leave for one order at a time or refuses with the numbers; the rules are in SPEC.md. */
export const risk = defineService({
  name: 'risk',
  config: RiskConfig,
  subscribes: [
    'md.instrument',
    ...priceTopics,
    'instrument.resolved',
    'order.denied',
    'order.cancel_requested',
    ...reportTopics,
    'pnl.snapshot',
    'risk.violation',
    'system.command',
    'system.time',
  ],
  emits: ['risk.approved', 'risk.rejected', 'risk.superseded', 'risk.halted', 'risk.resumed', 'system.command.result'],
  init: openAccount,
  reconfigure: (account, config) => ({ ...account, config }),
  evolve,
  decide,
  snapshot: accountToJson,
  restore: accountFromJson,
})

type In =
  | 'md.instrument'
  | (typeof priceTopics)[number]
  | 'instrument.resolved'
  | 'order.denied'
  | 'order.cancel_requested'
  | (typeof reportTopics)[number]
  | 'pnl.snapshot'
  | 'risk.violation'
  | 'system.command'
  | 'system.time'
type Out =
  | 'risk.approved'
  | 'risk.rejected'
  | 'risk.superseded'
  | 'risk.halted'
  | 'risk.resumed'
  | 'system.command.result'

function evolve(account: Account, event: Event<In | Out>): Account {
  if (event.at > account.now) account.now = event.at
  switch (event.topic) {
    case 'md.bar':
    case 'md.tick':
    case 'md.option.tick':
      foldPrice(account.prices, event)
      return account
    case 'md.instrument': {
      const { instrument, multiplier, currency } = event.payload
      account.instruments.set(instrument, { multiplier, currency })
      return account
    }
    case 'instrument.resolved': {
      const wish = event.payload
      if (mustWait(account, wish)) account.waiting.set(bookKey(wish.strategy, wish.instrument), wish)
      return account
    }
    case 'risk.approved':
      foldApproval(account, event)
      return account
    case 'risk.rejected':
      settle(account, event.payload)
      return account
    case 'order.denied':
      if (event.payload.code !== 'APPROVAL_REUSED') account.orders.working.delete(event.payload.clientOrderId)
      return account
    case 'order.cancel_requested': {
      const order = account.orders.working.get(event.payload.clientOrderId)
      if (order) applyHappening(order.progress, 'cancel_requested')
      return account
    }
    case 'order.accepted':
    case 'order.rejected':
    case 'order.fill':
    case 'order.canceled':
    case 'order.expired':
      foldReport(account, event)
      return account
    case 'pnl.snapshot':
      foldEquity(account, event.payload)
      return account
    case 'risk.halted':
      account.halted = event.payload.code
      return account
    case 'risk.resumed':
      account.halted = null
      restartPeak(account)
      return account
    case 'risk.superseded':
    case 'risk.violation':
    case 'system.command':
    case 'system.command.result':
    case 'system.time':
      return account
  }
}

function decide(account: Account, input: Event<In>): readonly Statement<Out>[] {
  switch (input.topic) {
    case 'instrument.resolved':
      return answerWish(account, input.payload)
    case 'order.denied':
      return answerEnd(account, input.payload.strategy, input.payload.instrument)
    case 'order.rejected':
    case 'order.fill':
    case 'order.canceled':
    case 'order.expired': {
      const order = findOrder(account.orders, input.payload.clientOrderId)
      return order ? answerEnd(account, order.strategy, order.instrument) : none
    }
    case 'pnl.snapshot': {
      const broken = account.halted === null ? brokenDrawdown(account) : null
      return broken ? [haltOnDrawdown('equity fell too far below its peak', broken)] : none
    }
    case 'risk.violation':
      return account.halted === null ? [haltOnDrawdown('the market crossed a limit', input.payload)] : none
    case 'system.command':
      return answerCommand(account, input)
    case 'md.bar':
    case 'md.tick':
    case 'md.option.tick':
    case 'md.instrument':
    case 'order.cancel_requested':
    case 'order.accepted':
    case 'system.time':
      return none
  }
}

const none: readonly [] = Object.freeze([])

/** Its order is at work from here on. [R7] */
function foldApproval(account: Account, { id, payload }: Event<'risk.approved'>): void {
  const { strategy, instrument, side, quantity } = payload
  const clientOrderId = clientOrderIdOf(id)
  const order = { clientOrderId, strategy, instrument, side, progress: submittedOrder(quantity) }
  account.orders.working.set(clientOrderId, order)
  const { approvedAt, now } = account
  while (approvedAt.length > 0 && !withinMinute(approvedAt[0] as number, now)) approvedAt.shift()
  approvedAt.push(now)
  settle(account, payload)
}

/** A wish that waited has its answer. */
function settle(
  account: Account,
  { strategy, instrument, intent }: { strategy: string; instrument: string; intent: string },
): void {
  const key = bookKey(strategy, instrument)
  if (account.waiting.get(key)?.intent === intent) account.waiting.delete(key)
}

function foldReport(account: Account, report: Report): void {
  const order = findOrder(account.orders, report.payload.clientOrderId)
  const outcome = order ? applyReport(order, report) : 'applied'
  if (report.topic === 'order.fill' && outcome === 'applied') movePosition(account, report.payload)
  if (order) shelveIfEnded(account.orders, order, rememberedEnds)
}

const rememberedEnds = 256

/** The wish that waited for the last of the orders before it. [R2] */
function answerEnd(account: Account, strategy: string, instrument: string): readonly Statement<Out>[] {
  const wish = account.waiting.get(bookKey(strategy, instrument))
  return wish && workingOf(account, strategy, instrument).length === 0 ? judge(account, wish) : none
}

const haltOnDrawdown = (
  reason: string,
  { value, limit }: { value: string; limit: string },
): Statement<'risk.halted'> => ({
  topic: 'risk.halted',
  payload: { code: 'DRAWDOWN_EXCEEDS_MAX', reason, value, limit },
})
