import { greeksOf, priceEuropean } from '../black-scholes-merton.ts'
import { normalCdf, normalDensity } from '../normal.ts'
import { checkTerms, type OptionTerms } from '../option-terms.ts'

/** Barone-Adesi and Whaley's approximation (1987). Throws a RangeError on bad terms. */
export const baroneAdesiWhaley = (terms: OptionTerms): number => quadratic(terms, () => 0)

/** Ju and Zhong's correction of it (1999), about ten times as near. Throws a RangeError on bad terms. */
export const juZhong = (terms: OptionTerms): number => quadratic(terms, correctionOf)

type Critical = {
  readonly spot: number
  readonly sign: 1 | -1
  readonly lambda: number
  /** 1 - exp(-r T) */
  readonly h: number
  /** hA(h): the premium for early exercise at the critical spot. */
  readonly premium: number
  readonly beta: number
  readonly root: number
}

function quadratic(terms: OptionTerms, correction: (terms: OptionTerms, critical: Critical) => number): number {
  checkTerms(terms)
  const european = priceEuropean(terms)
  const { right, spot, strike, years, volatility, rate, yield: q } = terms
  const sign = right === 'call' ? 1 : -1
  const exercised = sign * (spot - strike)
  if (years === 0 || volatility === 0) return Math.max(european, exercised)
  if (right === 'call' ? q <= 0 : rate <= 0) return european
  const critical = criticalOf(terms, sign)
  if (sign * (critical.spot - spot) <= 0) return exercised
  const chi = correction(terms, critical)
  return european + (critical.premium * (spot / critical.spot) ** critical.lambda) / (1 - chi)
}

/** Where the value that waits is that of exercise, by Newton from Barone-Adesi and Whaley's seed. */
function criticalOf(terms: OptionTerms, sign: 1 | -1): Critical {
  const { strike, years, volatility, rate, yield: q } = terms
  const variance = volatility * volatility
  const h = -Math.expm1(-rate * years)
  const beta = (2 * (rate - q)) / variance
  // 2 r / (variance * h), which has a limit as r goes to 0.
  const perH = rate === 0 ? 2 / (variance * years) : (2 * rate) / (variance * h)
  const root = Math.sqrt((beta - 1) ** 2 + 4 * perH)
  const lambda = (1 - beta + sign * root) / 2
  let spot = seedOf(terms, sign, beta)
  for (let i = 0; i < 100; i++) {
    const { price, delta } = greeksOf({ ...terms, spot })
    const share = sign * delta * Math.exp(q * years)
    const premium = (sign * (1 - Math.exp(-q * years) * share) * spot) / lambda
    const difference = sign * (spot - strike) - price - premium
    const s = volatility * Math.sqrt(years)
    const d1 = (Math.log(spot / strike) + (rate - q) * years) / s + s / 2
    const density = (Math.exp(-q * years) * normalDensity(d1)) / s
    const slope = sign - delta - (sign * (1 - Math.exp(-q * years) * share)) / lambda + density / lambda
    const next = spot - difference / slope
    if (!(next > 0)) spot /= 2
    else if (Math.abs(next - spot) <= 1e-13 * strike) break
    else spot = next
  }
  return { spot, sign, lambda, h, premium: sign * (spot - strike) - priceEuropean({ ...terms, spot }), beta, root }
}

function seedOf({ strike, years, volatility, rate, yield: q }: OptionTerms, sign: 1 | -1, beta: number): number {
  const endless = (1 - beta + sign * Math.sqrt((beta - 1) ** 2 + (8 * rate) / volatility ** 2)) / 2
  const forever = strike / (1 - 1 / endless)
  const power = ((sign * (rate - q) * years + 2 * volatility * Math.sqrt(years)) * strike) / (forever - strike)
  if (!Number.isFinite(power)) return strike
  if (sign > 0) return strike + (forever - strike) * (1 - Math.exp(-power))
  return forever + (strike - forever) * Math.exp(power)
}

/** chi = b ln(S / S*)^2 + c ln(S / S*) */
function correctionOf(terms: OptionTerms, { spot, sign, lambda, h, premium, beta, root }: Critical): number {
  const { strike, years, volatility, rate, yield: q } = terms
  if (rate === 0) return 0
  const alpha = (2 * rate) / volatility ** 2
  const lambdaSlope = (-sign * alpha) / (h * h * root)
  const s = volatility * Math.sqrt(years)
  const d1 = (Math.log(spot / strike) + (rate - q) * years) / s + s / 2
  const grown = spot * Math.exp((rate - q) * years)
  const priceSlope =
    (grown * normalDensity(d1) * volatility) / (2 * rate * Math.sqrt(years)) -
    (sign * q * grown * normalCdf(sign * d1)) / rate +
    sign * strike * normalCdf(sign * (d1 - s))
  const width = 2 * lambda + beta - 1
  const b = ((1 - h) * alpha * lambdaSlope) / (2 * width)
  const c = ((h - 1) * alpha * (priceSlope / premium + 1 / h + lambdaSlope / width)) / width
  const away = Math.log(terms.spot / spot)
  return away * (b * away + c)
}
