import { expect, test } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { venue } from '#services/venue/service.ts'
import { event, given } from '#test/given.ts'
import { accepted, call, config, ended, filled, listed, order, quote, rejected, spy } from './venue-told.ts'

const expiresAt = 5_000_000
const put = 'SPY-20260116-500-P.USA'
const terms = { kind: 'option', multiplier: '100', underlying: spy, strike: '500', expiresAt } as const
const options = [
  listed(spy),
  listed(call, { ...terms, right: 'call' }),
  listed(put, { ...terms, right: 'put' }),
  quote('4 x 9', '5 x 9', 1_000, call),
  quote('4 x 9', '5 x 9', 1_000, put),
] as const
const inCall = { instrument: call }

const settled = (
  side: 'buy' | 'sell',
  price: string,
  how: PayloadOf<'venue.settled'>['how'],
  settlementPrice: string,
  more: Partial<PayloadOf<'venue.settled'>> = {},
) => ({
  topic: 'venue.settled' as const,
  payload: {
    ...{ strategy: 'cross', instrument: call, contract: call, side, quantity: '2', price, currency: 'USD', how },
    ...{ settlementPrice, settledAt: expiresAt, ...more },
  },
})
const late = expiresAt + 1

test('[V31] an option in the money is exercised, or assigned, for its worth at the price of its underlying then, once', () => {
  const long = given(venue, config('touch'), ...options, order('a', 'buy', '2', inCall))
  long
    .when(quote('512', '514', expiresAt))
    .then()
    .restarted()
    .when(quote('400', '402', late))
    .then(settled('sell', '13.0', 'exercised', '513.0'))
    .when(quote('600', '602', late + 1))
    .then()
  given(venue, config('touch'), ...options, order('a', 'sell', '2', inCall), quote('512', '514', 2_000))
    .when(event('md.tick', { kind: 'trade', instrument: spy, price: '500', size: '1' }, late))
    .then(settled('buy', '13.0', 'assigned', '513.0'))
})

test('[V31] out of the money it expires worthless', () => {
  given(venue, config('touch'), ...options, order('a', 'sell', '2', inCall), quote('490', '492', 2_000))
    .when(quote('600', '602', late))
    .then(settled('buy', '0', 'expired', '491.0'))
})

test('[V31] what works in it expires, and nothing is accepted or filled in it any more', () => {
  given(venue, config('touch'), ...options, order('a', 'buy', '1', { ...inCall, limitPrice: '4.50' }))
    .when(quote('510', '512', 2_000))
    .then()
    .when(quote('510', '512', late))
    .then(ended('order.expired', 'a', '1', 'the contract has expired', call))
    .when(quote('4 x 9', '4.2 x 9', late + 1, call))
    .then()
    .when(order('b', 'buy', '1', inCall))
    .then(rejected('b', 'VENUE_CLOSED', call))
})

test('[V31] without a price of its underlying it is settled at the forward that its quotes told, else when there is a price', () => {
  const told = { instrument: call, bid: '4', bidSize: '9', ask: '5', askSize: '9', underlyingPrice: '507.25' }
  given(venue, config('touch'), ...options, event('md.option.tick', told, 2_000), order('a', 'buy', '2', inCall))
    .when(quote('3', '4', late, put))
    .then(settled('sell', '7.25', 'exercised', '507.25'))
  given(venue, config('touch'), ...options, order('a', 'buy', '2', inCall))
    .when(quote('3', '4', late, put))
    .then()
    .when(quote('502', '502', late + 1))
    .then()
    .when(quote('502', '502', late + 2))
    .then(settled('sell', '2.0', 'exercised', '502.0'))
})

test.each([
  ['buy', 'call', 'sell', 'buy', 'exercised', '510'],
  ['sell', 'call', 'buy', 'sell', 'assigned', '510'],
  ['buy', 'put', 'sell', 'sell', 'exercised', '490'],
  ['sell', 'put', 'buy', 'buy', 'assigned', '490'],
] as const)(
  '[V32] physical: who %ss a %s gives it back at 0 and %ss … the shares at the strike: %s',
  (side, right, closing, shares, how, price) => {
    const contract = right === 'call' ? call : put
    const common = { instrument: contract, contract }
    given(
      venue,
      config('touch', { settlement: 'physical' }),
      ...options,
      order('a', side, '2', { instrument: contract }),
    )
      .when(quote(price, price, 2_000))
      .then()
      .when(quote('1', '1', late))
      .then(
        settled(closing, '0', how, `${price}.0`, common),
        settled(shares, '500', how, `${price}.0`, { ...common, instrument: spy, quantity: '200' }),
      )
  },
)

test('[V32] an index delivers nothing: its worth is paid', () => {
  const index = listed(spy, { kind: 'index' })
  given(venue, config('touch', { settlement: 'physical' }), ...options, index, order('a', 'buy', '2', inCall))
    .when(quote('510', '510', 2_000))
    .then()
    .when(quote('1', '1', late))
    .then(settled('sell', '10.0', 'exercised', '510.0'))
})

test('[V31] an inverse option is worth coins', () => {
  const coin = { currency: 'BTC', isInverse: true, lotSize: '0.1', multiplier: '1' } as const
  given(
    venue,
    { ...config('touch'), currency: 'BTC' },
    listed(spy),
    listed(call, { ...terms, ...coin, right: 'call' }),
    quote('0.01', '0.02', 1_000, call),
    order('a', 'buy', '0.3', inCall),
    quote('700', '700', 2_000),
  )
    .when(quote('1', '1', late))
    .then(settled('sell', '0.28571429', 'exercised', '700.0', { quantity: '0.3', currency: 'BTC' }))
})

test('[V31] an option whose time of day is not stated ends with its day', () => {
  const { expiresAt: _, ...dated } = terms
  const [spot, , , tick] = options
  const midnight = Date.UTC(2026, 0, 17) * 1_000
  given(venue, config('touch'), spot, listed(call, { ...dated, right: 'call', expiry: '2026-01-16' }), tick)
    .when(order('a', 'buy', '2', inCall))
    .then(accepted('a', 1, call), filled('a', 'buy', '2', '5', 1_000, { ...inCall }))
    .when(quote('510', '510', midnight))
    .then()
    .when(quote('1', '1', midnight + 1))
    .then(settled('sell', '10.0', 'exercised', '510.0', { settledAt: midnight }))
  expect(midnight).toBeGreaterThan(0)
})
