import { parseExact } from '#lib/bars/exact-decimal.ts'
import { wholeSteps } from '#lib/domain/whole-steps.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import type { WorkingOrder } from './working-order.ts'

/** Both sides of a quote and how many lots of each our own orders have taken. */
export type Displayed = {
  bid: string | null
  bidSize: string | null
  ask: string | null
  askSize: string | null
  takenBid: number
  takenAsk: number
}

export type QuoteEvent = Event<'md.tick' | 'md.option.tick'>
type Quote = Pick<PayloadOf<'md.option.tick'>, 'instrument' | 'bid' | 'bidSize' | 'ask' | 'askSize'>

/** The quote in an event; null in a trade. */
export function quoteIn({ payload }: QuoteEvent): Quote | null {
  return 'kind' in payload && payload.kind === 'trade' ? null : (payload as Quote)
}

/** Takes the newest quote in. What we took of a side stays taken until its price or its size changes. [V16] */
export function foldQuote(quotes: Map<string, Displayed>, { instrument, bid, bidSize, ask, askSize }: Quote): void {
  const standing = quotes.get(instrument)
  if (!standing) {
    quotes.set(instrument, { bid, bidSize, ask, askSize, takenBid: 0, takenAsk: 0 })
    return
  }
  if (!isSameBid(standing, bid, bidSize)) standing.takenBid = 0
  if (!isSameAsk(standing, ask, askSize)) standing.takenAsk = 0
  standing.bid = bid
  standing.bidSize = bidSize
  standing.ask = ask
  standing.askSize = askSize
}

/** Is a price behind the side of the quote that an order of a side takes? */
export function isBehind(
  { bid, ask }: Displayed,
  { side, price }: { side: WorkingOrder['side']; price: string },
): boolean {
  const touch = side === 'buy' ? ask : bid
  if (touch === null) return false
  return side === 'buy' ? Number(price) > Number(touch) : Number(price) < Number(touch)
}

/** A copy that can be taken from. */
export const displayedIn = ({ bid, bidSize, ask, askSize, takenBid, takenAsk }: Displayed): Displayed => ({
  bid,
  bidSize,
  ask,
  askSize,
  takenBid,
  takenAsk,
})

/** Counts what an order took of the side that it trades against. */
export function takeFrom(displayed: Displayed, side: WorkingOrder['side'], lots: number): void {
  if (side === 'buy') displayed.takenAsk += lots
  else displayed.takenBid += lots
}

/** Whole lots of the opposite side that are there for the order, at most what it leaves. A size that is not stated is any. */
export function availableLots(displayed: Displayed, { side, listing, leavesLots }: WorkingOrder): number {
  const size = side === 'buy' ? displayed.askSize : displayed.bidSize
  if (size === null) return leavesLots
  const { units, scale } = listing.lotSize
  const whole = wholeSteps(parseExact(size), { units: BigInt(units), scale }, 'down')
  const left = whole - BigInt(side === 'buy' ? displayed.takenAsk : displayed.takenBid)
  return left >= BigInt(leavesLots) ? leavesLots : Math.max(0, Number(left))
}

const isSameBid = (standing: Displayed, bid: Displayed['bid'], size: Displayed['bidSize']) =>
  standing.bid === bid && standing.bidSize === size
const isSameAsk = (standing: Displayed, ask: Displayed['ask'], size: Displayed['askSize']) =>
  standing.ask === ask && standing.askSize === size
