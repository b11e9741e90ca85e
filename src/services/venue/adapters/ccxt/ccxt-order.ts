import { z } from 'zod'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type {
  AccountTrade,
  OpenTerms,
  RejectCode,
  VenueBalance,
  VenueOrder,
  VenueTrade,
} from '../gateway/real-venue.ts'
import { type CcxtTrader, hasWindow } from './open-ccxt.ts'

const Decimal = z.string().regex(/^-?\d+(\.\d+)?$/)

const state = {
  open: 'working',
  canceling: 'working',
  closed: 'filled',
  canceled: 'canceled',
  expired: 'expired',
  rejected: 'rejected',
} as const

/** A unified order. How much of one that is over was filled has to be told; of one that works it may come later. */
export const CcxtOrder = z
  .object({
    id: z.string().min(1),
    clientOrderId: z.string().nullish(),
    symbol: z.string(),
    status: z.enum(Object.keys(state) as (keyof typeof state)[]).nullish(),
    filled: Decimal.nullish(),
    side: z.enum(['buy', 'sell']).nullish(),
    type: z.string().nullish(),
    amount: Decimal.nullish(),
    price: Decimal.nullish(),
    triggerPrice: Decimal.nullish(),
    postOnly: z.boolean().nullish(),
  })
  .refine(({ status, filled }) => typeof filled === 'string' || state[status ?? 'open'] === 'working', {
    path: ['filled'],
    message: 'is not told',
  })
export type CcxtOrder = z.infer<typeof CcxtOrder>

/** Its trades are asked for. */
export const viewOfCcxt = ({ id, clientOrderId, status, filled }: CcxtOrder, venueClientId?: string): VenueOrder => ({
  venueClientId: venueClientId ?? clientOrderId ?? id,
  venueOrderId: id,
  state: state[status ?? 'open'],
  executed: filled ?? '0',
  isTriggered: false,
  trades: [],
})

/** What an open order of the account asks for, where it is a limit order that rests by itself. */
export function termsOfCcxt({ side, type, amount, price, triggerPrice, postOnly }: CcxtOrder): OpenTerms | null {
  if (!side || !amount || !price || triggerPrice || type !== 'limit') return null
  return { side, quantity: amount, limitPrice: price, isPostOnly: postOnly === true, isReduceOnly: false }
}

/** A unified trade with its fee; one that tells none, or several, is not understood. */
export const CcxtTrade = z.object({
  id: z.string().min(1),
  price: Decimal,
  amount: Decimal,
  fee: z.object({ cost: Decimal, currency: z.string() }),
  fees: z.array(z.unknown()).max(1).nullish(),
  takerOrMaker: z.enum(['taker', 'maker']).nullish(),
  timestamp: z.int(),
})

export const tradeOfCcxt = ({
  id,
  price,
  amount,
  fee,
  takerOrMaker,
  timestamp,
}: z.infer<typeof CcxtTrade>): VenueTrade => ({
  tradeId: id,
  price,
  quantity: amount,
  fee: fee.cost,
  feeAsset: fee.currency,
  liquidity: takerOrMaker ?? 'taker',
  filledAt: timestamp * 1_000,
})

/** One of the account's, in its record. */
export const CcxtAccountTrade = CcxtTrade.extend({ order: z.string().min(1), side: z.enum(['buy', 'sell']) })

export const accountTradeOfCcxt = (trade: z.infer<typeof CcxtAccountTrade>, symbol: string): AccountTrade => ({
  ...tradeOfCcxt(trade),
  symbol,
  side: trade.side,
  venueOrderId: trade.order,
  venueClientId: null,
})

export const CcxtBalances = z.object({ total: z.record(z.string(), Decimal.nullish()) })

export const balancesOfCcxt = ({ total }: z.infer<typeof CcxtBalances>): VenueBalance[] =>
  Object.entries(total).flatMap(([asset, amount]) => (amount && Number(amount) !== 0 ? [{ asset, total: amount }] : []))

type Refusal = { readonly code: RejectCode; readonly reason: string }

/** Why ccxt, or the exchange by what ccxt says of it, cannot keep an order's terms. [X3] */
export function unfitForCcxt(order: PayloadOf<'order.submitted'>, { id, features }: CcxtTrader): Refusal | null {
  const { timeInForce, orderType, side, isReduceOnly, isPostOnly, bracket, closes } = order
  const no = (reason: string) => ({ code: 'TERMS_INVALID' as const, reason })
  const { timeInForce: kept, marketBuyRequiresPrice } = features?.spot?.createOrder ?? {}
  if (orderType !== 'market' && orderType !== 'limit')
    return no('through ccxt market and limit orders are sent, and no others')
  if (timeInForce === 'DAY' || timeInForce === 'GTD') return no(`${id} is asked for no ${timeInForce}`)
  if (timeInForce !== 'GTC' && orderType === 'limit' && kept?.[timeInForce] !== true)
    return no(`${id} has no ${timeInForce}`)
  if (isReduceOnly === true || closes !== undefined) return no('a spot market has no reduce-only orders')
  if (bracket !== undefined) return no('the exits of a bracket could not be kept there')
  if (isPostOnly === true && (orderType !== 'limit' || timeInForce !== 'GTC' || kept?.PO !== true))
    return no(`${id} has post-only for no such order`)
  if (orderType === 'market' && side === 'buy' && marketBuyRequiresPrice === true)
    return no(`${id} buys at the market by cost, not by quantity`)
  return null
}

/** What ccxt is told beside the unified terms. The time and its window are said where they are kept. [X2] */
export function paramsOfCcxt(
  { orderType, timeInForce, isPostOnly }: PayloadOf<'order.submitted'>,
  venueClientId: string,
  exchange: CcxtTrader,
  { timestampMs, windowMs }: { readonly timestampMs: number; readonly windowMs: number },
): object {
  return {
    clientOrderId: venueClientId,
    ...(orderType === 'limit' && timeInForce !== 'GTC' ? { timeInForce } : {}),
    ...(isPostOnly === true ? { postOnly: true } : {}),
    ...(hasWindow(exchange) ? { timestamp: timestampMs, recvWindow: windowMs } : {}),
  }
}
