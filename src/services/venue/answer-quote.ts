import { type Exchange, heldLots } from './exchange.ts'
import { levelsBehind } from './level-book.ts'
import { fillsByQuotes } from './market-source.ts'
import { lotsOfVolume } from './slippage.ts'
import { availableLots, type Displayed, displayedIn, isUnchanged, takeFrom } from './standing-quote.ts'
import { type Take, volumeLots } from './take.ts'
import { takenIn } from './taken-in.ts'
import { takeTouch } from './touch.ts'
import { isReached } from './trigger.ts'
import { end, endImmediate, execute, type Said, type Turn, takableLots, trigger, turnOf } from './turn.ts'
import type { VenueConfig } from './venue-config.ts'
import { endReason, isImmediate, isMarketable } from './working-order.ts'

/** What the newest quote of an instrument does to the orders in it, in the order of their acceptance. [V13]-[V16] */
export function answerQuote(exchange: Exchange, instrument: string): readonly Said[] {
  const orders = exchange.working.get(instrument)
  const quote = exchange.quotes.get(instrument)
  if (!orders || !quote) return none
  const { now, config } = exchange
  const before = quote.previous ? displayedIn(quote.previous) : null
  const newest = displayedIn(quote)
  const said: Said[] = []
  for (const working of orders) {
    const turn = turnOf(working, heldLots(exchange, working) + takenIn(said, working))
    const { exposures, arrivesAt, endsAt } = turn.order
    // It reached the book between two quotes: the one before still stood.
    const hasArrivedBefore =
      turn.order.trigger === null && exposures === 1 && isImmediate(config.fill) && arrivesAt < now
    if (hasArrivedBefore) {
      const met = before && isUnchanged(before, newest, turn.order.side) ? newest : before
      if (met) meetQuote(exchange, turn, met, true, arrivesAt)
      endImmediate(turn)
    }
    const isOpen = !turn.isOver && turn.order.leavesLots > 0
    const isTimeOver = endsAt !== null && now >= endsAt
    if (isOpen && isTimeOver) end(turn, 'order.expired', endReason(turn.order))
    else if (isOpen && exposures > 0 && turn.order.trigger !== null) meetTrigger(exchange, turn, newest)
    else if (isOpen && exposures > 0) {
      const isArrival = exposures === 1 && !hasArrivedBefore
      meetQuote(exchange, turn, newest, isArrival, now)
      if (isArrival) endImmediate(turn)
    }
    said.push(...turn.said)
  }
  return said
}

/** What a trade or a change of the book has brought the orders that rest. [V30] */
export function answerQueues(exchange: Exchange, instrument: string): readonly Said[] {
  const { now, config } = exchange
  const said: Said[] = []
  for (const working of exchange.working.get(instrument) ?? []) {
    const { place, limitPrice, endsAt } = working
    if (place === null || place.due === 0 || limitPrice === null || (endsAt !== null && now >= endsAt)) continue
    const turn = turnOf(working, heldLots(exchange, working) + takenIn(said, working))
    execute(turn, { price: limitPrice, lots: place.due, liquidity: 'maker', filledAt: now }, config)
    said.push(...turn.said)
  }
  return said
}

/** Takes what the quote has for the order; the rest of it stays for the orders behind. */
export function meetQuote(
  exchange: Exchange,
  turn: Turn,
  displayed: Displayed,
  isArrival: boolean,
  filledAt: number,
): void {
  const { config } = exchange
  const { endsAt } = turn.order
  if (endsAt !== null && filledAt >= endsAt) return
  const price = turn.order.side === 'buy' ? displayed.ask : displayed.bid
  // Also when what is displayed there has been taken: the price is crossed.
  if (isArrival && turn.order.isPostOnly && price !== null && isMarketable(turn.order, price)) {
    end(turn, 'order.canceled', 'post-only would take')
    return
  }
  const isWalking =
    config.slippage.kind === 'book-walk' && price !== null && (isArrival || turn.order.limitPrice === null)
  if (isWalking && turn.order.timeInForce === 'FOK' && !hasEnough(exchange, turn, displayed, price)) return
  const take = takeTouch(isWalking ? { ...turn.order, timeInForce: 'IOC' } : turn.order, displayed, isArrival, filledAt)
  const isShare = take?.liquidity === 'taker' && config.slippage.kind === 'volume-share'
  const volume = turn.order.side === 'buy' ? displayed.askSize : displayed.bidSize
  if (take && isShare && volume !== null) {
    const lots = lotsOfVolume(take.lots, volume, turn.order.listing, config)
    const part = { ...take, lots, volume: volumeLots(volume, turn.order.listing.lotSize) }
    if (lots > 0) takeFrom(displayed, turn.order.side, executed(turn, part, config))
  } else if (take) takeFrom(displayed, turn.order.side, executed(turn, take, config))
  if (isWalking) walkLevels(exchange, turn, price, filledAt)
}

/** Lots that the order got of a take. */
function executed(turn: Turn, take: Take, config: VenueConfig): number {
  const before = turn.order.leavesLots
  execute(turn, take, config)
  return before - turn.order.leavesLots
}

/** The levels behind the quote, each at its own price, within the order's limit. [V26] */
function walkLevels(exchange: Exchange, turn: Turn, touch: string, filledAt: number): void {
  if (!isMarketable(turn.order, touch)) return
  for (const { price, lots } of levelsBehind(exchange, turn.order, touch)) {
    const most = takableLots(turn)
    if (turn.isOver || most === 0 || !isMarketable(turn.order, price)) return
    execute(turn, { price, lots: Math.min(lots, most), liquidity: 'taker', filledAt }, exchange.config)
  }
}

function hasEnough(exchange: Exchange, { order }: Turn, displayed: Displayed, touch: string): boolean {
  if (!isMarketable(order, touch)) return false
  let there = availableLots(displayed, order)
  for (const { price, lots } of levelsBehind(exchange, order, touch)) {
    if (there >= order.leavesLots || !isMarketable(order, price)) break
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

/** An order whose time of arrival has passed without a quote since: the one that stands is the one it met. [V14] */
export function settleArrival(exchange: Exchange, turn: Turn, displayed?: Displayed): void {
  const { exposures, arrivesAt, listing, trigger: waits } = turn.order
  if (waits !== null || exposures > 0 || arrivesAt > exchange.now || !isImmediate(exchange.config.fill)) return
  if (!fillsByQuotes(exchange, listing.instrument)) return
  const standing = displayed ?? exchange.quotes.get(listing.instrument)
  if (standing) meetQuote(exchange, turn, displayed ?? displayedIn(standing), true, arrivesAt)
  endImmediate(turn)
}

const none: readonly [] = Object.freeze([])
