import type { Exchange } from './exchange.ts'
import { levelsBehind } from './level-book.ts'
import { withinVolume } from './slippage.ts'
import { availableLots, type Displayed, displayedIn, takeFrom } from './standing-quote.ts'
import { takeTouch } from './touch.ts'
import { isReached } from './trigger.ts'
import { end, endImmediate, execute, type Said, type Turn, takableLots, trigger } from './turn.ts'
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

/** Takes what the quote has for the order; the rest of it stays for the orders behind. A walk goes on to the levels behind the quote. [V26] */
export function meetQuote(
  exchange: Exchange,
  turn: Turn,
  displayed: Displayed,
  isArrival: boolean,
  filledAt: number,
): void {
  const { config } = exchange
  const { order } = turn
  const { side, endsAt } = order
  if (endsAt !== null && filledAt >= endsAt) return
  const [touch, size] = side === 'buy' ? [displayed.ask, displayed.askSize] : [displayed.bid, displayed.bidSize]
  // Also when what is displayed there has been taken: the touch is crossed.
  if (isArrival && order.isPostOnly && touch !== null && isMarketable(order, touch)) {
    end(turn, 'order.canceled', 'post-only would take')
    return
  }
  const isWalking = config.slippage.kind === 'book-walk' && (isArrival || order.limitPrice === null)
  const behind = () => (isWalking && touch !== null ? levelsBehind(exchange, order, touch) : none)
  if (order.timeInForce === 'FOK' && !hasEnough(order, displayed, behind())) return
  const touched = takeTouch(order, displayed, isArrival, filledAt)
  const take =
    touched?.liquidity === 'taker' && size !== null ? withinVolume(touched, size, order.listing, config) : touched
  if (take !== null && take.lots > 0) {
    const before = order.leavesLots
    execute(turn, take, config)
    takeFrom(displayed, side, before - order.leavesLots)
  }
  for (const { price, lots } of behind()) {
    const most = takableLots(turn)
    if (turn.isOver || most === 0) return
    execute(turn, { price, lots: Math.min(lots, most), liquidity: 'taker', filledAt }, config)
  }
}

/** Fill-or-kill takes all or nothing. */
function hasEnough(order: WorkingOrder, displayed: Displayed, behind: Iterable<{ readonly lots: number }>): boolean {
  let there = availableLots(displayed, order)
  for (const { lots } of behind) {
    if (there >= order.leavesLots) break
    there += lots
  }
  return there >= order.leavesLots
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
