import { priceEuropean } from '../black-scholes-merton.ts'
import { normalCdf } from '../normal.ts'
import { checkTerms, type OptionTerms } from '../option-terms.ts'
import { type ExerciseBoundary, exerciseBoundary, type UnitPut } from './exercise-boundary.ts'
import { gaussLegendre } from './gauss-legendre.ts'
import { latticePrice } from './lattice.ts'

/**
 * American price: European price and the integral of what early exercise earns along the boundary of Andersen, Lake and Offengenden (2016), about
 * 1e-7 of the strike from the truth. A call is the put with spot and strike, rate and yield exchanged (McDonald and Schroder, 1998). Where yield <
 * rate < 0 there are two boundaries, and where the iteration does not settle: then Leisen and Reimer's lattice. Throws a RangeError on bad terms.
 */
export function priceAmerican(terms: OptionTerms): number {
  checkTerms(terms)
  const { right, spot, strike, years, volatility, rate, yield: q } = terms
  if (years === 0 || volatility === 0) return latticePrice(terms)
  const european = priceEuropean(terms)
  const put = right === 'put' ? { spot, strike, rate, q } : { spot: strike, strike: spot, rate: q, q: rate }
  if (put.rate <= 0 && put.q >= put.rate) return european
  const exercised = Math.max(0, put.strike - put.spot)
  const unit = { years, volatility, rate: put.rate, yield: put.q }
  const boundary = put.rate >= 0 ? exerciseBoundary(unit) : null
  if (boundary === null) return Math.max(european, latticePrice(terms))
  const moneyness = put.spot / put.strike
  if (Math.log(moneyness) <= boundary(years)) return exercised
  return Math.max(european + put.strike * premiumOf(moneyness, unit, boundary), exercised)
}

const quadrature = gaussLegendre(64)

/** What early exercise earns: interest on the strike less the yield of the asset, while the asset is below the boundary; strike 1. */
function premiumOf(spot: number, { years, volatility, rate, yield: q }: UnitPut, boundary: ExerciseBoundary): number {
  const { nodes, weights } = quadrature
  let sum = 0
  for (let k = 0; k < nodes.length; k++) {
    const y = (1 + (nodes[k] as number)) / 2
    const t = years * y * y
    const s = volatility * Math.sqrt(t)
    const d1 = (Math.log(spot) - boundary(years - t) + (rate - q) * t) / s + s / 2
    const earns = rate * Math.exp(-rate * t) * normalCdf(s - d1) - q * spot * Math.exp(-q * t) * normalCdf(-d1)
    sum += (weights[k] as number) * years * y * earns
  }
  return sum
}
