import { priceEuropean } from '../black-scholes-merton.ts'
import { checkTerms, type OptionTerms } from '../option-terms.ts'

/**
 * American price on a binomial lattice (Cox, Ross and Rubinstein, 1979) with Black and Scholes' price in the last step, extrapolated from two
 * sizes (Broadie and Detemple, 1996: BBSR). Holds for every sign of rate and yield. Cost grows with the square of `steps`, an even number.
 * Throws a RangeError on bad terms.
 */
export function latticePrice(terms: OptionTerms, steps = 500): number {
  checkTerms(terms)
  const { right, spot, strike, years, volatility } = terms
  if (years === 0 || volatility === 0) return certainPrice(terms)
  // Drift that outruns volatility in one step would need probabilities beyond 0 and 1; there chance hardly matters.
  const drift = Math.abs(terms.rate - terms.yield)
  if (drift * Math.sqrt((2 * years) / steps) >= volatility) return Math.max(certainPrice(terms), priceEuropean(terms))
  const extrapolated = 2 * onLattice(terms, steps) - onLattice(terms, steps / 2)
  return Math.max(extrapolated, right === 'call' ? spot - strike : strike - spot, 0)
}

/** Without chance: the best of the discounted payoffs along the one path. */
function certainPrice({ right, spot, strike, years, rate, yield: q }: OptionTerms): number {
  const sign = right === 'call' ? 1 : -1
  const worth = (t: number) => sign * (spot * Math.exp(-q * t) - strike * Math.exp(-rate * t))
  // The one extremum inside: q S exp(-q t) = r K exp(-r t).
  const ratio = (q * spot) / (rate * strike)
  const inside = ratio > 0 && q !== rate ? Math.log(ratio) / (q - rate) : 0
  return Math.max(0, worth(0), worth(years), inside > 0 && inside < years ? worth(inside) : 0)
}

function onLattice(terms: OptionTerms, n: number): number {
  const { right, spot, strike, years, volatility, rate, yield: q } = terms
  const dt = years / n
  const up = Math.exp(volatility * Math.sqrt(dt))
  const p = (Math.exp((rate - q) * dt) - 1 / up) / (up - 1 / up)
  const discount = Math.exp(-rate * dt)
  const [toUp, toDown] = [discount * p, discount * (1 - p)]
  const sign = right === 'call' ? 1 : -1
  const step = up * up
  const values = new Float64Array(n)
  let price = spot * up ** -(n - 1)
  for (let i = 0; i < n; i++, price *= step)
    values[i] = Math.max(sign * (price - strike), priceEuropean({ ...terms, spot: price, years: dt }))
  for (let m = n - 2; m >= 0; m--) {
    price = spot * up ** -m
    for (let i = 0; i <= m; i++, price *= step) {
      const waits = toUp * (values[i + 1] as number) + toDown * (values[i] as number)
      values[i] = Math.max(waits, sign * (price - strike))
    }
  }
  return values[0] as number
}
