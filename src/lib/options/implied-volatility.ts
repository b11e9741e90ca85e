import { normalisedBlack, normalisedComplement, normalisedVega } from './normalised-black.ts'
import { type OptionTerms, termsFault } from './option-terms.ts'

/** Why a price has no volatility. */
export type VolatilityFault = 'invalid' | 'below_intrinsic' | 'above_max'
export type ImpliedVolatility =
  | { readonly volatility: number }
  | { readonly error: VolatilityFault; readonly value: number; readonly limit: number }

/**
 * The volatility at which Black, Scholes and Merton's price is `price`: 0 when it is the discounted intrinsic value to the last digit. Works on
 * the out-of-the-money option of the same strike in the logarithm of its price, so that it converges for every price that has a solution.
 */
export function impliedVolatility(terms: Omit<OptionTerms, 'volatility'>, price: number): ImpliedVolatility {
  const { right, spot, strike, years, rate, yield: q } = terms
  if (
    termsFault({ ...terms, volatility: 0 }) !== null ||
    years === 0 ||
    !(price >= 0) ||
    price === Number.POSITIVE_INFINITY
  )
    return { error: 'invalid', value: price, limit: 0 }
  const asset = spot * Math.exp(-q * years)
  const cash = strike * Math.exp(-rate * years)
  const intrinsic = Math.max(0, right === 'call' ? asset - cash : cash - asset)
  const most = right === 'call' ? asset : cash
  if (price >= most) return { error: 'above_max', value: price, limit: most }
  const timeValue = price - intrinsic
  // Intrinsic value is a difference of two rounded products.
  const rounding = 4 * Number.EPSILON * Math.max(asset, cash)
  if (intrinsic > 0 && Math.abs(timeValue) <= rounding) return { volatility: 0 }
  if (timeValue < 0) return { error: 'below_intrinsic', value: price, limit: intrinsic }
  if (timeValue === 0) return { volatility: 0 }
  const x = -Math.abs(Math.log(spot / strike) + (rate - q) * years)
  const s = totalVolatility(x, timeValue / Math.sqrt(asset) / Math.sqrt(cash))
  return s === null ? { error: 'above_max', value: price, limit: most } : { volatility: s / Math.sqrt(years) }
}

/** Solves normalisedBlack(x, s) = price for s; null when the price is at its bound within rounding. */
function totalVolatility(x: number, price: number): number | null {
  const inflection = Math.sqrt(-2 * x)
  if (price < normalisedBlack(x, inflection)) return solve(0, inflection, inflection, (s) => lowerStep(x, s, price))
  const rest = Math.exp(x / 2) - price
  if (!(rest > 0)) return null
  let high = Math.max(1, 2 * inflection)
  for (; normalisedComplement(x, high) > rest; high *= 2) if (high > 1e4) return null
  return solve(inflection, high, inflection > 0 ? inflection * 1.0000001 : price * Math.sqrt(2 * Math.PI), (s) =>
    upperStep(x, s, rest),
  )
}

type Step = { readonly isHigh: boolean; readonly next: number }

/** Below the inflection 1 / ln(price) is nearly a parabola in s: Newton on it, which needs no good start. */
function lowerStep(x: number, s: number, price: number): Step {
  const value = normalisedBlack(x, s)
  if (!(value > 0)) return { isHigh: false, next: Number.NaN }
  const logValue = Math.log(value)
  const slope = normalisedVega(x, s) / value
  const difference = logValue - Math.log(price)
  return { isHigh: difference > 0, next: s - (difference * logValue) / (slope * Math.log(price)) }
}

/** Above it Newton on the logarithm of what is left to the bound. */
function upperStep(x: number, s: number, rest: number): Step {
  const left = normalisedComplement(x, s)
  const vega = normalisedVega(x, s)
  return { isHigh: left < rest, next: s + (left * Math.log(left / rest)) / vega }
}

/** Newton's steps, kept between two bounds that close in; a step that leaves them is a bisection. */
function solve(low: number, high: number, start: number, stepAt: (s: number) => Step): number {
  let [a, b, s] = [low, high, Math.min(start, high)]
  for (let i = 0; i < 100; i++) {
    const { isHigh, next } = stepAt(s)
    if (isHigh) b = s
    else a = s
    const inside = next > a && next < b ? next : next === s ? s : (a + b) / 2
    if (Math.abs(inside - s) <= 2 * Number.EPSILON * s) return inside
    s = inside
  }
  return s
}
