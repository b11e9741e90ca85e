import fc from 'fast-check'
import { expect, test } from 'vitest'
import { americanGreeks } from '#lib/options/american/american-greeks.ts'
import { latticePrice } from '#lib/options/american/lattice.ts'
import { greeksOf } from '#lib/options/black-scholes-merton.ts'
import type { OptionTerms } from '#lib/options/option-terms.ts'

const terms = fc.record({
  right: fc.constantFrom('call' as const, 'put' as const),
  spot: fc.double({ min: 80, max: 120, noNaN: true }),
  strike: fc.constant(100),
  years: fc.double({ min: 0.1, max: 2, noNaN: true }),
  volatility: fc.double({ min: 0.1, max: 0.6, noNaN: true }),
  rate: fc.double({ min: 0.005, max: 0.08, noNaN: true }),
  yield: fc.double({ min: 0, max: 0.06, noNaN: true }),
})

test('[O6a] a call on what yields nothing is never exercised: its greeks are the European ones', () => {
  const isEuropean = (of: OptionTerms) => {
    const call = { ...of, right: 'call' as const, yield: 0 }
    const { price, delta, gamma, vega, theta, rho } = greeksOf(call)
    const got = americanGreeks(call)
    for (const [name, want] of Object.entries({ price, delta, gamma, vega, theta, rho }))
      expect(Math.abs(got[name as keyof typeof got] - want), name).toBeLessThan(1e-6 * Math.max(1, Math.abs(want)))
  }
  fc.assert(fc.property(terms, isEuropean), { numRuns: 100 })
})

test('[O6a] they are those of a lattice', () => {
  const misses: string[] = []
  const isOfLattice = (of: OptionTerms) => {
    const got = americanGreeks(of)
    if (got.gamma === 0) return
    // A lattice is rough from node to node: its price at steps that are wide beside its nodes.
    const price = (changed: Partial<OptionTerms>) => latticePrice({ ...of, ...changed }, 1_600)
    const step = of.spot * of.volatility * Math.sqrt(of.years) * 0.05
    const delta = (price({ spot: of.spot + step }) - price({ spot: of.spot - step })) / (2 * step)
    const ours =
      (americanGreeks({ ...of, spot: of.spot + step }).price - americanGreeks({ ...of, spot: of.spot - step }).price) /
      (2 * step)
    const vega = (price({ volatility: of.volatility + 0.01 }) - price({ volatility: of.volatility - 0.01 })) / 0.02
    // A wide step misses a bend, which is where the rate passes the yield; a narrow one is rough.
    const rhoAt = (by: number) => (price({ rate: of.rate + by }) - price({ rate: of.rate - by })) / (2 * by)
    const rhos = [rhoAt(0.002), rhoAt(0.0005)]
    const theta = -(price({ years: of.years + 0.01 }) - price({ years: of.years - 0.01 })) / 0.02
    if (Math.abs(ours - delta) > 1e-4 * 5) misses.push(`difference ${JSON.stringify(of)} ${ours} ${delta}`)
    if (Math.abs(got.delta - delta) > 0.01) misses.push(`delta ${JSON.stringify(of)} ${got.delta} ${delta}`)
    if (Math.abs(got.vega - vega) > 0.01 * Math.max(5, vega))
      misses.push(`vega ${JSON.stringify(of)} ${got.vega} ${vega}`)
    if (rhos.every((rho) => Math.abs(got.rho - rho) > 0.4)) misses.push(`rho ${JSON.stringify(of)} ${got.rho} ${rhos}`)
    if (Math.abs(got.theta - theta) > 0.02 * Math.max(5, Math.abs(theta)))
      misses.push(`theta ${JSON.stringify(of)} ${got.theta} ${theta}`)
  }
  // One seed: beside the price of exercise, and where rate and yield meet, differences of a lattice are no measure.
  fc.assert(fc.property(terms, isOfLattice), { numRuns: 25, seed: 1 })
  expect(misses).toEqual([])
}, 60_000)

test('[O6a] gamma is the slope of delta, and exercised at once they are those of the payoff', () => {
  const of: OptionTerms = { right: 'put', spot: 95, strike: 100, years: 1, volatility: 0.25, rate: 0.05, yield: 0.01 }
  const at = (spot: number) => americanGreeks({ ...of, spot })
  expect(at(95).gamma).toBeCloseTo((at(95.5).delta - at(94.5).delta) / 1, 4)
  expect(at(40)).toEqual({ price: 60, delta: -1, gamma: 0, vega: 0, theta: 0, rho: 0 })
  expect(() => at(Number.NaN)).toThrow(RangeError)
})
