import type { Exchange } from './exchange.ts'
import { offersTo } from './level-book.ts'
import { withinVolume } from './slippage.ts'
import { type Displayed, displayedIn } from './standing-quote.ts'
import type { Take } from './take.ts'
import { sideTaken, takeFrom, takenAt } from './taken-levels.ts'
import { isReached } from './trigger.ts'
import { end, endImmediate, execute, isEnough, type Said, type Turn, trigger } from './turn.ts'
import { turnAfter } from './turn-after.ts'
import { endReason, isMarketable, type WorkingOrder } from './working-order.ts'

/** What the newest quote of an instrument does to the orders in it, in the order of their acceptance. [V13]-[V16] */
export function answerQuote(exchange: Exchange, instrument: string): readonly Said[] {
  const orders = exchange.working.get(instrument)
  const quote = exchange.quotes.get(instrument)
  if (!orders || !quote) return none
  const newest = displayedIn(quote)
  const said: Said[] = []
  for (const working of orders) {
    const turn = turnAfter(said, exchange, working)
    meetDisplayed(exchange, turn, newest)
    said.push(...turn.said)
  }
  return said
}

/** An order that works ends, is triggered, or takes what is displayed now. */
export function meetDisplayed(exchange: Exchange, turn: Turn, displayed: Displayed): void {
  const { now } = exchange
  const { exposures, endsAt, trigger: waits } = turn.order
  if (endsAt !== null && now >= endsAt) end(turn, 'order.expired', endReason(turn.order))
  else if (waits !== null) meetTrigger(exchange, turn, displayed)
  else {
    const isArrival = exposures === 1
    meetQuote(exchange, turn, displayed, isArrival, now)
    if (isArrival) endImmediate(turn)
  }
}

/** What a trade or a change of the book has brought the orders that rest. [V30] */
export function answerQueues(exchange: Exchange, instrument: string): readonly Said[] {
  const { now, config } = exchange
  const said: Said[] = []
  for (const working of exchange.working.get(instrument) ?? []) {
    const { place, limitPrice, endsAt } = working
    if (place === null || place.due === 0 || limitPrice === null || (endsAt !== null && now >= endsAt)) continue
    const turn = turnAfter(said, exchange, working)
    execute(turn, { price: limitPrice, lots: place.due, liquidity: 'maker', filledAt: now }, config)
    said.push(...turn.said)
  }
  return said
}

/**
 * Takes what is displayed for the order; the rest of it stays for the orders behind. On its arrival an order takes at the price of each level, and a
 * walk goes on to the levels behind the quote; a limit order that rested is hit at its own limit. [V13]-[V16] [V26]
 */
export function meetQuote(
  exchange: Exchange,
  turn: Turn,
  displayed: Displayed,
  isArrival: boolean,
  filledAt: number,
): void {
  const { order } = turn
  const side = sideTaken(order.side)
  const touch = displayed[side]
  if (touch === null || !isMarketable(order, touch) || (order.endsAt !== null && filledAt >= order.endsAt)) return
  // Also when what is displayed there has been taken: the touch is crossed.
  if (isArrival && order.isPostOnly) {
    end(turn, 'order.canceled', 'post-only would take')
    return
  }
  const takes = () => takesOf(exchange, order, displayed, isArrival, filledAt)
  if (order.timeInForce === 'FOK' && !isEnough(turn, lotsOf(takes()))) return
  for (const take of takes()) {
    const before = turn.takenLots
    if (take.lots > 0) execute(turn, take, exchange.config)
    takeFrom(displayed, side, take.level, turn.takenLots - before)
    if (turn.isOver || order.leavesLots === 0) return
  }
}

/** What each level has for the order, best first. */
function* takesOf(
  exchange: Exchange,
  order: WorkingOrder,
  displayed: Displayed,
  isArrival: boolean,
  filledAt: number,
): Generator<Take & { readonly level: string }> {
  const { config } = exchange
  const { limitPrice, listing } = order
  const rested = isArrival ? null : limitPrice
  const isWalking = rested === null && config.slippage.kind === 'book-walk'
  for (const { price, lots, shown } of offersTo(exchange, order, displayed, isWalking)) {
    const level = { level: price, lots, filledAt }
    if (rested !== null) yield { ...level, price: rested, liquidity: 'maker' }
    else if (shown === null) yield { ...level, price, liquidity: 'taker' }
    else {
      const taken = takenAt(displayed, sideTaken(order.side), price)
      yield { ...level, ...withinVolume({ ...level, price, liquidity: 'taker' }, shown, taken, listing, config) }
    }
  }
}

function lotsOf(takes: Iterable<Take>): number {
  let lots = 0
  for (const take of takes) lots += take.lots
  return lots
}

/** An order that waits for its price looks at the side that it would take: from there on it is in the market. [V23] */
export function meetTrigger(exchange: Exchange, turn: Turn, displayed: Displayed): void {
  const { trigger: waits, side } = turn.order
  const price = side === 'buy' ? displayed.ask : displayed.bid
  if (waits === null || price === null || !isReached(waits, price)) return
  trigger(turn, price)
  meetQuote(exchange, turn, displayed, true, exchange.now)
  endImmediate(turn)
}

const none: readonly [] = Object.freeze([])
