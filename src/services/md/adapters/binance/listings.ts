import { shortest } from '../decimal-text.ts'
import type { Listed } from '../import-plan.ts'
import { type Frame, isObject, listOf } from '../normalize/read-fields.ts'
import { quoteCurrencyOf } from '../quote-currency.ts'
import type { BinanceMarket } from './markets.ts'

/** `BTCUSDT.BINANCE` on the spot market, `BTCUSDT-PERP.BINANCE` and `BTCUSDT_240927.BINANCE` on the others, `….BINANCE_US` in the States. */
export function binanceListing(symbol: string, market: BinanceMarket): Listed {
  if (market === 'spot' || market === 'us') {
    const venue = market === 'us' ? 'BINANCE_US' : 'BINANCE'
    return { instrument: `${symbol}.${venue}`, kind: 'spot', currency: quoteCurrencyOf(symbol) }
  }
  const [, pair = symbol, date] = /^([A-Z0-9]+)_(\d{6})$/.exec(symbol) ?? []
  const settled = settledIn(pair.replace(/_PERP$/, ''), market)
  if (date === undefined)
    return { instrument: `${symbol.replace(/_PERP$/, '')}-PERP.BINANCE`, kind: 'perpetual', ...settled }
  const expiry = `20${date.slice(0, 2)}-${date.slice(2, 4)}-${date.slice(4, 6)}`
  return { instrument: `${symbol}.BINANCE`, kind: 'future', expiry, ...settled }
}

/** Contracts of the coin-margined market, whose names are BTCUSD and the like, are settled in the coin; each is worth 100 USD of bitcoin, 10 of any other coin. */
function settledIn(pair: string, market: BinanceMarket): Pick<Listed, 'currency' | 'isInverse' | 'multiplier'> {
  const [, coin] = market === 'cm' ? (/^([A-Z][A-Z0-9]*)USD$/.exec(pair) ?? []) : []
  return coin === undefined
    ? { currency: quoteCurrencyOf(pair) }
    : { currency: coin, isInverse: true, multiplier: coin === 'BTC' ? '100' : '10' }
}

/** The listings of an answer of exchangeInfo, by symbol, with the steps of prices and sizes. What has no steps is left to its prices. */
export function listingsOf(body: Frame, market: BinanceMarket): Map<string, Listed> {
  const listings = new Map<string, Listed>()
  for (const one of listOf(body, 'symbols')) {
    if (!isObject(one) || typeof one.symbol !== 'string' || !isSymbol(one.symbol)) continue
    const filters = Array.isArray(one.filters) ? one.filters.filter(isObject) : []
    const step = (type: string, field: string): string | undefined => {
      const text = filters.find(({ filterType }) => filterType === type)?.[field]
      return typeof text === 'string' && /^\d{1,12}(\.\d{1,18})?$/.test(text) && Number(text) > 0
        ? shortest(text)
        : undefined
    }
    const size = one.contractSize
    listings.set(one.symbol, {
      ...binanceListing(one.symbol, market),
      tickSize: step('PRICE_FILTER', 'tickSize'),
      lotSize: step('LOT_SIZE', 'stepSize'),
      ...(typeof size === 'number' && Number.isSafeInteger(size) && size > 0 ? { multiplier: String(size) } : {}),
      ...currencyIn(market === 'cm' ? one.marginAsset : one.quoteAsset),
    })
  }
  return listings
}

const currencyIn = (asset: unknown): { currency?: string } =>
  typeof asset === 'string' && /^[A-Z][A-Z0-9]{0,15}$/.test(asset) ? { currency: asset } : {}

export const isSymbol = (symbol: string): boolean => /^[A-Z0-9]{2,32}(_[A-Z0-9]{1,8})?$/.test(symbol)
