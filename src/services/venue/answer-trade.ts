import { meetDisplayed } from './answer-quote.ts'
import type { Exchange } from './exchange.ts'
import type { Trade } from './queue.ts'
import type { Displayed } from './standing-quote.ts'
import { takeFrom } from './taken-levels.ts'
import type { Said } from './turn.ts'
import { turnAfter } from './turn-after.ts'

/** A trade shows its price, and at most its size, to both sides; what one of our orders gets of it no other does. [V44] */
export function answerTrade(exchange: Exchange, { instrument, price, size }: Trade): readonly Said[] {
  const shown: Displayed = { bid: price, bidSize: size, ask: price, askSize: size, taken: [] }
  const said: Said[] = []
  for (const working of exchange.working.get(instrument) ?? []) {
    const turn = turnAfter(said, exchange, working)
    meetDisplayed(exchange, turn, shown)
    // It is one size: what was taken of the one side is not there for the other.
    takeFrom(shown, working.side === 'buy' ? 'bid' : 'ask', price, turn.takenLots)
    said.push(...turn.said)
  }
  return said
}
