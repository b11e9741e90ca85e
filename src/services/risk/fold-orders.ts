import { compareExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { adopt } from '#lib/domain/adopted-order.ts'
import { clientOrderIdOf } from '#lib/domain/client-order-id.ts'
import { worthOf } from '#lib/domain/contract.ts'
import { countable, countablePaid } from '#lib/domain/countable.ts'
import { movedBy } from '#lib/domain/moved-by.ts'
import { takeOldest } from '#lib/domain/oldest-first.ts'
import { submittedOrder } from '#lib/domain/order-progress.ts'
import type { Execution } from '#lib/domain/position.ts'
import { findOrder, type SentOrder, splitOrders, splitsUnheard } from '#lib/domain/sent-orders.ts'
import { absExact } from '#lib/domain/signed-decimal.ts'
import { inNewUnits, splitPrices } from '#lib/domain/split.ts'
import { foldReport as foldIntoOrders, isCounted, isImpossibleFill, type Report } from '#lib/domain/venue-report.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { type Account, moveCash } from './account.ts'
import {
  bindToExits,
  bookKey,
  closeOrder,
  fillOrder,
  hasWorking,
  leavesOf,
  movePosition,
  openOrder,
  positionOf,
  splitPositions,
} from './book.ts'
import { foldExitPlace, isRead } from './exits.ts'
import { noteClosing, noteClosingEnd } from './flatten.ts'
import { judge, mustWait } from './judge-wish.ts'
import { noteTime } from './rate-window.ts'
import { foldClosingEnd, foldClosingLeg, foldLeg, settleLeg } from './roll.ts'
import { noteMove } from './settle-sums.ts'
import { recordOf } from './strategy-record.ts'
import type { WaitingWish } from './waiting-wish.ts'

/** Remembers a wish, and lets it wait where it must. [R2] [R37] */
export function foldWish(account: Account, { id, payload: wish, at }: Event<'instrument.resolved'>): void {
  const { intent, strategy, instrument } = wish
  const key = `${intent} ${instrument}`
  account.isRepeated = account.wished.has(key)
  if (account.isRepeated) return
  account.wished.add(key)
  account.wishes.keys.push(key)
  if (account.wished.size > rememberedWishes) account.wished.delete(takeOldest(account.wishes) as string)
  account.isOfOldUnits = splitsUnheard(account.orders, instrument, id) !== undefined
  if (wish.isRoll) foldLeg(account, wish, at)
  else if (!account.isOfOldUnits && mustWait(account, wish))
    waitInPlace(account, bookKey(strategy, instrument), { wish, at })
}

/** In place of one that waits, whose cancels are asked for already. [R31] */
const waitInPlace = ({ waiting }: Account, key: string, wish: WaitingWish): unknown =>
  waiting.set(key, waiting.has(key) ? { ...wish, isNewer: true } : wish)

/** Its order is at work from here on. [R7] */
export function foldApproval(account: Account, { id, payload }: Pick<Event<'risk.approved'>, 'id' | 'payload'>): void {
  const { strategy, instrument, side, quantity, limitPrice, stopPrice, trailingOffset, bracket } = payload
  const clientOrderId = clientOrderIdOf(id)
  const hasBracket = bracket === undefined ? undefined : (true as const)
  const terms = { limitPrice, stopPrice, trailingOffset, hasBracket }
  const order = { clientOrderId, strategy, instrument, side, ...terms, progress: submittedOrder(quantity) }
  if (isClosing(account, order)) {
    noteTime(account.closedAt, account.now)
    foldClosingLeg(account, payload.intent, clientOrderId)
  }
  if (account.halt?.isFlattening) noteClosing(account, bookKey(strategy, instrument), clientOrderId)
  account.orders.working.set(clientOrderId, order)
  openOrder(account.books, order)
  foldExitPlace(account, order, order)
  noteTime(account.approvedAt, account.now)
  noteTime(recordOf(account.strategies, strategy).approvedAt, account.now)
  settle(account, payload)
}

/** An exit of a bracket: it can only reduce, so it takes none of the limits; a newer wish cancels it like any other. [R41] */
export function foldExit(account: Account, { id, payload }: Pick<Event<'order.submitted'>, 'id' | 'payload'>): void {
  const { clientOrderId, strategy, instrument, side, quantity, limitPrice, closes } = payload
  const splits = splitsUnheard(account.orders, instrument, id)
  const progress = submittedOrder(quantity)
  const order = { clientOrderId, strategy, instrument, side, limitPrice, closes, progress, splits }
  account.orders.working.set(clientOrderId, order)
  openOrder(account.books, order)
  foldExitPlace(account, order, order)
}

/** An order that another has sent to the venue is at work, as it stands; told again it is known. [R50] */
export function foldAdoption(account: Account, adopted: PayloadOf<'order.adopted'>): void {
  const order = adopt(account.orders, adopted)
  if (order) openOrder(account.books, order)
}

/** A wish that waited has its answer. */
export function settle(
  account: Account,
  { strategy, instrument, intent }: { strategy: string; instrument: string; intent: string },
): void {
  settleLeg(account, { intent, instrument })
  const key = bookKey(strategy, instrument)
  if (account.waiting.get(key)?.wish.intent !== intent) return
  account.waiting.delete(key)
}

/** A denied approval is released, but not a reused one: the order of that id may be alive. [R19] */
export function foldDenial(account: Account, { code, clientOrderId }: PayloadOf<'order.denied'>): void {
  const order = account.orders.working.get(clientOrderId)
  if (code === 'APPROVAL_REUSED' || !order) return
  account.orders.working.delete(clientOrderId)
  endOrder(account, order)
  foldExitPlace(account, order, order)
}

/** A fill that counts moves the position and the cash; an end releases what was left; what cannot be halts its instrument. [R18] [R42] */
export function foldReport(account: Account, report: Report): void {
  const { clientOrderId } = report.payload
  const order = findOrder(account.orders, clientOrderId)
  const isAtWork = account.orders.working.has(clientOrderId)
  const outcome = foldIntoOrders(account.orders, report)
  if (report.topic === 'order.fill') {
    if (isImpossibleFill(report, outcome)) haltInstrument(account, report.payload.instrument)
    if (order && isAtWork && outcome === 'applied') fillOrder(account.books, order, parseExact(report.payload.quantity))
    const fill = inNewUnits(report.payload, order?.splits)
    if (isCounted(outcome)) countFill(account, fill)
    if (order && outcome === 'applied') bindToExits(account.books, order, parseExact(fill.quantity))
  }
  if (order === undefined) return
  if (isAtWork && !account.orders.working.has(clientOrderId)) endOrder(account, order)
  foldExitPlace(account, order, order)
}

function endOrder(account: Account, order: SentOrder): void {
  closeOrder(account.books, order, leavesOf(order))
  noteClosingEnd(account, order)
  foldClosingEnd(account, order)
}

/** The wish that waited for the last of the orders before it, and for the order engine to have read that none is to come. [R2] [R47] */
export function answerEnd(
  account: Account,
  strategy: string,
  instrument: string,
): readonly Statement<'risk.approved' | 'risk.rejected' | 'risk.superseded'>[] {
  const waiting = account.waiting.get(bookKey(strategy, instrument))
  if (waiting === undefined || hasWorking(account, strategy, instrument)) return none
  const { wish, at, superseded } = waiting
  return superseded !== undefined && !isRead(account, superseded) ? none : judge(account, wish, at)
}

const none: readonly [] = Object.freeze([])
const rememberedWishes = 1_024

/** Does it only take the strategy's own position towards zero? */
function isClosing(account: Account, { strategy, instrument, side, progress }: SentOrder): boolean {
  const position = positionOf(account, strategy, instrument)
  const isOpposed = side === 'sell' ? position.units > 0n : position.units < 0n
  return isOpposed && compareExact(parseExact(progress.quantity), absExact(position)) <= 0
}

/** The end of a contract moves a position and the cash as a trade does. [R18] */
export function foldSettled(account: Account, settled: PayloadOf<'venue.settled'>): void {
  countFill(account, { ...settled, fee: settled.fee ?? '0' })
  foldExitPlace(account, settled)
}

/** Positions and the newest price are in new units. [R46] */
export function foldSplit(account: Account, event: Event<'md.split'>): void {
  const { payload: split } = event
  const { instrument } = split
  splitPrices(account.prices, instrument, split)
  splitPositions(account.books, instrument, split)
  splitOrders(account.orders, event)
  noteMove(account, instrument)
}

/** A wish that waits was of the old units. [R46] */
export const answerSplit = (
  { waiting }: Account,
  { instrument }: PayloadOf<'md.split'>,
): Statement<'risk.rejected'>[] =>
  [...waiting.values()]
    .filter(({ wish }) => wish.instrument === instrument)
    .map(({ wish: { intent, strategy } }) => {
      return { topic: 'risk.rejected', payload: { intent, strategy, instrument, code: 'INTENT_STALE' } }
    })

/** What a position was paid moves the cash. [R45] */
export function foldPaid(account: Account, paid: PayloadOf<'venue.paid'>): void {
  const listing = account.instruments.get(paid.instrument)
  const found = countablePaid(account, listing, paid)
  if (found.isCounted && listing !== undefined) moveCash(account, listing.currency, found.amount)
  else haltInstrument(account, paid.instrument)
}

type Counted = Execution & Pick<PayloadOf<'order.fill'>, 'strategy' | 'instrument' | 'currency'>

function countFill(account: Account, fill: Counted): void {
  const { strategy, instrument, price } = fill
  const listing = account.instruments.get(instrument)
  const found = countable(account, listing, fill)
  if (!found.isCounted || found.uncounted !== null) haltInstrument(account, instrument)
  if (!found.isCounted || listing === undefined) return
  const bought = movedBy(fill)
  movePosition(account.books, strategy, instrument, bought)
  moveCash(account, listing.currency, -worthOf(listing, parseExact(price), bought) - found.fee)
}

function haltInstrument(account: Account, instrument: string): void {
  if (!account.haltedInstruments.includes(instrument))
    account.haltedInstruments = [...account.haltedInstruments, instrument]
}
