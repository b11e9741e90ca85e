import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import type { Exchange } from './exchange.ts'
import { renewByQuote, type TakenLevel } from './taken-levels.ts'

/** Both sides of a quote. */
export type Sides = Pick<PayloadOf<'md.option.tick'>, 'bid' | 'bidSize' | 'ask' | 'askSize'>
/** Both sides of a quote, and what our own orders have taken of it and of the levels behind it. */
export type Displayed = Sides & { taken: TakenLevel[] }

export type QuoteEvent = Event<'md.tick' | 'md.option.tick'>
type Quote = Sides & { readonly instrument: string }

/** The quote in an event; null in a trade. */
export function quoteIn({ payload }: QuoteEvent): Quote | null {
  return 'kind' in payload && payload.kind === 'trade' ? null : (payload as Quote)
}

/** Takes the newest quote in. What we took stays taken until it is shown anew. [V16] */
export function foldQuote({ quotes, books }: Exchange, { instrument, bid, bidSize, ask, askSize }: Quote): void {
  const standing = quotes.get(instrument)
  if (!standing) {
    quotes.set(instrument, { bid, bidSize, ask, askSize, taken: [] })
    return
  }
  const quote = { bid, bidSize, ask, askSize }
  renewByQuote(standing, quote, books.get(instrument))
  Object.assign(standing, quote)
}

/** A copy that can be taken from. */
export const displayedIn = ({ bid, bidSize, ask, askSize, taken }: Displayed): Displayed => ({
  bid,
  bidSize,
  ask,
  askSize,
  taken: taken.map((level) => ({ ...level })),
})
