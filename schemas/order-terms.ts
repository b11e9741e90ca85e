import { z } from 'zod'
import { Micros, OrderType, Price, TimeInForce } from './primitives.ts'

/** Exits that follow an entry's fills: each closes what was filled, and the fill of one cancels the other. */
export const Bracket = z.object({
  /** A stop at this price. */
  stopLoss: Price.optional(),
  /** A limit at this price. */
  takeProfit: Price.optional(),
  /** A stop that trails the best price since the fill by so much. */
  trailingOffset: Price.optional(),
})

/** What an order says beside its instrument, side and quantity. */
export const orderTerms = {
  orderType: OrderType,
  limitPrice: Price.optional(),
  /** Where a stop or an if-touched order becomes a market order, or with a limit a limit order. */
  stopPrice: Price.optional(),
  /** How far a trailing stop stays behind the best price since it works. */
  trailingOffset: Price.optional(),
  /** GTD: works before this instant. */
  activeUntil: Micros.optional(),
  /** Canceled instead of taking. */
  isPostOnly: z.boolean().optional(),
  /** Fills only what takes the strategy's position towards zero. */
  isReduceOnly: z.boolean().optional(),
  bracket: Bracket.optional(),
}

/** The same with a time in force that has been decided. */
export const decidedTerms = { ...orderTerms, timeInForce: TimeInForce }
