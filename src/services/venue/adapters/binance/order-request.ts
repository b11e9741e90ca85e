import { compareExact, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { fromUnits } from '#lib/domain/decimal.ts'
import { isOnTick } from '#lib/domain/tick-size.ts'
import { wholeSteps } from '#lib/domain/whole-steps.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { unsignedDecimalPattern } from '#schemas/primitives.ts'
import { fault } from './binance-fault.ts'
import { type ListedSymbol, orderTypes } from './listed-symbol.ts'

export type Params = ReadonlyMap<string, string>

/** `POST /api/v3/order`, checked by Binance's rules. */
export type OrderRequest = {
  readonly symbol: ListedSymbol
  readonly side: 'BUY' | 'SELL'
  readonly type: (typeof orderTypes)[number]
  readonly timeInForce: 'GTC' | 'IOC' | 'FOK'
  readonly quantity: string
  readonly price: string | null
  readonly stopPrice: string | null
  readonly clientOrderId: string | null
}

/** `bestAsk`: what a market order by `quoteOrderQty` is sized with. Throws a BinanceFault. */
export function orderRequest(
  params: Params,
  symbol: ListedSymbol,
  best: { bid: string | null; ask: string | null },
): OrderRequest {
  const side = oneOf(needed(params, 'side'), ['BUY', 'SELL'] as const) ?? raise(fault.side())
  const type = oneOf(needed(params, 'type'), orderTypes) ?? raise(fault.orderType())
  const isLimit = type === 'LIMIT' || type === 'STOP_LOSS_LIMIT' || type === 'TAKE_PROFIT_LIMIT'
  const hasPrice = isLimit || type === 'LIMIT_MAKER'
  const hasStop = type !== 'LIMIT' && type !== 'LIMIT_MAKER' && type !== 'MARKET'
  if (isLimit && !params.has('timeInForce')) throw fault.mandatory('timeInForce')
  if (!isLimit && params.has('timeInForce')) throw fault.notRequired('timeInForce')
  const timeInForce = oneOf(params.get('timeInForce') ?? 'GTC', ['GTC', 'IOC', 'FOK'] as const)
  if (timeInForce === null) throw fault.timeInForce()
  if (!hasPrice && params.has('price')) throw fault.notRequired('price')
  if (hasStop && params.has('trailingDelta')) throw fault.notRequired('trailingDelta')
  const price = hasPrice ? onGrid(needed(params, 'price'), 'price', symbol) : null
  const stopPrice = hasStop ? onGrid(needed(params, 'stopPrice'), 'stopPrice', symbol) : null
  const clientOrderId = params.get('newClientOrderId') ?? null
  if (clientOrderId !== null && !/^[.A-Z:/a-z0-9_-]{1,36}$/.test(clientOrderId)) throw fault.illegal('newClientOrderId')
  const quantity = quantityOf(params, symbol, type, side === 'BUY' ? best.ask : best.bid)
  return { symbol, side, type, timeInForce, quantity, price, stopPrice, clientOrderId }
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

/** A parameter that must be there. Throws a BinanceFault. */
export function needed(params: Params, name: string): string {
  const value = params.get(name)
  if (value === undefined || value === '') throw fault.mandatory(name)
  return value
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

function quantityOf(params: Params, symbol: ListedSymbol, type: OrderRequest['type'], price: string | null): string {
  const { units, scale } = symbol.instrument.lotSize
  const step = { units: BigInt(units), scale }
  if (type === 'MARKET' && params.has('quoteOrderQty') && !params.has('quantity')) {
    const quote = parseExact(decimal(needed(params, 'quoteOrderQty'), 'quoteOrderQty'))
    if (price === null) throw fault.rejected('Market is closed.')
    const lots = wholeSteps(quote, multiplyExact(parseExact(price), step), 'down')
    if (lots <= 0n) throw fault.filter('LOT_SIZE')
    return fromUnits(lots * step.units, scale)
  }
  const exact = parseExact(decimal(needed(params, 'quantity'), 'quantity'))
  const lots = wholeSteps(exact, step, 'down')
  const isWhole = compareExact(exact, { units: lots * step.units, scale }) === 0
  if (lots <= 0n || !isWhole || lots > BigInt(Number.MAX_SAFE_INTEGER)) throw fault.filter('LOT_SIZE')
  return fromUnits(lots * step.units, scale)
}

function onGrid(text: string, name: string, { instrument }: ListedSymbol): string {
  const price = decimal(text, name)
  const { units, scale } = parseExact(price)
  if (units <= 0n || !isOnTick(price, instrument.tickSize)) throw fault.filter('PRICE_FILTER')
  return fromUnits(units, scale)
}

function decimal(text: string, name: string): string {
  if (text.length > 40 || !unsignedDecimalPattern.test(text)) throw fault.illegal(name)
  return text
}

const oneOf = <T extends string>(text: string, known: readonly T[]): T | null =>
  known.find((one) => one === text) ?? null

function raise(error: Error): never {
  throw error
}
