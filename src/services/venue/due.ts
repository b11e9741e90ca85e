import type { PriceEvent } from '#lib/domain/newest-price.ts'
import type { Exchange } from './exchange.ts'
import { foldMark, foldPayments, payFunding } from './funding.ts'
import { foldExpiries, foldUnderlying, settleDue } from './settlement.ts'
import type { Said } from './turn.ts'

/** What has come to its time before this price, at the prices before it. */
export function foldDue(exchange: Exchange, event: PriceEvent): void {
  foldExpiries(exchange, event.at)
  foldPayments(exchange, event.at)
  foldUnderlying(exchange, event)
  foldMark(exchange, event)
}

/** Who held at the time of a payment has it, and then options end. */
export const answerDue = (exchange: Exchange): readonly Said[] => [...payFunding(exchange), ...settleDue(exchange)]
