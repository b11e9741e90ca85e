import { expect, test } from 'vitest'
import { venueCrash } from '#test/faults/venue-crash.ts'

// The long form: node test/faults/venue-crashes.ts --rounds 300
test.each([
  ['binance', 7],
  ['ccxt', 10],
  ['binance-usdm', 8],
  ['deribit', 9],
] as const)(
  'orders, risk, pnl, venue, router and log killed while orders work at %s and somebody else trades there: the log has what the venue has',
  async (venue, seed) => {
    const { orders, others, violations } = await venueCrash(seed, 10, { between: 5, venue })
    expect(violations).toEqual([])
    expect(orders).toBeGreaterThan(5)
    expect(others).toBeGreaterThan(5)
  },
  240_000,
)
