import { existsSync } from 'node:fs'
import { csvCells } from '#lib/files/csv-cells.ts'
import { fileLines } from '#lib/files/file-lines.ts'
import { decimalText, shortest } from '../decimal-text.ts'
import { quoteCurrencyOf } from '../quote-currency.ts'
import type { LeanPath } from './lean-path.ts'

/** What must be known to size and price an instrument; what is not known is left out. */
export type InstrumentTerms = {
  readonly tickSize?: string
  readonly lotSize?: string
  readonly multiplier?: string
  /** What it pays in, the coin where `isInverse`. */
  readonly currency?: string
  readonly isInverse?: true
}

/** LEAN's symbol-properties database, by `market,symbol,type`; empty where it does not lie beside the files. */
export type SymbolProperties = ReadonlyMap<string, InstrumentTerms>

export function readSymbolProperties(root: string): SymbolProperties {
  const base = `${root}/symbol-properties/symbol-properties-database.csv`
  const file = [base, `${base}.gz`].find((path) => existsSync(path))
  return file === undefined ? new Map() : readPropertiesFile(file)
}

/** The database itself. */
export function readPropertiesFile(file: string): SymbolProperties {
  const properties = new Map<string, InstrumentTerms>()
  for (const line of fileLines(file)) {
    if (line.startsWith('#') || line.startsWith('market,')) continue
    const [market = '', symbol = '', type = '', , currency = '', multiplier = '', tickSize = '', lotSize = ''] =
      csvCells(line, ',')
    if (symbol === '' || type === '') continue
    properties.set(`${market},${symbol},${type}`.toLowerCase(), {
      ...(currency === '' ? {} : { currency: currency.toUpperCase() }),
      ...(type === 'cryptofuture' ? settledInCoin(market, symbol) : {}),
      ...step('multiplier', multiplier),
      ...step('tickSize', tickSize),
      ...step('lotSize', lotSize),
    })
  }
  return properties
}

/** From the database, its `[*]` row of the market, and where both are silent from what is usual for the type. */
export function termsOf(
  properties: SymbolProperties,
  { market, ticker, type }: Pick<LeanPath, 'market' | 'ticker' | 'type'>,
): InstrumentTerms {
  const listed = properties.get(`${market},${ticker},${type}`) ?? properties.get(`${market},[*],${type}`)
  // An option on a future is for one future: its terms are the future's.
  const future = type === 'futureoption' ? properties.get(`${market},${ticker},future`) : undefined
  return { ...usual[type], ...currencyOf(market, ticker, type), ...future, ...listed }
}

const share = { tickSize: '0.01', lotSize: '1', multiplier: '1', currency: 'USD' }
const usual: Readonly<Record<LeanPath['type'], InstrumentTerms>> = {
  equity: share,
  option: { ...share, multiplier: '100' },
  index: share,
  indexoption: { ...share, tickSize: '0.05', multiplier: '100' },
  future: { lotSize: '1', multiplier: '1', currency: 'USD' },
  futureoption: { lotSize: '1', multiplier: '1', currency: 'USD' },
  forex: { tickSize: '0.00001', lotSize: '1', multiplier: '1' },
  cfd: { lotSize: '1', multiplier: '1' },
  crypto: { lotSize: '0.00000001', multiplier: '1' },
  cryptofuture: { lotSize: '0.001', multiplier: '1' },
}

/** `eurusd` is priced in USD, `btcusdt` in USDT. */
function currencyOf(market: string, ticker: string, type: LeanPath['type']): InstrumentTerms {
  if (market === 'india') return { currency: 'INR' }
  if (type !== 'forex' && type !== 'cfd' && type !== 'crypto' && type !== 'cryptofuture') return {}
  const quoted = { currency: quoteCurrencyOf(ticker.toUpperCase()) }
  if (type !== 'cryptofuture') return quoted
  const settled = settledInCoin(market, ticker)
  const multiplier = settled.currency === 'BTC' ? '100' : '10'
  return { ...quoted, ...settled, ...(settled.isInverse && market === 'binance' ? { multiplier } : {}) }
}

/** A contract of Binance or Bybit that is priced in USD is worth so many USD and pays in its coin; dYdX has dollars. */
function settledInCoin(market: string, symbol: string): InstrumentTerms {
  const [, coin] = /^([A-Z0-9]+)USD$/.exec(symbol.toUpperCase()) ?? []
  const isInverse = coin !== undefined && /^(binance|bybit)$/i.test(market)
  return isInverse ? { currency: coin, isInverse } : {}
}

function step(name: 'multiplier' | 'tickSize' | 'lotSize', cell: string): InstrumentTerms {
  const text = decimalText(cell.trim())
  return text !== null && Number(text) > 0 ? { [name]: shortest(text) } : {}
}
