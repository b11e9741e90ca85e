import { greeksOf } from '#lib/options/black-scholes-merton.ts'
import { impliedVolatility, type VolatilityFault } from '#lib/options/implied-volatility.ts'
import type { OptionTerms } from '#lib/options/option-terms.ts'

export type Sides = { readonly bid: number | null; readonly ask: number | null }
export type QuoteVolatility =
  | { readonly status: 'ok'; readonly volatility: number; readonly delta: number }
  | { readonly status: 'no_two_sided_quote' | VolatilityFault }

/** The middle of a quote with a bid above zero and an ask that is not below it; null of any other. */
export const middleOfSides = ({ bid, ask }: Sides): number | null =>
  bid !== null && ask !== null && bid > 0 && ask >= bid ? (bid + ask) / 2 : null

/** Spread in percent of the middle; null without a middle. */
export function spreadPercent(sides: Sides): number | null {
  const middle = middleOfSides(sides)
  return middle === null ? null : (100 * ((sides.ask as number) - (sides.bid as number))) / middle
}

/** Volatility and delta that the middle of a quote implies, by Black, Scholes and Merton. [C6] */
export function quoteVolatility(terms: Omit<OptionTerms, 'volatility'>, sides: Sides): QuoteVolatility {
  const middle = middleOfSides(sides)
  if (middle === null) return { status: 'no_two_sided_quote' }
  const found = impliedVolatility(terms, middle)
  if ('error' in found) return { status: found.error }
  const { volatility } = found
  return { status: 'ok', volatility, delta: greeksOf({ ...terms, volatility }).delta }
}
