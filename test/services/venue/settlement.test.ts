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

const future = 'BTCUSD-260327.SIM'
const index = listed('BTC.INDEX', { kind: 'index' })
const dated = (more: Partial<PayloadOf<'md.instrument'>> = {}) =>
  listed(future, { kind: 'future', multiplier: '50', expiresAt, ...more })
const print = (instrument: string, price: string, at: number) =>
  event('md.tick', { kind: 'trade', instrument, price, size: '9' }, at)
const shows = (bid: string, ask: string, at: number) =>
  event('md.tick', { kind: 'quote', instrument: future, bid, bidSize: '9', ask, askSize: '9' }, at)
const inFuture = { instrument: future }
const delivered = (side: 'buy' | 'sell', price: string, more: Partial<PayloadOf<'venue.settled'>> = {}) =>
  settled(side, price, 'delivered', price, { instrument: future, contract: future, ...more })

test('[V45] a dated future is settled in cash at the price of its underlying then, and is traded no more', () => {
  const onIndex = dated({ underlying: 'BTC.INDEX' })
  given(venue, config('touch', { settlement: 'physical' }), index, onIndex, shows('100', '101', 1_000))
    .when(order('a', 'buy', '2', inFuture))
    .then(accepted('a', 1, future), filled('a', 'buy', '2', '101', 1_000, inFuture))
    .when(order('b', 'sell', '1', { ...inFuture, limitPrice: '200' }))
    .then(accepted('b', 2, future))
    .when(print('BTC.INDEX', '110', expiresAt))
    .then()
    .restarted()
    .when(shows('300', '301', late))
    .then(
      ended('order.expired', 'b', '1', 'the contract has expired', future),
      delivered('sell', '110', { quantity: '2' }),
    )
    .when(order('c', 'buy', '1', inFuture))
    .then(rejected('c', 'VENUE_CLOSED', future))
    .when(print('BTC.INDEX', '120', late + 1))
    .then()
})

test('[V45] where nothing is told of what it is on, at its own newest price, when its day of expiry is over', () => {
  const midnight = Date.UTC(2026, 2, 28) * 1_000
  const { expiresAt: _, ...listing } = dated({ expiry: '2026-03-27' }).payload as PayloadOf<'md.instrument'>
  given(venue, config('touch'), event('md.instrument', listing), shows('100', '101', 1_000))
    .when(order('a', 'sell', '2', inFuture))
    .then(accepted('a', 1, future), filled('a', 'sell', '2', '100', 1_000, inFuture))
    .when(shows('90', '92', midnight))
    .then()
    .when(quote('1', '1', midnight + 1))
    .then(delivered('buy', '91.0', { settledAt: midnight }))
})

test('[V45] an inverse one at a price above zero, in coins', () => {
  const coin = { currency: 'BTC', isInverse: true, multiplier: '10' } as const
  const more = { quantity: '5', currency: 'BTC' } as const
  given(venue, { ...config('touch'), currency: 'BTC' }, dated(coin), shows('50000', '50001', 1_000))
    .when(order('a', 'buy', '5', inFuture))
    .then(accepted('a', 1, future), filled('a', 'buy', '5', '50001', 1_000, { ...inFuture, currency: 'BTC' }))
    .when(print(future, '0', 2_000))
    .then()
    .when(quote('1', '1', late))
    .then()
    .when(print(future, '60000', late + 1))
    .then()
    .when(quote('1', '1', late + 2))
    .then(delivered('sell', '60000', more))
})

test('[V45] a future without a date does not end', () => {
  const { expiresAt: _, ...listing } = dated().payload as PayloadOf<'md.instrument'>
  given(venue, config('touch'), event('md.instrument', listing), shows('100', '101', 1_000))
    .when(order('a', 'buy', '2', inFuture))
    .then(accepted('a', 1, future), filled('a', 'buy', '2', '101', 1_000, inFuture))
    .when(quote('1', '1', Number.MAX_SAFE_INTEGER))
    .then()
})

test('[V31] [V37] no price of before a split of its underlying settles it, and what nobody holds is over without one', () => {
  given(venue, config('touch'), ...options, order('a', 'buy', '2', inCall), quote('1020', '1020', 2_000))
    .when(event('md.split', { instrument: spy, numerator: 2, denominator: 1 }, 3_000))
    .then()
    .when(quote('1', '1', late, put))
    .then()
    .when(order('b', 'buy', '1', { instrument: put }))
    .then(rejected('b', 'VENUE_CLOSED', put))
    .when(quote('510', '510', late + 1))
    .then()
    .when(quote('1', '1', late + 2))
    .then(settled('sell', '10.0', 'exercised', '510.0'))
})
