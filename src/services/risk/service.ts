import { priceTopics } from '#lib/domain/newest-price.ts'
import { findOrder } from '#lib/domain/sent-orders.ts'
import { reportTopics } from '#lib/domain/venue-report.ts'
import { defineService } from '#lib/kernel/service.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { type Account, accountFromJson, accountToJson, openAccount, reopenAccount } from './account.ts'
import { answerCommand, foldCommand, foldPassAgain } from './answer-command.ts'
import { answerSnapshot } from './answer-snapshot.ts'
import { foldRead, foldSuperseded, isRead, tellShared } from './exits.ts'
import { foldFeed } from './feeds.ts'
import { flattenNow } from './flatten.ts'
import { foldListing, foldMarket } from './fold-market.ts'
import { foldOrder } from './fold-order.ts'
import {
  answerEnd,
  answerSplit,
  foldApproval,
  foldPaid,
  foldReport,
  foldSettled,
  foldSplit,
  foldWish,
  settle,
} from './fold-orders.ts'
import { haltedWhileWaiting } from './halted-wishes.ts'
import { foldHalted, foldResumed, haltWith, mayLimitHalt } from './halts.ts'
import { answerRoll, answerRolls, answerSplitRolls, overtakenRolls } from './judge-roll.ts'
import { answerWish } from './judge-wish.ts'
import { foldEquity } from './losses.ts'
import { ApprovalTtlMs, Fraction, RiskConfig } from './risk-config.ts'
import { settleSums } from './settle-sums.ts'
import { brokenStreak, foldProfits, foldTrip, restartStrategy } from './strategy-losses.ts'
import { recordOf } from './strategy-record.ts'

export { ApprovalTtlMs, Fraction, RiskConfig }

const inputs = [
  'md.instrument',
  'md.split',
  'md.status',
  ...priceTopics,
  'instrument.resolved',
  'order.submitted',
  'order.adopted',
  'order.denied',
  'order.cancel_requested',
  'order.superseded',
  'order.mass_cancel_reported',
  'order.updated',
  ...reportTopics,
  'venue.settled',
  'venue.paid',
  'pnl.update',
  'pnl.snapshot',
  'risk.violation',
  'system.command',
  'system.time',
] as const
const outputs = [
  'risk.approved',
  'risk.rejected',
  'risk.superseded',
  'risk.halted',
  'risk.resumed',
  'risk.strategy_halted',
  'risk.strategy_resumed',
  'risk.margin',
  'system.alert',
  'system.command.result',
] as const

/** Guards capital: gives leave for one order at a time or refuses with the numbers; the rules are in SPEC.md. */
export const risk = defineService({
  name: 'risk',
  config: RiskConfig,
  subscribes: inputs,
  emits: outputs,
  init: openAccount,
  reconfigure: reopenAccount,
  evolve,
  decide,
  snapshot: accountToJson,
  restore: accountFromJson,
})

type In = (typeof inputs)[number]
type Out = (typeof outputs)[number]

function evolve(account: Account, event: Event<In | Out>): Account {
  if (event.at > account.now) account.now = event.at
  fold(account, event)
  // Of the market there is more than is judged.
  if (!event.topic.startsWith('md.')) settleSums(account)
  return account
}

