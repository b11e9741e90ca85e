import type { Listed } from '../import-plan.ts'
import type { SymbolProperties } from '../lean/symbol-properties.ts'
import type { Read } from './read-listings.ts'

/** LEAN's types that are instruments by their symbol alone; options and their roots come with their chains. */
const kinds: Readonly<Record<string, Listed['kind']>> = {
  equity: 'equity',
  index: 'index',
  forex: 'forex',
  cfd: 'spot',
  crypto: 'spot',
  cryptofuture: 'perpetual',
  future: 'future',
}

/** The instruments of LEAN's symbol-properties database: `ES.CME` for all months of a future, `BTCUSDT-PERP.BINANCE` for a perpetual. */
export function leanProperties(properties: SymbolProperties): Read[] {
  return [...properties].flatMap(([key, terms]) => {
    const [market = '', symbol = '', type = ''] = key.split(',')
    const kind = kinds[type]
    // A row of [*] says what is usual in a market.
    if (kind === undefined || symbol === '[*]') return []
    const name = symbol.toUpperCase().replaceAll(/[^A-Z0-9_:/-]/g, '-')
    const instrument = `${kind === 'perpetual' ? `${name}-PERP` : name}.${market.toUpperCase()}`
    const calendar = kind === 'perpetual' || type === 'crypto' ? '24x7' : market
    return [{ listed: { instrument, kind, ...terms }, calendar }]
  })
}
