import { priceEuropean } from '../black-scholes-merton.ts'
import { normalCdf } from '../normal.ts'
import { checkTerms, type OptionTerms } from '../option-terms.ts'

/** Bjerksund and Stensland's approximation (1993): a flat exercise boundary, so a lower bound of the American price. Throws a RangeError on bad terms. */
export function bjerksundStensland(terms: OptionTerms): number {
  checkTerms(terms)
  const european = priceEuropean(terms)
  const { right, spot, strike, years, volatility, rate, yield: q } = terms
  if (years === 0 || volatility === 0) return Math.max(european, right === 'call' ? spot - strike : strike - spot)
  const price =
    right === 'call'
      ? callPrice(spot, strike, years, volatility, rate, rate - q)
      : callPrice(strike, spot, years, volatility, q, q - rate)
  return price === null ? european : Math.max(price, european)
}

/** The flat boundary of a call, per unit of strike; `carry` = r - q. Infinite where it is never exercised early. */
export function flatBoundary(years: number, volatility: number, rate: number, carry: number): number {
  if (carry >= rate) return Number.POSITIVE_INFINITY
  const variance = volatility * volatility
  const ratio = carry / variance - 0.5
  const beta = -ratio + Math.sqrt(ratio * ratio + (2 * rate) / variance)
  const forever = beta / (beta - 1)
  const atOnce = Math.max(1, rate / (rate - carry))
  const h = (-(carry * years + 2 * volatility * Math.sqrt(years)) * atOnce) / (forever - atOnce)
  return atOnce + (forever - atOnce) * (1 - Math.exp(h))
}

/** Null where a call is never exercised early. */
function callPrice(
  S: number,
  K: number,
  years: number,
  volatility: number,
  rate: number,
  carry: number,
): number | null {
  const boundary = K * flatBoundary(years, volatility, rate, carry)
  if (!(boundary < Number.POSITIVE_INFINITY)) return null
  if (S >= boundary) return S - K
  const variance = volatility * volatility
  const ratio = carry / variance - 0.5
  const beta = -ratio + Math.sqrt(ratio * ratio + (2 * rate) / variance)
  const s = volatility * Math.sqrt(years)
  /** Discounted mean of `factor` * S^gamma at the end, over `trigger`, of paths that did not meet the boundary. */
  const phi = (gamma: number, trigger: number, logOfFactor: number): number => {
    const lambda = (-rate + gamma * carry + 0.5 * gamma * (gamma - 1) * variance) * years
    const d = -(Math.log(S / trigger) + (carry + (gamma - 0.5) * variance) * years) / s
    const kappa = (2 * carry) / variance + 2 * gamma - 1
    const away = Math.log(boundary / S)
    const meets = normalCdf(d - (2 * away) / s)
    const kept = normalCdf(d) - (meets === 0 ? 0 : Math.exp(kappa * away) * meets)
    return Math.exp(logOfFactor + lambda + gamma * Math.log(S)) * kept
  }
  // In logarithms: powers of prices overflow where volatility is low.
  const alpha = Math.log(boundary - K) - beta * Math.log(boundary)
  const k = Math.log(K)
  return (
    Math.exp(alpha + beta * Math.log(S)) -
    phi(beta, boundary, alpha) +
    phi(1, boundary, 0) -
    phi(1, K, 0) -
    phi(0, boundary, k) +
    phi(0, K, k)
  )
}