function fold(account: Account, event: Event<In | Out>): Account {
  switch (event.topic) {
    case 'md.bar':
    case 'md.tick':
    case 'md.option.tick':
      foldMarket(account, event)
      return account
    case 'md.instrument':
      foldListing(account, event.payload)
      return account
    case 'md.split':
      foldSplit(account, event)
      return account
    case 'md.status':
      foldFeed(account, event)
      return account
    case 'instrument.resolved':
      foldWish(account, event)
      return account
    case 'risk.approved':
      foldApproval(account, event)
      return account
    case 'risk.rejected':
      // The first of it may still wait, or be a leg of a roll.
      if (event.payload.code === 'DUPLICATE_INTENT') return account
      settle(account, event.payload)
      return account
    case 'risk.superseded':
      foldSuperseded(account, event)
      return account
    case 'order.submitted':
    case 'order.adopted':
    case 'order.denied':
    case 'order.cancel_requested':
    case 'order.superseded':
    case 'order.updated':
      foldOrder(account, event)
      return account
    case 'order.accepted':
    case 'order.triggered':
    case 'order.rejected':
    case 'order.fill':
    case 'order.canceled':
    case 'order.expired':
      foldReport(account, event)
      return account
    case 'venue.settled':
      foldSettled(account, event.payload)
      return account
    case 'venue.paid':
      foldPaid(account, event.payload)
      return account
    case 'pnl.update':
      foldTrip(account, event.payload)
      return account
    case 'pnl.snapshot':
      foldProfits(account, event.payload, event.at)
      foldEquity(account, event.payload, event.at)
      return account
    case 'risk.halted':
      foldHalted(account, event)
      return account
    case 'risk.resumed':
      foldResumed(account, event.payload)
      return account
    case 'risk.strategy_halted':
      recordOf(account.strategies, event.payload.strategy).halted = event.payload.code
      return account
    case 'risk.strategy_resumed':
      restartStrategy(account, event.payload.strategy)
      return account
    case 'system.command.result':
      foldPassAgain(account, event.payload)
      return account
    case 'system.command':
      foldCommand(account, event)
      return account
    case 'order.mass_cancel_reported':
      foldRead(account, event.payload.of)
      return account
    case 'risk.margin':
    case 'risk.violation':
    case 'system.alert':
    case 'system.time':
      return account
  }
}

function decide(account: Account, input: Event<In>): readonly Statement<Out>[] {
  const said = answer(account, input)
  const refused = haltedWhileWaiting(account, said)
  return refused.length === 0 ? said : [...said, ...refused]
}

function answer(account: Account, input: Event<In>): readonly Statement<Out>[] {
  switch (input.topic) {
    case 'instrument.resolved':
      return [
        ...overtakenRolls(account, input.payload),
        ...(input.payload.isRoll ? answerRoll(account, input.payload) : answerWish(account, input.payload, input.at)),
      ]
    case 'order.denied':
      return answerEnds(account, input.payload)
    case 'order.superseded':
      return answerEnd(account, input.payload.strategy, input.payload.instrument)
    case 'order.cancel_requested':
    case 'order.rejected':
    case 'order.fill':
    case 'order.canceled':
    case 'order.expired': {
      const order = findOrder(account.orders, input.payload.clientOrderId)
      return [...tellShared(account, input), ...(order ? answerEnds(account, order) : none)]
    }
    case 'pnl.update':
      return brokenStreak(account, input.payload.strategy)
    case 'pnl.snapshot':
      return answerSnapshot(account, input.id)
    case 'risk.violation': {
      const { code, value, limit } = input.payload
      // Beyond a limit of exposure nothing that adds has leave anyway; since a resume drawdown is from a peak that the books do not know.
      if (code !== 'DRAWDOWN_EXCEEDS_MAX' || account.isPeakOurs || !mayLimitHalt(account)) return none
      return haltWith(account, input.id, { code, reason: 'the market crossed a limit', value, limit })
    }
    case 'md.split':
      return [...answerSplit(account, input.payload), ...answerSplitRolls(account, input.payload)]
    case 'system.command':
      return answerCommand(account, input)
    case 'system.time':
      return account.halt?.isFlattening ? flattenNow(account, input.id, isRead(account, account.halt.by)) : none
    case 'md.bar':
    case 'md.tick':
    case 'md.option.tick':
    case 'md.instrument':
    case 'md.status':
    case 'order.submitted':
    case 'order.mass_cancel_reported':
    case 'order.adopted':
    case 'order.updated':
    case 'order.accepted':
    case 'order.triggered':
    case 'venue.settled':
    case 'venue.paid':
      return none
  }
}

/** What waited for the end of an order: a wish in its instrument, legs of its roll. */
const answerEnds = (account: Account, order: { readonly strategy: string; readonly instrument: string }) => [
  ...answerEnd(account, order.strategy, order.instrument),
  ...answerRolls(account),
]

const none: readonly [] = Object.freeze([])
