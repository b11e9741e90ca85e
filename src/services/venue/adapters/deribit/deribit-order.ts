import { z } from 'zod'
import { exactOfDouble } from '#lib/domain/decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { plainText, waits } from '../gateway/gateway-order.ts'
import type { AccountTrade, OpenTerms, RejectCode, ToldOrder, VenueOrder, VenueTrade } from '../gateway/real-venue.ts'

/** An order as answers and `user.orders` show it. Numbers are JSON numbers: their shortest text is what was meant. */
export const DeribitOrder = z.object({
  order_id: z.string(),
  label: z.string().default(''),
  instrument_name: z.string(),
  order_state: z.string(),
  filled_amount: z.number().default(0),
  direction: z.string().optional(),
  order_type: z.string().optional(),
  amount: z.number().optional(),
  price: z.union([z.number(), z.string()]).optional(),
  post_only: z.boolean().default(false),
  reduce_only: z.boolean().default(false),
  /** Of a trigger order, and of what it became, which has an id of its own. */
  trigger: z.string().nullish(),
  trigger_price: z.number().nullish(),
  trigger_order_id: z.string().nullish(),
  triggered: z.boolean().default(false),
})

export const DeribitTrade = z.object({
  trade_id: z.string(),
  order_id: z.string(),
  instrument_name: z.string(),
  direction: z.enum(['buy', 'sell']),
  label: z.string().default(''),
  price: z.number(),
  amount: z.number(),
  fee: z.number(),
  fee_currency: z.string(),
  liquidity: z.string(),
  timestamp: z.int(),
})

/** Of `buy`, `sell`. */
export const Placed = z.object({ order: DeribitOrder, trades: z.array(DeribitTrade).default([]) })

/** A list, or one with a word on whether there is more. */
export const Trades = z.union([
  z.array(DeribitTrade).transform((trades) => ({ trades, has_more: false })),
  z.object({ trades: z.array(DeribitTrade), has_more: z.boolean().default(false) }),
])

export function viewOf(order: z.infer<typeof DeribitOrder>, trades: readonly VenueTrade[] = []): VenueOrder {
  const { triggered, order_state: state, trigger_order_id: became, trigger_price: price } = order
  const isTriggered = triggered || state === 'triggered' || typeof became === 'string'
  return {
    venueClientId: order.label,
    venueOrderId: order.order_id,
    state: stateOf(order),
    executed: textOf(order.filled_amount),
    isTriggered,
    ...(isTriggered && typeof price === 'number' ? { triggerPrice: textOf(price) } : {}),
    trades,
  }
}

/** As `user.orders` tells it. */
export const toldOf = (order: z.infer<typeof DeribitOrder>): ToldOrder => ({
  ...viewOf(order),
  symbol: order.instrument_name,
  side: sideOf(order),
})

const sideOf = ({ direction }: z.infer<typeof DeribitOrder>) => (direction === 'sell' ? 'sell' : 'buy')

/** Null of what is no limit order, or asks for no price of its own. */
export function openTermsOf(order: z.infer<typeof DeribitOrder>): OpenTerms | null {
  const { order_type: type, amount, price, post_only: isPostOnly, reduce_only: isReduceOnly } = order
  if (type !== 'limit' || amount === undefined || typeof price !== 'number') return null
  return { side: sideOf(order), quantity: textOf(amount), limitPrice: textOf(price), isPostOnly, isReduceOnly }
}

export const tradeOf = (trade: z.infer<typeof DeribitTrade>): VenueTrade => ({
  tradeId: trade.trade_id,
  price: textOf(trade.price),
  quantity: textOf(trade.amount),
  fee: textOf(trade.fee),
  feeAsset: trade.fee_currency,
  liquidity: trade.liquidity === 'M' ? 'maker' : 'taker',
  filledAt: trade.timestamp * 1_000,
})

/** From the account's record of trades. */
export const accountTradeOf = (trade: z.infer<typeof DeribitTrade>): AccountTrade => ({
  ...tradeOf(trade),
  symbol: trade.instrument_name,
  side: trade.direction,
  venueOrderId: trade.order_id,
  venueClientId: trade.label,
})

