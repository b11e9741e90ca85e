import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { priceAmerican } from '#lib/options/american/american-price.ts'
import { latticePrice } from '#lib/options/american/lattice.ts'
import { greeksOf, priceEuropean } from '#lib/options/black-scholes-merton.ts'
import { inverseGreeksOf } from '#lib/options/black76.ts'
import { impliedVolatility } from '#lib/options/implied-volatility.ts'
import type { OptionTerms } from '#lib/options/option-terms.ts'

const within = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const right = fc.constantFrom<'call' | 'put'>('call', 'put')

const anyTerms: fc.Arbitrary<OptionTerms> = fc.record({
  right,
  spot: within(1e-3, 1e6),
  strike: within(1e-3, 1e6),
  years: within(0, 30),
  volatility: within(0, 5),
  rate: within(-0.1, 0.3),
  yield: within(-0.1, 0.3),
})

describe('options on any terms', () => {
  test('[O1] [O2] every greek is a number, and the price stays between its bounds', () => {
    fc.assert(
      fc.property(anyTerms, (terms) => {
        const greeks = greeksOf(terms)
        for (const value of Object.values(greeks)) expect(value).not.toBeNaN()
        const asset = terms.spot * Math.exp(-terms.yield * terms.years)
        const cash = terms.strike * Math.exp(-terms.rate * terms.years)
        const [most, least] = terms.right === 'call' ? [asset, asset - cash] : [cash, cash - asset]
        const rounding = 1e-12 * Math.max(asset, cash)
        expect(greeks.price).toBeGreaterThanOrEqual(Math.max(0, least) - rounding)
        expect(greeks.price).toBeLessThanOrEqual(most + rounding)
      }),
    )
  })

  test('[O1] greeks are the derivatives of the price', () => {
    const calm = fc.record({
      right,
      spot: within(50, 150),
      strike: within(50, 150),
      years: within(0.1, 3),
      volatility: within(0.1, 1),
      rate: within(-0.05, 0.1),
      yield: within(-0.05, 0.1),
    })
    fc.assert(
      fc.property(calm, (terms) => {
        const greeks = greeksOf(terms)
        const by = (key: keyof OptionTerms, h: number) => {
          const at = (sign: number) => priceEuropean({ ...terms, [key]: (terms[key] as number) + sign * h })
          return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)
        }
        const near = (value: number, expected: number) => expect(Math.abs(value - expected)).toBeLessThan(1e-5)
        near(greeks.delta, by('spot', 0.05))
        near(greeks.vega, by('volatility', 1e-3))
        near(greeks.theta, -by('years', 1e-3))
        near(greeks.rho, by('rate', 1e-3))
        near(greeks.phi, by('yield', 1e-3))
        near(greeks.dualDelta, by('strike', 0.05))
      }),
    )
  })

  test('[O5] the volatility of a price is the one that it was made with, as far as the price tells', () => {
    fc.assert(
      fc.property(anyTerms, (terms) => {
        const { price, vega } = greeksOf(terms)
        const found = impliedVolatility(terms, price)
        if ('error' in found) {
          expect(terms.years === 0 || found.error === 'above_max').toBe(true)
          return
        }
        const repriced = priceEuropean({ ...terms, volatility: found.volatility })
        expect(Math.abs(repriced - price)).toBeLessThanOrEqual(1e-13 * Math.max(terms.spot, terms.strike) * 20)
        const precision = (1e-13 * Math.max(terms.spot, terms.strike) * 20) / vega
        if (precision < 1e-9) expect(Math.abs(found.volatility - terms.volatility)).toBeLessThan(1e-8)
      }),
      { numRuns: 1000 },
    )
  })

  test('[O4] an inverse option is worth its payoff in coin at expiry', () => {
    const expired = inverseGreeksOf({ right: 'call', forward: 40_000, strike: 30_000, years: 0, volatility: 0.8 })
    expect(expired.price).toBe(0.25)
    expect(expired.deltaNetOfPremium).toBe(0.75)
  })

  const american = fc.record({
    right,
    spot: within(60, 140),
    strike: within(60, 140),
    years: within(0.01, 3),
    volatility: within(0.05, 1),
    rate: within(-0.03, 0.12),
    yield: within(-0.03, 0.12),
  })

  test('[O6] an American price is the lattice price, never below European price or payoff', () => {
    fc.assert(
      fc.property(american, (terms) => {
        const price = priceAmerican(terms)
        const payoff = terms.right === 'call' ? terms.spot - terms.strike : terms.strike - terms.spot
        expect(price).toBeGreaterThanOrEqual(Math.max(payoff, priceEuropean(terms)))
        expect(Math.abs(price - latticePrice(terms, 400))).toBeLessThan(3e-4 * Math.max(terms.spot, terms.strike))
      }),
      // The lattice is slow, and smaller numbers are no simpler here.
      { numRuns: 100, endOnFailure: true },
    )
  })

  test('[O6] holds at the edges: no volatility, hardly any, a minute, thirty years', () => {
    for (const volatility of [0, 1e-6, 0.001, 5])
      for (const years of [0, 1e-6, 0.001, 30])
        for (const [rate, q] of [
          [0.05, 0],
          [0, 0.05],
          [0, -0.02],
          [-0.01, -0.03],
          [0.1, 0.1],
        ] as const)
          for (const side of ['call', 'put'] as const)
            for (const spot of [50, 100, 200]) {
              const terms = { right: side, spot, strike: 100, years, volatility, rate, yield: q }
              const price = priceAmerican(terms)
              expect({
                ...terms,
                price,
                isSound: price >= priceEuropean(terms) && price < Number.POSITIVE_INFINITY,
              }).toMatchObject({ isSound: true })
            }
  })
})
