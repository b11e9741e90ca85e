import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Exchange } from './exchange.ts'
import { ended, type Said } from './turn.ts'

/** Keeps which feeds run. The exchange is closed when the last of them has ended, until one starts. [V6] */
export function foldStatus(exchange: Exchange, { feed, state }: PayloadOf<'md.status'>): void {
  const others = exchange.feeds.filter((running) => running !== feed)
  switch (state) {
    case 'started':
      exchange.feeds = [...others, feed]
      exchange.isClosed = false
      return
    case 'ended':
      exchange.feeds = others
      exchange.isClosed = others.length === 0
      return
    case 'connected':
    case 'disconnected':
    case 'stalled':
      return
  }
}

/** Does the last running feed end with it? */
export const isLastEnd = ({ feeds }: Exchange, { feed, state }: PayloadOf<'md.status'>): boolean =>
  state === 'ended' && feeds.every((running) => running === feed)

/** No price will come any more: everything that works expires. */
export function answerStatus(exchange: Exchange): readonly Said[] {
  if (!exchange.isClosed || exchange.working.size === 0) return none
  return [...exchange.working.values()].flat().map((order) => ended(order, 'order.expired', 'no more market data'))
}

const none: readonly [] = Object.freeze([])
