import { formatExact } from '#lib/bars/exact-decimal.ts'
import { exactLots } from '#lib/domain/instrument.ts'
import { newestPrice } from '#lib/domain/newest-price.ts'
import { subtractExact } from '#lib/domain/signed-decimal.ts'
import { splitPrices, splitQuantity } from '#lib/domain/split.ts'
import { parseEventId } from '#lib/kernel/event-id.ts'
import type { Event } from '#schemas/event.ts'
import { type Exchange, heldIn, moveHeld } from './exchange.ts'
import { ended, type Said } from './turn.ts'

/** What a split left beside whole lots, signed; exact text. */
export type Fraction = { readonly strategy: string; readonly quantity: string }

/** Positions are in new units, whole lots of them; what was known of the market was of the old ones. [V37] */
export function foldSplit(exchange: Exchange, { seq, payload: split }: Event<'md.split'>): void {
  const { instrument } = split
  exchange.splitAt[instrument] = seq
  exchange.fractions = []
  exchange.sent = exchange.sent.map((sent) =>
    sent.message.payload.instrument === instrument ? { ...sent, isOfOldUnits: true } : sent,
  )
  const { lastBars, quotes, traded, books, others } = exchange
  for (const one of [lastBars, quotes, traded, books, others]) one.delete(instrument)
  if (exchange.underlyings.has(instrument)) exchange.underlyings.set(instrument, null)
  splitPrices(exchange.marks, instrument, split)
  const listing = exchange.listings.get(instrument)
  for (const { strategy, lots } of listing ? heldIn(exchange, instrument) : []) {
    const { lotSize } = listing as NonNullable<typeof listing>
    const whole = Number((BigInt(lots) * BigInt(split.numerator)) / BigInt(split.denominator))
    const fraction = subtractExact(splitQuantity(exactLots(lots, lotSize), split), exactLots(whole, lotSize))
    moveHeld(exchange, strategy, instrument, whole - lots)
    if (fraction.units !== 0n) exchange.fractions.push({ strategy, quantity: formatExact(fraction) })
  }
}

/** Had who sent the order not heard of the newest split of its instrument? Then it is of the old units, also where it stands behind it in the log. */
export function isUnheard({ splitAt }: Exchange, { id, payload }: Event<'order.submitted'>): boolean {
  const at = splitAt[payload.instrument]
  const { isFact, major } = parseEventId(id)
  return at !== undefined && !isFact && at > major
}

/** Orders end, since they were of the old units; a part of a lot is paid out at the newest price. [V37] */
export function answerSplit(exchange: Exchange, { payload: { instrument }, at }: Event<'md.split'>): readonly Said[] {
  const orders = exchange.working.get(instrument) ?? []
  const said = orders.map((order) => ended(order, 'order.canceled', 'its instrument is split'))
  const price = newestPrice(exchange.marks, instrument)
  const currency = exchange.listings.get(instrument)?.currency
  if (price === null || currency === undefined) return said
  for (const { strategy, quantity } of exchange.fractions) {
    const isLong = !quantity.startsWith('-')
    said.push({
      topic: 'venue.settled',
      payload: {
        ...{ strategy, instrument, contract: instrument, how: 'cash_in_lieu', currency, price, settlementPrice: price },
        ...{ side: isLong ? 'sell' : 'buy', quantity: isLong ? quantity : quantity.slice(1), settledAt: at },
      },
    })
  }
  return said
}
