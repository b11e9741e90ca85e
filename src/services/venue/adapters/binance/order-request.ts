import { compareExact, type ExactDecimal, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { fromUnits } from '#lib/domain/decimal.ts'
import { isOnTick } from '#lib/domain/tick-size.ts'
import { wholeSteps } from '#lib/domain/whole-steps.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { fault } from './binance-fault.ts'
import { type ListedSymbol, orderTypes } from './listed-symbol.ts'
import { decimal, needed, oneNeeded, oneOf, type Params, wholeNumberIn } from './request-params.ts'

/** `POST /api/v3/order`, checked by Binance's rules. */
export type OrderRequest = {
  readonly symbol: ListedSymbol
  readonly side: 'BUY' | 'SELL'
  readonly type: (typeof orderTypes)[number]
  readonly timeInForce: 'GTC' | 'IOC' | 'FOK'
  readonly quantity: string
  readonly price: string | null
  readonly stopPrice: string | null
  /** What a market order by it asked to spend or to get. */
  readonly quoteOrderQty?: string | undefined
  readonly clientOrderId: string | null
  readonly response?: Response | undefined
  /** The client's own marks, told back with the order. */
  readonly strategyId?: number | undefined
  readonly strategyType?: number | undefined
}
export type Response = (typeof responses)[number]
const responses = ['ACK', 'RESULT', 'FULL'] as const

/** What `POST /api/v3/order` reads. Of `unsupported`, what asks for something is refused. */
const unsupported = ['icebergQty', 'trailingDelta', 'pegPriceType', 'pegOffsetType', 'pegOffsetValue'] as const
export const orderParams = [
  'symbol',
  'side',
  'type',
  'timeInForce',
  'quantity',
  'quoteOrderQty',
  'price',
  'stopPrice',
  'newClientOrderId',
  'newOrderRespType',
  'strategyId',
  'strategyType',
  'selfTradePreventionMode',
  ...unsupported,
] as const

/** `bestAsk`: what a market order by `quoteOrderQty` is sized with. Throws a BinanceFault. */
export function orderRequest(
  params: Params,
  symbol: ListedSymbol,
  best: { bid: string | null; ask: string | null },
): OrderRequest {
  const side = oneOf(needed(params, 'side'), ['BUY', 'SELL'] as const, fault.side())
  const type = oneOf(needed(params, 'type'), orderTypes, fault.orderType())
  const isLimit = type === 'LIMIT' || type === 'STOP_LOSS_LIMIT' || type === 'TAKE_PROFIT_LIMIT'
  const hasPrice = isLimit || type === 'LIMIT_MAKER'
  const hasStop = type !== 'LIMIT' && type !== 'LIMIT_MAKER' && type !== 'MARKET'
  const timeInForce = isLimit ? needed(params, 'timeInForce') : 'GTC'
  const stray = [
    ...(isLimit ? [] : ['timeInForce']),
    ...(hasPrice ? [] : ['price']),
    ...(hasStop ? [] : ['stopPrice', 'trailingDelta']),
    ...(type === 'MARKET' && !params.has('quantity') ? [] : ['quoteOrderQty']),
  ].find((name) => params.has(name))
  if (stray !== undefined) throw fault.notRequired(stray)
  if (hasStop) oneNeeded(params, 'stopPrice', 'trailingDelta')
  if (type === 'MARKET') oneNeeded(params, 'quantity', 'quoteOrderQty')
  checkUnsupported(params)
  const clientOrderId = params.get('newClientOrderId') ?? null
  if (clientOrderId !== null) checkClientOrderId(clientOrderId, 'newClientOrderId')
  const response = params.get('newOrderRespType')
  const strategyType = wholeNumberIn(params, 'strategyType')
  if (strategyType !== undefined && strategyType < 1_000_000) throw fault.strategyType()
  return {
    symbol,
    side,
    type,
    timeInForce: oneOf(timeInForce, ['GTC', 'IOC', 'FOK'] as const, fault.timeInForce()),
    quantity: quantityOf(params, symbol, side === 'BUY' ? best.ask : best.bid),
    price: hasPrice ? onGrid(needed(params, 'price'), 'price', symbol) : null,
    stopPrice: hasStop ? onGrid(needed(params, 'stopPrice'), 'stopPrice', symbol) : null,
    quoteOrderQty: params.get('quoteOrderQty'),
    clientOrderId,
    response: response === undefined ? undefined : oneOf(response, responses, fault.invalid('newOrderRespType')),
    strategyId: wholeNumberIn(params, 'strategyId'),
    strategyType,
  }
}

/** Throws a BinanceFault. */
export function checkClientOrderId(text: string, name: string): void {
  if (!/^[a-zA-Z0-9-_]{1,36}$/.test(text)) throw fault.illegal(name, '^[a-zA-Z0-9-_]{1,36}$')
}

/** What is known there and not kept here is refused, and never taken for something else. */
function checkUnsupported(params: Params): void {
  const iceberg = params.get('icebergQty')
  if (iceberg !== undefined && parseExact(decimal(iceberg, 'icebergQty')).units > 0n)
    throw fault.rejected('Iceberg orders are not supported for this symbol.')
  if (params.has('trailingDelta')) throw fault.rejected('Trailing stop orders are not supported for this symbol.')
  if (unsupported.some((name) => name.startsWith('peg') && params.has(name)))
    throw fault.rejected('Pegged orders are not supported for this symbol.')
  const modes = ['NONE', 'EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH', 'DECREMENT', 'TRANSFER'] as const
  const name = 'selfTradePreventionMode'
  if (oneOf(params.get(name) ?? 'NONE', modes, fault.invalid(name)) !== 'NONE') throw fault.preventionMode()
}

/** As the order that the simulated venue hears. */
export function submissionOf(
  request: OrderRequest,
  clientOrderId: string,
  strategy: string,
): PayloadOf<'order.submitted'> {
  const { symbol, side, type, timeInForce, quantity, price, stopPrice } = request
  return {
    clientOrderId,
    approval: 'risk:0.0',
    strategy,
    instrument: symbol.instrument.instrument,
    side: side === 'BUY' ? 'buy' : 'sell',
    quantity,
    orderType: orderTypeOf[type],
    // What a market order does not get at once expires there.
    timeInForce: price === null ? 'IOC' : timeInForce,
    expiresAt: Number.MAX_SAFE_INTEGER,
    ...(price === null ? {} : { limitPrice: price }),
    ...(stopPrice === null ? {} : { stopPrice }),
    ...(type === 'LIMIT_MAKER' ? { isPostOnly: true } : {}),
  }
}

const orderTypeOf = {
  LIMIT: 'limit',
  LIMIT_MAKER: 'limit',
  MARKET: 'market',
  STOP_LOSS: 'stop',
  STOP_LOSS_LIMIT: 'stop_limit',
  TAKE_PROFIT: 'market_if_touched',
  TAKE_PROFIT_LIMIT: 'limit_if_touched',
} as const satisfies Record<OrderRequest['type'], PayloadOf<'order.submitted'>['orderType']>

function quantityOf(params: Params, symbol: ListedSymbol, price: string | null): string {
  if (params.has('quoteOrderQty')) {
    const { units, scale } = symbol.instrument.lotSize
    const step = { units: BigInt(units), scale }
    const quote = parseExact(decimal(needed(params, 'quoteOrderQty'), 'quoteOrderQty'))
    if (price === null) throw fault.rejected('Market is closed.')
    const lots = wholeSteps(quote, multiplyExact(parseExact(price), step), 'down')
    const quantity = { units: lots * step.units, scale }
    if (lots <= 0n || isAbove(quantity, symbol.maxQty)) throw fault.filter('LOT_SIZE')
    return fromUnits(lots * step.units, scale)
  }
  return wholeLots(params, 'quantity', symbol)
}

/** A quantity that the filters let pass. Throws a BinanceFault. */
export function wholeLots(params: Params, name: string, symbol: ListedSymbol): string {
  const { units, scale } = symbol.instrument.lotSize
  const step = { units: BigInt(units), scale }
  const exact = parseExact(decimal(needed(params, name), name))
  const lots = wholeSteps(exact, step, 'down')
  const isWhole = compareExact(exact, { units: lots * step.units, scale }) === 0
  if (lots <= 0n || !isWhole || isAbove(exact, symbol.maxQty)) throw fault.filter('LOT_SIZE')
  return fromUnits(lots * step.units, scale)
}

function onGrid(text: string, name: string, { instrument, maxPrice }: ListedSymbol): string {
  const price = decimal(text, name)
  const exact = parseExact(price)
  const { units, scale } = exact
  if (units <= 0n || !isOnTick(price, instrument.tickSize) || isAbove(exact, maxPrice))
    throw fault.filter('PRICE_FILTER')
  return fromUnits(units, scale)
}

const isAbove = (amount: ExactDecimal, most: string): boolean => compareExact(amount, parseExact(most)) > 0
