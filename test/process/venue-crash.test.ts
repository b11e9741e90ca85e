import { expect, test } from 'vitest'
import { venueCrash } from '#test/faults/venue-crash.ts'

// The long form: node test/faults/venue-crashes.ts --rounds 300
test('orders, risk, pnl, venue, router and log killed while orders work at a served venue: the log has what the venue has', async () => {
  const { orders, violations } = await venueCrash(7, 10, 5)
  expect(violations).toEqual([])
  expect(orders).toBeGreaterThan(5)
}, 240_000)
