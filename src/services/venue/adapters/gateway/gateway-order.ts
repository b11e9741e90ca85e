import {
  addExact,
  compareExact,
  type ExactDecimal,
  formatExact,
  multiplyExact,
  parseExact,
} from '#lib/bars/exact-decimal.ts'
import { subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import type { reportTopics } from '#lib/domain/venue-report.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import type { VenueAssets, VenueOrder, VenueTrade } from './real-venue.ts'

/** An order of the log: what was said of it, what the venue has shown of it, and what is under way. */
export type GatewayOrder = {
  readonly submitted: PayloadOf<'order.submitted'>
  /** When that was said, milliseconds. */
  readonly submittedAtMs: number
  readonly venueClientId: string
  /** The reason of the cancel that was asked for. */
  cancelReason: string | null
  /** By an operator's word, it works no more, if the venue does not know it. [G31] */
  isGone: boolean
  /** What was asked to be changed of it, and the venue has yet to say. */
  movesTo: Change | null
  /** As it stands, by the log. */
  terms: { readonly quantity: string; readonly limitPrice?: string | undefined }
  /** Up to when, by the venue's clock, it may still take a move that is under way. [G29] */
  moveTakenUntilMs: number | null
  readonly said: {
    accepted: boolean
    triggered: boolean
    filled: ExactDecimal
    ended: boolean
    readonly trades: Set<string>
  }
  venueOrderId: string | null
  /** When it was heard, or found in the log, that the venue has it; of the machine's clock. */
  acceptedAtMs: number | null
  executed: ExactDecimal
  isTriggered: boolean
  triggerPrice: string | undefined
  end: Exclude<VenueOrder['state'], 'working'> | null
  readonly trades: Map<string, VenueTrade>
  /** Up to when, by the venue's clock, it may still take a request that is under way; null: it is not there for sure. [G2] */
  takenUntilMs: number | null
  /** How often it was sent; by a process before maybe once. */
  sendings: number
  isBusy: boolean
  /** Of the machine's clock: nothing is done for it before. */
  notBeforeMs: number
  queries: number
  cancels: number
  /** It was told that the venue refuses its cancel while it works. */
  isCancelRefused: boolean
  /** Its cancel waits for a limit. */
  isCancelHeld: boolean
  /** It was told that the venue does not know it. */
  isDoubted: boolean
}

/** To another limit, or to ask for so much in all. */
export type Change = Pick<PayloadOf<'order.updated'>, 'limitPrice' | 'quantity'>

export const gatewayOrder = (
  submitted: PayloadOf<'order.submitted'>,
  submittedAtMs: number,
  venueClientId: string,
  takenUntilMs: number | null,
): GatewayOrder => ({
  submitted,
  submittedAtMs,
  venueClientId,
  cancelReason: null,
  isGone: false,
  movesTo: null,
  terms: { quantity: submitted.quantity, limitPrice: submitted.limitPrice },
  moveTakenUntilMs: null,
  said: { accepted: false, triggered: false, filled: zero, ended: false, trades: new Set() },
  venueOrderId: null,
  acceptedAtMs: null,
  executed: zero,
  isTriggered: false,
  triggerPrice: submitted.stopPrice,
  end: null,
  trades: new Map(),
  takenUntilMs,
  sendings: takenUntilMs === null ? 0 : 1,
  isBusy: false,
  notBeforeMs: 0,
  queries: 0,
  cancels: 0,
  isCancelRefused: false,
  isCancelHeld: false,
  isDoubted: false,
})

export type Report = Statement<(typeof reportTopics)[number]>

/** It stands so, by the log or by what goes into it now. */
export function foldChange(order: GatewayOrder, { limitPrice, quantity }: Change): void {
  const { terms } = order
  order.terms = { quantity: quantity ?? terms.quantity, limitPrice: limitPrice ?? terms.limitPrice }
}

/** Takes in what the log has of the order. [G9] */
export function foldSaid(order: GatewayOrder, report: Report): void {
  const { said, terms } = order
  if ('venueOrderId' in report.payload) {
    order.venueOrderId ??= report.payload.venueOrderId
    order.takenUntilMs = null
  }
  switch (report.topic) {
    case 'order.accepted':
      said.accepted = true
      return
    case 'order.triggered':
      said.triggered = true
      return
    case 'order.fill': {
      const { tradeId, quantity } = report.payload
      if (said.trades.has(tradeId)) return
      said.trades.add(tradeId)
      said.filled = addExact(said.filled, parseExact(quantity))
      if (compareExact(said.filled, parseExact(terms.quantity)) >= 0) said.ended = true
      return
    }
    case 'order.rejected':
    case 'order.canceled':
    case 'order.expired':
      said.ended = true
  }
}

/** Joins what the venue shows with what is known: in any order, as often as it comes. [G7] */
export function joinView(order: GatewayOrder, view: VenueOrder): void {
  order.venueOrderId ??= view.venueOrderId
  order.isTriggered ||= view.isTriggered
  order.triggerPrice ??= view.triggerPrice
  const executed = parseExact(view.executed)
  if (compareExact(executed, order.executed) > 0) order.executed = executed
  joinTrades(order, view.trades)
  if (view.state !== 'working') order.end ??= view.state
}

export function joinTrades(order: GatewayOrder, trades: readonly VenueTrade[]): void {
  for (const trade of trades) {
    if (order.trades.has(trade.tradeId)) continue
    order.trades.set(trade.tradeId, trade)
    const known = [...order.trades.values()].reduce((sum, { quantity }) => addExact(sum, parseExact(quantity)), zero)
    if (compareExact(known, order.executed) > 0) order.executed = known
  }
}

/** Trades that are known and not said. */
export const newTrades = ({ said, trades }: GatewayOrder): VenueTrade[] =>
  [...trades.values()].filter(({ tradeId }) => !said.trades.has(tradeId))

/** Has more been executed than the trades that are said or known? */
export function lacksTrades(order: GatewayOrder): boolean {
  const known = newTrades(order).reduce((sum, { quantity }) => addExact(sum, parseExact(quantity)), order.said.filled)
  return compareExact(known, order.executed) < 0
}

/** What is known of it and not said, in the order of its life; of a fill only where it is known what was traded. [G8] */
export function* unsaid(order: GatewayOrder, assets: VenueAssets | undefined): Generator<Report> {
  const { said, submitted, venueOrderId, end } = order
  const { clientOrderId, instrument } = submitted
  if (venueOrderId === null) return
  // Of an order that the log has ended only trades are news: they lost a race.
  const isOver = said.ended
  if (!isOver && !said.accepted && end !== 'rejected')
    yield { topic: 'order.accepted', payload: { clientOrderId, venueOrderId, instrument } }
  const news = newTrades(order).sort(byTradeId)
  // What trades has seen its price, if it had one to see.
  const isTriggered = order.isTriggered || news.length > 0
  if (!isOver && isTriggered && !said.triggered && waits(submitted) && order.triggerPrice !== undefined)
    yield { topic: 'order.triggered', payload: { clientOrderId, instrument, price: order.triggerPrice } }
  for (const trade of news) {
    if (assets === undefined) return
    const execution = executionOf(trade, leavesOf(order, trade.quantity), assets)
    const { strategy, side } = submitted
    yield { topic: 'order.fill', payload: { clientOrderId, venueOrderId, strategy, instrument, side, ...execution } }
  }
  if (end === null || said.ended || lacksTrades(order)) return
  const left = { clientOrderId, instrument, leavesQuantity: leavesOf(order, '0') }
  const reason = order.cancelReason ?? 'canceled at the venue'
  if (end === 'canceled') yield { topic: 'order.canceled', payload: { ...left, reason } }
  else if (end === 'rejected')
    yield { topic: 'order.rejected', payload: { clientOrderId, instrument, code: 'REFUSED' } }
  else yield { topic: 'order.expired', payload: { ...left, reason: 'expired at the venue' } }
}

/** Is it in the market only from some price on? */
export const waits = ({ orderType }: PayloadOf<'order.submitted'>): boolean =>
  orderType !== 'market' && orderType !== 'limit'

/** A trade as a fill says it. */
export function executionOf(trade: VenueTrade, leavesQuantity: string, { base, quote }: VenueAssets) {
  const { tradeId, price, quantity, fee, feeAsset, liquidity, filledAt } = trade
  // A fee in the base asset is worth its amount at the fill's price; one in a third asset is told, and has no worth here.
  const worth = feeAsset === base ? plainText(multiplyExact(parseExact(fee), parseExact(price))) : '0'
  return {
    tradeId,
    price: plainText(parseExact(price)),
    quantity: plainText(parseExact(quantity)),
    leavesQuantity,
    fee: feeAsset === quote ? plainText(parseExact(fee)) : worth,
    currency: quote,
    ...(feeAsset === quote || Number(fee) === 0
      ? {}
      : {
          feePaid: {
            asset: feeAsset,
            amount: plainText(parseExact(fee)),
            ...(feeAsset === base ? { isOfPosition: true as const } : {}),
          },
        }),
    liquidity,
    filledAt,
  }
}

function leavesOf({ terms, said }: GatewayOrder, fill: string): string {
  const leaves = subtractExact(parseExact(terms.quantity), addExact(said.filled, parseExact(fill)))
  return leaves.units < 0n ? '0' : plainText(leaves)
}

/** Without zeros behind the last digit that counts: `0.50000000` is `0.5`. */
export function plainText(amount: ExactDecimal): string {
  const text = formatExact(amount)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

const byTradeId = (a: VenueTrade, b: VenueTrade): number => {
  if (a.tradeId.length !== b.tradeId.length) return a.tradeId.length - b.tradeId.length
  return a.tradeId < b.tradeId ? -1 : 1
}
