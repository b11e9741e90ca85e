import { expect, it } from 'vitest'
import { marginText } from '#compose/margin-text.ts'

it('what of the account is used is a line', () => {
  const margin = { kind: 'margin', currency: 'USD', equity: '2000', used: '1050', available: '950' } as const
  expect(marginText({ ...margin, maintenance: '500' })).toBe(
    'margin: used 1050 of 2000 USD, available 950; maintenance 500 (25.0 % of equity)',
  )
  expect(marginText({ ...margin, equity: '-10', available: '-1060', maintenance: '500' })).toBe(
    'margin: used 1050 of -10 USD, available -1060; maintenance 500 (equity is none)',
  )
  expect(marginText({ ...margin, kind: 'cash' })).toBe('cash: used 1050 of 2000 USD, available 950')
  expect(marginText({ kind: 'margin', currency: 'USD', unpriced: 'A.SIM' })).toBe(
    'margin: not known without a price of A.SIM',
  )
})
