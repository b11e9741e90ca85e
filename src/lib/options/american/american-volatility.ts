import type { ImpliedVolatility } from '../implied-volatility.ts'
import { type OptionTerms, termsFault } from '../option-terms.ts'
import { priceAmerican } from './american-price.ts'

const mostVolatility = 10

/**
 * The volatility at which the American price (Andersen, Lake and Offengenden, 2016) is `price`, by bisection: it rises with the volatility. At
 * what exercising now brings there is none: every volatility below some has that price.
 */
export function americanVolatility(terms: Omit<OptionTerms, 'volatility'>, price: number): ImpliedVolatility {
  const { right, spot, strike, years } = terms
  if (termsFault({ ...terms, volatility: 0 }) !== null || years === 0 || !Number.isFinite(price))
    return { error: 'invalid', value: price, limit: 0 }
  const priceAt = (volatility: number) => priceAmerican({ ...terms, volatility })
  const exercised = Math.max(0, right === 'call' ? spot - strike : strike - spot)
  if (price <= exercised) return { error: 'below_intrinsic', value: price, limit: exercised }
  const most = priceAt(mostVolatility)
  if (price >= most) return { error: 'above_max', value: price, limit: most }
  let [low, high] = [1e-4, mostVolatility]
  const least = priceAt(low)
  if (Math.abs(price - least) <= 1e-12 * least) return { volatility: 0 }
  if (price < least) return { error: 'below_intrinsic', value: price, limit: least }
  for (let i = 0; i < 60 && high - low > 1e-12 * high; i++) {
    const middle = (low + high) / 2
    if (priceAt(middle) < price) low = middle
    else high = middle
  }
  return { volatility: (low + high) / 2 }
}
