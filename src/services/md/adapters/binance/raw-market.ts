import { readChunks } from '#lib/files/read-chunks.ts'
import { textLines } from '#lib/files/text-lines.ts'
import type { Listed } from '../import-plan.ts'
import { quoteCurrencyOf } from '../quote-currency.ts'

/** Spot, USD-margined and coin-margined futures. */
export const binanceMarkets = ['spot', 'usdm', 'cm'] as const
export type BinanceMarket = (typeof binanceMarkets)[number]

/** Which market a recording is of, by the fields that only its frames have; spot where the first 2,000 lines have none. */
export function binanceMarketOf(file: string): BinanceMarket {
  let number = 0
  for (const line of textLines(readChunks(file))) {
    if (/"ps":"|"pair":"|_perp@|"s":"[A-Z0-9]+_PERP"/.test(line)) return 'cm'
    if (/"pu":\d|"e":"bookTicker"/.test(line)) return line.includes('"ps":"') ? 'cm' : 'usdm'
    if (++number === 2_000) break
  }
  return 'spot'
}

/** `BTCUSDT.BINANCE` on the spot market, `BTCUSDT-PERP.BINANCE` and `BTCUSDT_240927.BINANCE` on the others. */
export function binanceListing(symbol: string, market: BinanceMarket): Listed {
  if (market === 'spot') return { instrument: `${symbol}.BINANCE`, kind: 'spot', currency: quoteCurrencyOf(symbol) }
  const [, pair = symbol, date] = /^([A-Z0-9]+)_(\d{6})$/.exec(symbol) ?? []
  const currency = quoteCurrencyOf(pair)
  if (date === undefined)
    return { instrument: `${symbol.replace(/_PERP$/, '')}-PERP.BINANCE`, kind: 'perpetual', currency }
  const expiry = `20${date.slice(0, 2)}-${date.slice(2, 4)}-${date.slice(4, 6)}`
  return { instrument: `${symbol}.BINANCE`, kind: 'future', currency, expiry }
}
