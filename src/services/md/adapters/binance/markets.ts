import type { RawRecord } from '../raw/raw-record.ts'

/** Spot, USD-margined and coin-margined futures, and the spot market of Binance.US. */
export const binanceMarkets = ['spot', 'usdm', 'cm', 'us'] as const
export type BinanceMarket = (typeof binanceMarkets)[number]

/** The market that a name of the venue means. */
export function marketNamed(name: string): BinanceMarket | undefined {
  if (/us$/.test(name) && !/plus$/.test(name)) return 'us'
  if (/(usdm|usd-m|usdt-m|futures|fapi|perp)$/.test(name)) return 'usdm'
  if (/(cm|coinm|coin-m|delivery|dapi)$/.test(name)) return 'cm'
  return /spot$/.test(name) ? 'spot' : undefined
}

/** The only market that has such a symbol: `BTCUSD_PERP` and `BTCUSD_240927` are margined in the coin, `BTCUSDT_240927` in dollars. */
export function marketOfSymbol(symbol: string): BinanceMarket | undefined {
  if (/USD_(PERP|\d{6})$/.test(symbol)) return 'cm'
  return /_\d{6}$/.test(symbol) ? 'usdm' : undefined
}

/** The market that a recording is of: by its addresses, or by the fields that only its frames have; spot where nothing tells. */
export function marketIn(records: Iterable<RawRecord>): BinanceMarket {
  for (const record of records) {
    const address = record.kind === 'answer' || record.kind === 'opened' ? record.url : ''
    if (/fstream|fapi/.test(address)) return 'usdm'
    if (/dstream|dapi/.test(address)) return 'cm'
    if (/binance\.us\b/.test(address)) return 'us'
    if (/api\.binance|stream\.binance|data-stream/.test(address)) return 'spot'
    if (record.kind !== 'frame') continue
    if (/"ps":"|"pair":"|_perp@|"s":"[A-Z0-9]+_PERP"/.test(record.text)) return 'cm'
    if (/"pu":\d|"e":"bookTicker"/.test(record.text)) return record.text.includes('"ps":"') ? 'cm' : 'usdm'
  }
  return 'spot'
}