/** What a report of trades says of their order: that it was filled by them, and nothing of its state. */
export const viewOfTrade = (trade: z.infer<typeof DeribitTrade>): ToldOrder => ({
  symbol: trade.instrument_name,
  side: trade.direction,
  venueClientId: trade.label,
  venueOrderId: trade.order_id,
  state: 'working',
  executed: '0',
  isTriggered: false,
  trades: [tradeOf(trade)],
})

/** Why Deribit cannot keep an order's terms as one order. [G26] [G36] */
export function unfitTerms(
  order: PayloadOf<'order.submitted'>,
  isOption: boolean,
): { code: RejectCode; reason: string } | null {
  const no = (reason: string) => ({ code: 'TERMS_INVALID' as const, reason })
  const { timeInForce, orderType, bracket, isPostOnly } = order
  if (timeInForce === 'DAY' || timeInForce === 'GTD') return no(`${timeInForce} is not kept at Deribit`)
  if (isOption && (waits(order) || bracket !== undefined)) return no('options have no trigger orders at Deribit')
  if (waits(order) && timeInForce !== 'GTC') return no('a trigger order works until it is canceled')
  const isTrailFromStop =
    (orderType === 'trailing_stop' && order.stopPrice !== undefined) ||
    (bracket?.stopLoss !== undefined && bracket.trailingOffset !== undefined)
  if (isTrailFromStop) return no('a trailing stop begins at its distance from the market there, at no price of its own')
  const isResting = orderType === 'limit' && timeInForce === 'GTC'
  return isPostOnly === true && !isResting ? no('only a GTC limit order can be post-only') : null
}

/** Of `private/buy` and `private/sell`. What a market order does not find at once is not left to rest. */
export function paramsOf(
  order: PayloadOf<'order.submitted'>,
  { name, label, triggerBy, validUntilMs }: { name: string; label: string; triggerBy: string; validUntilMs: number },
) {
  const { quantity, orderType, limitPrice, trailingOffset, timeInForce } = order
  const isAtOnce = orderType === 'market' && timeInForce !== 'FOK'
  return {
    instrument_name: name,
    amount: Number(quantity),
    type: types[orderType],
    ...(limitPrice === undefined ? {} : { price: Number(limitPrice) }),
    ...(waits(order) ? { trigger: `${triggerBy}_price`, ...triggerOf(order) } : {}),
    ...(trailingOffset === undefined ? {} : { trigger_offset: Number(trailingOffset) }),
    time_in_force: times[isAtOnce ? 'IOC' : timeInForce],
    ...flagsOf(order),
    label,
    valid_until: validUntilMs,
  }
}

/** Stated anew with every change while it waits. */
export const triggerOf = ({ stopPrice }: PayloadOf<'order.submitted'>) =>
  stopPrice === undefined ? {} : { trigger_price: Number(stopPrice) }

/** Of an order's whole life: a change of it has them too. */
export const flagsOf = ({ isPostOnly, isReduceOnly }: PayloadOf<'order.submitted'>) => ({
  ...(isPostOnly === true ? { post_only: true, reject_post_only: true } : {}),
  ...(isReduceOnly === true ? { reduce_only: true } : {}),
})

/** Decimal text of a JSON number. */
export const textOf = (value: number): string => plainText(exactOfDouble(value))

const times = {
  GTC: 'good_til_cancelled',
  IOC: 'immediate_or_cancel',
  FOK: 'fill_or_kill',
  DAY: 'good_til_cancelled',
  GTD: 'good_til_cancelled',
} as const

const types = {
  market: 'market',
  limit: 'limit',
  stop: 'stop_market',
  stop_limit: 'stop_limit',
  trailing_stop: 'trailing_stop',
  market_if_touched: 'take_market',
  limit_if_touched: 'take_limit',
} as const satisfies Record<PayloadOf<'order.submitted'>['orderType'], string>

function stateOf({ order_state: state, trigger }: z.infer<typeof DeribitOrder>): VenueOrder['state'] {
  switch (state) {
    case 'filled':
      return 'filled'
    case 'cancelled':
      return 'canceled'
    case 'rejected':
      // A trigger order was accepted before: what it was to become is refused.
      return typeof trigger === 'string' ? 'canceled' : 'rejected'
    default:
      return 'working'
  }
}
