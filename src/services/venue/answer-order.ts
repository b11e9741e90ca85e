import { quantityToLots } from '#lib/domain/lot-size.ts'
import { isOnTick } from '#lib/domain/tick-size.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { meetQuote, meetTrigger } from './answer-quote.ts'
import { type Exchange, findWorking, heldLots, nextVenueOrderId } from './exchange.ts'
import { fillsByTicks } from './market-source.ts'
import { isAway } from './outage.ts'
import { isInLots, rejectionOf } from './rejection.ts'
import { takeSameClose } from './same-close.ts'
import { withinVolume } from './slippage.ts'
import { displayedIn } from './standing-quote.ts'
import type { FillingBar } from './take.ts'
import { isReached } from './trigger.ts'
import { end, ended, endImmediate, execute, isEnough, type Said, type Turn, trigger, turnOf } from './turn.ts'
import { isImmediate, type WorkingOrder, workingOrderOf } from './working-order.ts'

/** Accepted, with what the market as it stands gives at once, or rejected. [V1] [V2] [V37] */
export function answerSubmission(exchange: Exchange, { payload }: Event<'order.submitted'>): readonly Said[] {
  const { clientOrderId, instrument } = payload
  const code = rejectionOf(exchange, payload)
  const listing = exchange.listings.get(instrument)
  if (code !== null || !listing) return [rejected(clientOrderId, instrument, code ?? 'INSTRUMENT_UNKNOWN')]
  const venueOrderId = nextVenueOrderId(exchange)
  const order = workingOrderOf(payload, listing, venueOrderId, exchange)
  const turn = turnOf(order, heldLots(exchange, order))
  turn.said.push({ topic: 'order.accepted', payload: { clientOrderId, venueOrderId, instrument } })
  if (exchange.isOfOldUnits) end(turn, 'order.canceled', 'its instrument is split')
  else if (turn.order.exposures > 0) meetMarket(exchange, turn)
  return turn.said
}

/** Canceled with what it leaves, unless it is not at work. [V5] */
export function answerCancel(exchange: Exchange, asked: PayloadOf<'order.cancel_requested'>): readonly Said[] {
  const { clientOrderId, instrument, reason } = asked
  const order = findWorking(exchange, clientOrderId)
  if (!order) return [rejected(clientOrderId, instrument, 'UNKNOWN_ORDER')]
  return [ended(order, 'order.canceled', reason)]
}

/** Moved to its new price, where it arrives as a new order does, or made smaller; what is not at work, has no limit, or is off the grid is not. [V33] [V47] */
export function answerUpdate(exchange: Exchange, { payload }: Event<'order.update_requested'>): readonly Said[] {
  const { clientOrderId, instrument, limitPrice, quantity } = payload
  const refused = (code: 'UNKNOWN_ORDER' | 'PRICE_INVALID' | 'QUANTITY_INVALID' | 'TERMS_INVALID' | 'VENUE_CLOSED') =>
    ({ topic: 'order.update_rejected', payload: { clientOrderId, instrument, code } }) as const
  const order = findWorking(exchange, clientOrderId)
  if (isAway(exchange)) return [refused('VENUE_CLOSED')]
  if (!order) return [refused('UNKNOWN_ORDER')]
  if (order.limitPrice === null) return [refused('TERMS_INVALID')]
  if (quantity !== undefined)
    return [
      isLess(order, quantity)
        ? { topic: 'order.updated', payload: { clientOrderId, instrument, quantity } }
        : refused('QUANTITY_INVALID'),
    ]
  if (limitPrice === undefined) return [refused('TERMS_INVALID')]
  if (!isOnTick(limitPrice, order.listing.tickSize)) return [refused('PRICE_INVALID')]
  const turn = turnOf(order, heldLots(exchange, order))
  turn.order.limitPrice = limitPrice
  turn.order.place = null
  turn.said.push({ topic: 'order.updated', payload: { clientOrderId, instrument, limitPrice } })
  if (turn.order.exposures > 0 && isImmediate(exchange.config.fill)) meetMarket(exchange, turn)
  return turn.said
}

/** Cancels that came while it was away, with the first price after it; and the exchange as it is without their orders. [V34] */
export function answerLateCancels(exchange: Exchange): { readonly said: readonly Said[]; readonly rest: Exchange } {
  const ids = new Set(exchange.lateCancels.map(({ clientOrderId }) => clientOrderId))
  const working = new Map<string, WorkingOrder[]>()
  for (const [instrument, orders] of exchange.working) {
    const left = orders.filter(({ clientOrderId }) => !ids.has(clientOrderId))
    if (left.length > 0) working.set(instrument, left)
  }
  const rest = { ...exchange, working }
  // Only the first finds its order at work.
  const said = exchange.lateCancels.flatMap((payload) =>
    answerCancel(ids.delete(payload.clientOrderId) ? exchange : rest, payload),
  )
  return { said, rest }
}

/** In whole lots, less than it asks for, and more than it has got. */
function isLess({ lots, leavesLots, listing }: WorkingOrder, quantity: string): boolean {
  if (!isInLots(quantity, listing)) return false
  const asked = quantityToLots(quantity, listing.lotSize)
  return asked < lots && asked > lots - leavesLots
}

function meetMarket(exchange: Exchange, turn: Turn): void {
  const { order } = turn
  const { instrument } = order.listing
  if (exchange.config.fill === 'same-close' && !fillsByTicks(exchange, instrument)) {
    const last = exchange.lastBars.get(instrument)
    if (last) meetLastBar(exchange, turn, last)
  } else {
    const quote = exchange.quotes.get(instrument)
    if (quote && order.trigger) meetTrigger(exchange, turn, displayedIn(quote))
    else if (quote) meetQuote(exchange, turn, displayedIn(quote), true, exchange.now)
  }
  if (order.trigger === null) endImmediate(turn)
}

function meetLastBar({ config }: Exchange, turn: Turn, { bar, taken }: { bar: FillingBar; taken: number }): void {
  const { order } = turn
  if (order.trigger && isReached(order.trigger, bar.close)) trigger(turn, bar.close)
  const whole = order.trigger === null ? takeSameClose(order, bar) : null
  const take = whole && withinVolume(whole, bar.volume, taken, order.listing, config)
  if (take && isEnough(turn, take.lots)) execute(turn, take, config)
}

const rejected = (
  clientOrderId: string,
  instrument: string,
  code: Extract<Said, { topic: 'order.rejected' }>['payload']['code'],
): Said => ({ topic: 'order.rejected', payload: { clientOrderId, instrument, code } })
