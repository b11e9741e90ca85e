import { expect, test } from 'vitest'
import { priceAmerican } from '#lib/options/american/american-price.ts'
import { americanVolatility } from '#lib/options/american/american-volatility.ts'
import { inverseGreeksOf, inverseVolatility } from '#lib/options/black76.ts'

const terms = [80, 95, 100, 105, 120].flatMap((strike) =>
  (['call', 'put'] as const).flatMap((right) =>
    [0.05, 0.5, 2].flatMap((years) => [0.1, 0.4, 1].map((volatility) => ({ right, strike, years, volatility }))),
  ),
)

test('an American price gives its volatility back, unless exercising now is worth as much', () => {
  for (const { volatility, ...one } of terms) {
    const asset = { ...one, spot: 100, rate: 0.05, yield: 0.02 }
    const price = priceAmerican({ ...asset, volatility })
    const exercised = Math.max(0, one.right === 'call' ? 100 - one.strike : one.strike - 100)
    // Without time value a price says nothing of volatility.
    if (price - Math.max(exercised, priceAmerican({ ...asset, volatility: 1e-4 })) < 1e-4) continue
    expect(americanVolatility(asset, price)).toEqual({ volatility: expect.closeTo(volatility, 6) })
  }
  const put = { right: 'put', spot: 60, strike: 100, years: 1, rate: 0.05, yield: 0 } as const
  expect(americanVolatility(put, 40)).toEqual({ error: 'below_intrinsic', value: 40, limit: 40 })
  expect(americanVolatility(put, 100)).toMatchObject({ error: 'above_max' })
})

test('a price in coin gives the volatility of an inverse option back', () => {
  for (const { volatility, ...one } of terms) {
    const { price } = inverseGreeksOf({ ...one, forward: 100, volatility })
    const intrinsic = Math.max(0, one.right === 'call' ? 100 - one.strike : one.strike - 100) / 100
    if (price - intrinsic < 1e-6) continue
    expect(inverseVolatility({ ...one, forward: 100 }, price)).toEqual({ volatility: expect.closeTo(volatility, 6) })
  }
})
