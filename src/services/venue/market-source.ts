import type { Exchange } from './exchange.ts'

/** What fills orders in an instrument: options have no bars, so quotes do, whatever the profile. [V8] [V18] */
export function fillsByQuotes({ config, listings, quotes }: Exchange, instrument: string): boolean {
  if (listings.get(instrument)?.kind === 'option') return true
  return config.fill === 'touch' && quotes.has(instrument)
}

/** May quotes of the instrument ever fill an order? Only then are they kept. */
export const keepsQuotes = ({ config, listings }: Exchange, instrument: string): boolean =>
  config.fill === 'touch' || listings.get(instrument)?.kind === 'option'
