import type { Exchange } from './exchange.ts'
import { fillsByQuotes } from './market-source.ts'
import { type Displayed, displayedIn, isUnchanged, takeFrom } from './standing-quote.ts'
import { takeTouch } from './touch.ts'
import { end, endImmediate, execute, type Said, type Turn, turnOf } from './turn.ts'
import { isImmediate } from './working-order.ts'

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
    const turn = turnOf(working)
    const { exposures, arrivesAt, dayEndsAt } = turn.order
    // It reached the book between two quotes: the one before still stood.
    const hasArrivedBefore = exposures === 1 && isImmediate(config.fill) && arrivesAt < now
    if (hasArrivedBefore) {
      const met = before && isUnchanged(before, newest, turn.order.side) ? newest : before
      if (met) meetQuote(exchange, turn, met, true, arrivesAt)
      endImmediate(turn)
    }
    const isOpen = !turn.isOver && turn.order.leavesLots > 0
    const isDayOver = dayEndsAt !== null && now >= dayEndsAt
    if (isOpen && isDayOver) end(turn, 'order.expired', 'end of day')
    else if (isOpen && exposures > 0) {
      const isArrival = exposures === 1 && !hasArrivedBefore
      meetQuote(exchange, turn, newest, isArrival, now)
      if (isArrival) endImmediate(turn)
    }
    said.push(...turn.said)
  }
  return said
}

/** Takes what the quote has for the order; the rest of it stays for the orders behind. */
export function meetQuote(
  { config }: Exchange,
  turn: Turn,
  displayed: Displayed,
  isArrival: boolean,
  filledAt: number,
): void {
  const { dayEndsAt } = turn.order
  if (dayEndsAt !== null && filledAt >= dayEndsAt) return
  const take = takeTouch(turn.order, displayed, isArrival, filledAt)
  if (!take) return
  takeFrom(displayed, turn.order.side, take.lots)
  execute(turn, take, config)
}

/** An order whose time of arrival has passed without a quote since: the one that stands is the one it met. [V14] */
export function settleArrival(exchange: Exchange, turn: Turn, displayed?: Displayed): void {
  const { exposures, arrivesAt, listing } = turn.order
  if (exposures > 0 || arrivesAt > exchange.now || !isImmediate(exchange.config.fill)) return
  if (!fillsByQuotes(exchange, listing.instrument)) return
  const standing = displayed ?? exchange.quotes.get(listing.instrument)
  if (standing) meetQuote(exchange, turn, displayed ?? displayedIn(standing), true, arrivesAt)
  endImmediate(turn)
}

const none: readonly [] = Object.freeze([])
