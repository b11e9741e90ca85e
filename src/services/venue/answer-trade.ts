import { meetDisplayed } from './answer-quote.ts'
import type { Exchange } from './exchange.ts'
import type { Trade } from './queue.ts'
import type { Said } from './turn.ts'
import { turnAfter } from './turn-after.ts'

/** A trade shows its price, and at most its size, to both sides; what one of our orders gets of it no other does. [V44] */
export function answerTrade(exchange: Exchange, { instrument, price, size }: Trade): readonly Said[] {
  const sides = { bid: price, bidSize: size, ask: price, askSize: size }
  const said: Said[] = []
  let taken = 0
  for (const working of exchange.working.get(instrument) ?? []) {
    const turn = turnAfter(said, exchange, working)
    meetDisplayed(exchange, turn, { ...sides, takenBid: taken, takenAsk: taken })
    taken += turn.takenLots
    said.push(...turn.said)
  }
  return said
}
