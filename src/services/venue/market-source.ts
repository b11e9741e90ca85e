import type { Exchange } from './exchange.ts'

/** What fills orders in an instrument: options have no bars, so quotes do, whatever the profile; bars fill what has no ticks. [V8] [V18] [V44] */
export function fillsByTicks({ config, listings, quotes, traded }: Exchange, instrument: string): boolean {
  if (listings.get(instrument)?.kind === 'option') return true
  return config.fill === 'touch' && (quotes.has(instrument) || traded.has(instrument))
}

/** Do trades fill orders in it, since nothing else is shown of it? [V44] */
export const fillsByTrades = ({ quotes, books, others, traded }: Exchange, instrument: string): boolean =>
  traded.has(instrument) && !quotes.has(instrument) && !books.has(instrument) && !others.has(instrument)

/** May quotes of the instrument ever fill an order? Only then are they kept. */
export const keepsQuotes = ({ config, listings }: Exchange, instrument: string): boolean =>
  config.fill === 'touch' || listings.get(instrument)?.kind === 'option'
