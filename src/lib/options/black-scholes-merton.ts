import { normalCdf, normalDensity } from './normal.ts'
import { normalisedBlack } from './normalised-black.ts'
import { checkTerms, type OptionTerms } from './option-terms.ts'

/** Price and derivatives, as CONVENTIONS of the field have them: per 1.00 of volatility, rate and yield, per year of time. */
export type Greeks = {
  readonly price: number
  /** dV/dS */
  readonly delta: number
  /** d2V/dS2 */
  readonly gamma: number
  /** dV/dvolatility */
  readonly vega: number
  /** dV/dt: what a year that passes does. */
  readonly theta: number
  /** dV/dr */
  readonly rho: number
  /** dV/dq */
  readonly phi: number
  /** d2V/dS dvolatility */
  readonly vanna: number
  /** d2V/dvolatility2 */
  readonly volga: number
  /** d delta/dt */
  readonly charm: number
  /** d3V/dS3 */
  readonly speed: number
  /** dV/dK */
  readonly dualDelta: number
  /** Risk-neutral probability to end in the money: N(d2) of a call, N(-d2) of a put. */
  readonly itmProbability: number
}

/** Black, Scholes and Merton (1973). Expired it is the payoff; without volatility the discounted payoff of the forward. Throws a RangeError on bad terms. */
export function priceEuropean(terms: OptionTerms): number {
  checkTerms(terms)
  const { right, spot, strike, years, volatility, rate, yield: q } = terms
  const drift = (rate - q) * years
  const x = Math.log(spot / strike) + drift
  const asset = spot * Math.exp(-q * years)
  const cash = strike * Math.exp(-rate * years)
  const outOfMoney = Math.sqrt(asset * cash) * normalisedBlack(-Math.abs(x), volatility * Math.sqrt(years))
  const intrinsic = right === 'call' ? asset - cash : cash - asset
  return outOfMoney + Math.max(0, intrinsic)
}

/** Price and twelve greeks in closed form (Haug, The Complete Guide to Option Pricing Formulas, 2nd ed.). Throws a RangeError on bad terms. */
export function greeksOf(terms: OptionTerms): Greeks {
  const price = priceEuropean(terms)
  const { right, spot, strike, years, volatility, rate, yield: q } = terms
  const sign = right === 'call' ? 1 : -1
  const s = volatility * Math.sqrt(years)
  const x = Math.log(spot / strike) + (rate - q) * years
  if (s < 1e-100) return withoutChance(terms, price, sign, x)

  const d1 = x / s + s / 2
  const d2 = d1 - s
  const assetDiscount = Math.exp(-q * years)
  const discount = Math.exp(-rate * years)
  const density = normalDensity(d1)
  const n1 = normalCdf(sign * d1)
  const n2 = normalCdf(sign * d2)
  const delta = sign * assetDiscount * n1
  const gamma = (assetDiscount * density) / (spot * s)
  const vega = spot * assetDiscount * density * Math.sqrt(years)
  const decay = (spot * assetDiscount * density * volatility) / (2 * Math.sqrt(years))
  const carry = rate - q
  return {
    price,
    delta,
    gamma,
    vega,
    theta: -decay + sign * (q * spot * assetDiscount * n1 - rate * strike * discount * n2),
    rho: sign * strike * years * discount * n2,
    phi: -sign * spot * years * assetDiscount * n1,
    vanna: (-assetDiscount * density * d2) / volatility,
    volga: (vega * d1 * d2) / volatility,
    charm: q * delta - assetDiscount * density * (carry / s - d2 / (2 * years)),
    speed: (-gamma / spot) * (d1 / s + 1),
    dualDelta: -sign * discount * n2,
    itmProbability: n2,
  }
}

/** Expired, or without volatility: in the money for certain, or not at all; on the strike it is a half. */
function withoutChance(
  { spot, strike, years, rate, yield: q }: OptionTerms,
  price: number,
  sign: 1 | -1,
  x: number,
): Greeks {
  const share = x === 0 ? 0.5 : sign * x > 0 ? 1 : 0
  const asset = share * Math.exp(-q * years)
  const cash = share * Math.exp(-rate * years)
  const lives = years > 0 ? sign : 0
  return {
    price,
    delta: sign * asset,
    gamma: 0,
    vega: 0,
    theta: lives * (q * spot * asset - rate * strike * cash),
    rho: sign * strike * years * cash,
    phi: -sign * spot * years * asset,
    vanna: 0,
    volga: 0,
    charm: lives * q * asset,
    speed: 0,
    dualDelta: -sign * cash,
    itmProbability: share,
  }
}
