import { fault } from './binance-fault.ts'
import { type ListedSymbol, symbolInfo } from './listed-symbol.ts'
import { needed, type Params, wholeNumber } from './request-params.ts'
import type { Served } from './rest-routes.ts'

/** The listing that a request names. Throws a BinanceFault. */
export function symbolNamed({ venue }: Served, params: Params): ListedSymbol {
  const symbol = venue.symbols.get(needed(params, 'symbol'))
  if (symbol === undefined) throw fault.symbol()
  return symbol
}

export const exchangeInfo = (served: Served, params: Params) => ({
  timezone: 'UTC',
  serverTime: served.nowMs(),
  rateLimits: served.limits.all,
  exchangeFilters: [],
  symbols: symbolsNamed(served, params).map(symbolInfo),
})

export const tickerPrice = (served: Served, params: Params) =>
  ofEach(served, params, ({ symbol, instrument: { instrument } }) => {
    const { market } = served.venue
    return { symbol, price: market.last(instrument)?.price ?? market.best(instrument).bid ?? '0' }
  })

export const tickerBook = (served: Served, params: Params) =>
  ofEach(served, params, ({ symbol, instrument: { instrument } }) => {
    const { bid, bidSize, ask, askSize } = served.venue.market.best(instrument)
    const zero = '0.00000000'
    return { symbol, bidPrice: bid ?? zero, bidQty: bidSize ?? zero, askPrice: ask ?? zero, askQty: askSize ?? zero }
  })

/** The venue knows the top of the book; that is the depth it has, whatever limit is asked for. */
export function depth(served: Served, params: Params) {
  limitIn(params, 100)
  const { market } = served.venue
  const { bid, bidSize, ask, askSize } = market.best(symbolNamed(served, params).instrument.instrument)
  const side = (price: string | null, size: string | null) => (price === null ? [] : [[price, size ?? '0']])
  return { lastUpdateId: market.updateId, bids: side(bid, bidSize), asks: side(ask, askSize) }
}

/** How many are asked for, at least one. Throws a BinanceFault. */
export function limitIn(params: Params, usual: number): number {
  const text = params.get('limit')
  const limit = text === undefined ? usual : wholeNumber(text, 'limit')
  if (limit === 0) throw fault.invalid('limit')
  return limit
}

/** One answer for `symbol`, a list for `symbols` or none. */
function ofEach(served: Served, params: Params, answer: (symbol: ListedSymbol) => unknown): unknown {
  const all = symbolsNamed(served, params).map(answer)
  return params.has('symbol') ? all[0] : all
}

function symbolsNamed(served: Served, params: Params): ListedSymbol[] {
  const list = params.get('symbols')
  if (params.has('symbol') && list !== undefined) throw fault.combination()
  if (params.has('symbol')) return [symbolNamed(served, params)]
  if (list === undefined) return [...served.venue.symbols.values()]
  const range = String.raw`^\[("[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}){0,1}\]$`
  if (!new RegExp(range).test(list)) throw fault.illegal('symbols', range)
  return (JSON.parse(list) as string[]).map((symbol) => symbolNamed(served, new Map([['symbol', symbol]])))
}
