import type { Greeks } from '../black-scholes-merton.ts'
import { greeksOf } from '../black-scholes-merton.ts'
import { checkTerms, type OptionTerms } from '../option-terms.ts'
import { priceAmerican } from './american-price.ts'

export type AmericanGreeks = Pick<Greeks, 'price' | 'delta' | 'gamma' | 'vega' | 'theta' | 'rho'>

/**
 * Price and derivatives of the American price, in the units of `Greeks`. What early exercise is worth beside the European price is
 * differentiated by central differences (its boundary and quadrature are smooth), the rest is closed form. Where it is exercised at once: those of the
 * payoff. Throws a RangeError on bad terms.
 */
export function americanGreeks(terms: OptionTerms): AmericanGreeks {
  checkTerms(terms)
  const { right, spot, strike, years, volatility, rate } = terms
  const price = priceAmerican(terms)
  const european = greeksOf(terms)
  const exercised = right === 'call' ? spot - strike : strike - spot
  if (exercised > 0 && price <= exercised)
    return { price, delta: right === 'call' ? 1 : -1, gamma: 0, vega: 0, theta: 0, rho: 0 }
  const { delta, gamma, vega, theta, rho } = european
  if (years === 0 || volatility === 0) return { price, delta, gamma, vega, theta, rho }
  const premium = (changed: Partial<OptionTerms>): number => {
    const all = { ...terms, ...changed }
    return priceAmerican(all) - greeksOf(all).price
  }
  const now = price - european.price
  const slope = (up: number, down: number, step: number) => (up - down) / (2 * step)
  const spotStep = spot * Math.min(1e-3, (volatility * Math.sqrt(years)) / 20)
  const [above, below] = [premium({ spot: spot + spotStep }), premium({ spot: spot - spotStep })]
  const volatilityStep = Math.min(1e-3, volatility / 10)
  const yearsStep = Math.min(1e-3, years / 10)
  const along = (name: 'volatility' | 'years' | 'rate', from: number, step: number) =>
    slope(premium({ [name]: from + step }), premium({ [name]: from - step }), step)
  return {
    price,
    delta: delta + slope(above, below, spotStep),
    gamma: gamma + (above - 2 * now + below) / spotStep ** 2,
    vega: vega + along('volatility', volatility, volatilityStep),
    theta: theta - along('years', years, yearsStep),
    rho: rho + along('rate', rate, 1e-4),
  }
}
