import { expect, test } from 'vitest'
import { instrumentOf } from '#lib/domain/instrument.ts'
import { moneyText } from '#lib/domain/money.ts'
import { feeOf } from '#services/venue/fee.ts'

test('[V17] the fee of an inverse contract is a share of the coins that it is, that of an option in coins of its premium', () => {
  const steps = {
    tickSize: '0.0001',
    lotSize: '1',
    multiplier: '10',
    currency: 'BTC',
    isInverse: true,
    isSimulated: true,
  } as const
  const fees = { makerBps: 0, takerBps: 5, perUnit: '0' }
  const feeAt = (kind: 'perpetual' | 'option', price: string) => {
    const listing = instrumentOf({ instrument: 'BTC-PERPETUAL.DERIBIT', kind, ...steps })
    if (listing === null) throw new Error('nothing can be traded in it')
    return moneyText(feeOf({ price, lots: 200, liquidity: 'taker', filledAt: 1 }, listing, fees))
  }
  expect(feeAt('perpetual', '50000')).toBe('0.00002')
  expect(feeAt('option', '0.05')).toBe('0.05')
})
