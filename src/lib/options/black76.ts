import { greeksOf } from './black-scholes-merton.ts'
import { type ImpliedVolatility, impliedVolatility } from './implied-volatility.ts'
import { type OptionTerms, termsFault } from './option-terms.ts'

/** An option on a forward or future. */
export type ForwardTerms = Omit<OptionTerms, 'spot' | 'yield'> & { readonly forward: number }

/** Price, discounted, and derivatives: delta and gamma by the forward, per 1.00 of volatility and rate, per year of time. */
export type ForwardGreeks = {
  readonly price: number
  readonly delta: number
  readonly gamma: number
  readonly vega: number
  readonly theta: number
  /** -years * price: the forward does not move with the rate. */
  readonly rho: number
}

/** Black (1976): Black, Scholes and Merton's with the forward as the asset, whose yield is the rate. Throws a RangeError on bad terms. */
export function forwardGreeksOf(terms: ForwardTerms): ForwardGreeks {
  const asset = assetTerms(terms)
  const fault = termsFault(asset)
  if (fault !== null) throw new RangeError(fault.replace(/^spot/, 'forward'))
  const { price, delta, gamma, vega, theta } = greeksOf(asset)
  return { price, delta, gamma, vega, theta, rho: -terms.years * price }
}

const assetTerms = ({ forward, ...terms }: ForwardTerms): OptionTerms => ({
  ...terms,
  spot: forward,
  yield: terms.rate,
})

/**
 * An inverse option, quoted and settled in the coin that its strike is not in (Deribit's BTC and ETH options): the price is Black's at rate 0
 * over the forward. Delta, gamma, vega and theta are of the value in the strike's currency, as Deribit shows them.
 */
export type InverseGreeks = {
  /** In coin per contract of one coin. */
  readonly price: number
  readonly delta: number
  /** The coins to sell for a hedge of the value in the strike's currency when the premium was paid in coin: delta - price. */
  readonly deltaNetOfPremium: number
  readonly gamma: number
  readonly vega: number
  readonly theta: number
}

/** Throws a RangeError on bad terms. */
export function inverseGreeksOf(terms: Omit<ForwardTerms, 'rate'>): InverseGreeks {
  const { price, delta, gamma, vega, theta } = forwardGreeksOf({ ...terms, rate: 0 })
  const inCoin = price / terms.forward
  return { price: inCoin, delta, deltaNetOfPremium: delta - inCoin, gamma, vega, theta }
}

/** The volatility of an inverse option whose price is in coin: that of its value in the strike's currency at rate 0. */
export const inverseVolatility = (
  { forward, ...terms }: Omit<ForwardTerms, 'rate' | 'volatility'>,
  price: number,
): ImpliedVolatility => impliedVolatility({ ...terms, spot: forward, rate: 0, yield: 0 }, price * forward)
