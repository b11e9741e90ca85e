import { expect, test } from 'vitest'
import { venue } from '#services/venue/service.ts'
import { given } from '#test/given.ts'
import {
  accepted,
  bar,
  call,
  cancel,
  config,
  day,
  ended,
  filled,
  listed,
  listedCall,
  minute,
  order,
  quote,
  rejected,
  spy,
  status,
} from './venue-told.ts'

const flatBar = ['100', '100', '100', '100'] as const

test('[V1] accepts at once and counts its ids', () => {
  given(venue, config('next-open'), listed())
    .when(order('a', 'buy', '5'))
    .then(accepted('a', 1))
    .when(order('b', 'sell', '5'))
    .then(accepted('b', 2))
})

test('[V2] [V3] an id works once, whatever came of the first', () => {
  given(venue, config('next-open'), listed(), order('a', 'buy', '5'), order('c', 'buy', '0'))
    .when(order('a', 'buy', '5'))
    .then(rejected('a', 'DUPLICATE_CLIENT_ORDER_ID'))
    .when(bar(0, flatBar))
    .then(filled('a', 'buy', '5', '100', 0))
    .when(order('a', 'sell', '5'))
    .then(rejected('a', 'DUPLICATE_CLIENT_ORDER_ID'))
    .when(order('c', 'buy', '5'))
    .then(rejected('c', 'DUPLICATE_CLIENT_ORDER_ID'))
    .when(order('b', 'buy', '5', {}, minute))
    .then(accepted('b', 2))
})

test('[V3] [V5] an id that only a cancel named is not taken; of those that ended the 1024 newest are', () => {
  const scene = given(venue, config('touch'), listed(), quote('99', '100'))
    .when(cancel('z'))
    .then(rejected('z', 'UNKNOWN_ORDER'))
    .when(order('z', 'buy', '1', { limitPrice: '90' }))
    .then(accepted('z'))
  for (let n = 0; n <= 1_024; n++) scene.when(order(`o${n}`, 'buy', '1', { limitPrice: '90', timeInForce: 'IOC' }))
  scene
    .when(order('o1', 'buy', '1'))
    .then(rejected('o1', 'DUPLICATE_CLIENT_ORDER_ID'))
    .when(order('o0', 'buy', '1', { limitPrice: '90' }))
    .then(accepted('o0', 1_027))
})

test('[V2] an approval that is stale at the door is expired; at its last instant it is not', () => {
  given(venue, config('next-open'), listed())
    .when(order('a', 'buy', '1', { expiresAt: 99 }, 100))
    .then(rejected('a', 'EXPIRED'))
    .when(order('b', 'buy', '1', { expiresAt: 99 }, 50))
    .then(rejected('b', 'EXPIRED'))
    .when(order('c', 'buy', '1', { expiresAt: 100 }, 60))
    .then(accepted('c'))
})

test.each([
  ['INSTRUMENT_UNKNOWN', { instrument: 'IBM.USA' }],
  ['INSTRUMENT_UNKNOWN', { instrument: 'BAD.USA' }],
  ['CURRENCY_MISMATCH', { instrument: 'SAP.XETRA' }],
  ['QUANTITY_INVALID', { quantity: '0' }],
  ['QUANTITY_INVALID', { quantity: '2.5' }],
  ['QUANTITY_INVALID', { quantity: '99999999999999999999' }],
  ['PRICE_INVALID', { orderType: 'limit' }],
  ['PRICE_INVALID', { limitPrice: '100.001' }],
  ['NO_MARKET', {}],
] as const)('[V2] rejects %s: %j', (code, wrong) => {
  const { instrument = spy } = wrong as { instrument?: string }
  const listings = [listed(), listed('BAD.USA', { lotSize: '0' }), listed('SAP.XETRA', { currency: 'EUR' })]
  for (const fill of ['same-close', 'touch']) {
    given(venue, config(fill), ...listings)
      .when(order('a', 'buy', '1', wrong))
      .then(rejected('a', code, instrument))
  }
})

test('[V2] an option that was never quoted has no market, whatever bars there are', () => {
  given(venue, config('same-close'), listed(), listedCall, bar(0, flatBar))
    .when(order('a', 'buy', '1', { instrument: call }))
    .then(rejected('a', 'NO_MARKET', call))
})

test('[V5] cancels at once what works, and knows nothing of the rest', () => {
  given(venue, config('next-open'), listed(), order('a', 'buy', '5'))
    .when(cancel('a'))
    .then(ended('order.canceled', 'a', '5', 'superseded'))
    .when(cancel('a'))
    .then(rejected('a', 'UNKNOWN_ORDER'))
    .when(bar(3, flatBar))
    .then()
})

test('[V6] when the last feed ends, all that works expires and the venue is closed until one starts', () => {
  given(venue, config('touch'), listed(), status('started', 'a'), status('started', 'b'), quote('1 x 1', '2 x 3'))
    .when(order('a', 'buy', '5'))
    .then(accepted('a'), filled('a', 'buy', '3', '2', 0, { leavesQuantity: '2' }))
    .when(status('ended', 'a'))
    .then()
    .when(status('stalled', 'b'))
    .then()
    .when(status('ended', 'b'))
    .then(ended('order.expired', 'a', '2', 'no more market data'))
    .when(order('b', 'buy', '5'))
    .then(rejected('b', 'VENUE_CLOSED'))
    .when(status('started', 'b'))
    .then()
    .when(order('c', 'sell', '1'))
    .then(accepted('c', 2), filled('c', 'sell', '1', '1', 0, { venueOrderId: 'sim-2' }))
})

test('[V7] on bars, immediate orders have the first bar', () => {
  given(venue, config('next-open'), listed())
    .when(order('a', 'buy', '5', { timeInForce: 'IOC', limitPrice: '98' }))
    .then(accepted('a'))
    .when(order('b', 'buy', '5', { timeInForce: 'FOK', limitPrice: '99' }))
    .then(accepted('b', 2))
    .when(bar(0, ['100', '100', '99', '100']))
    .then(
      ended('order.canceled', 'a', '5', 'immediate or cancel'),
      filled('b', 'buy', '5', '99', minute, { venueOrderId: 'sim-2', liquidity: 'maker' }),
    )
})

test('[V19] a DAY order ends with its UTC day', () => {
  const limit = { timeInForce: 'DAY', limitPrice: '90' } as const
  given(venue, config('next-open'), listed(), order('a', 'buy', '5', limit, 60))
    .when(bar(0, flatBar, { end: day - minute }))
    .then()
    .when(bar(0, flatBar, { start: day - minute, end: day }))
    .then(ended('order.expired', 'a', '5', 'end of day'))
  given(venue, config('next-open'), listed(), order('a', 'buy', '5', limit, 60))
    .when(bar(0, ['100', '100', '90', '95'], { start: day - minute, end: day }))
    .then(filled('a', 'buy', '5', '90', day, { liquidity: 'maker' }))
  given(venue, config('next-open'), listed(), order('a', 'buy', '5', limit, 60))
    .when(bar(0, ['89', '100', '90', '95'], { start: day, end: day + minute }))
    .then(ended('order.expired', 'a', '5', 'end of day'))
  // The open is within the day, the rest of the bar is not.
  given(
    venue,
    config('next-open'),
    listed(),
    order('a', 'buy', '5', limit, 60),
    order('b', 'buy', '5', { timeInForce: 'DAY' }),
  )
    .when(bar(0, ['100', '100', '80', '95'], { start: day / 2, end: day + minute }))
    .then(
      ended('order.expired', 'a', '5', 'end of day'),
      filled('b', 'buy', '5', '100', day / 2, { venueOrderId: 'sim-2' }),
    )
  given(venue, config('touch'), listed(), quote('1', '100', 60), order('a', 'buy', '5', limit))
    .when(quote('1', '90', day))
    .then(ended('order.expired', 'a', '5', 'end of day'))
})

test('[V17] fees are exact: share of the notional and so much a unit, by maker and taker', () => {
  const fees = { makerBps: -0.25, takerBps: 7.5, perUnit: '0.0035' }
  const scene = given(venue, config('next-open', { fees }), listed(spy, { multiplier: '50', lotSize: '0.001' }))
  scene.when(order('a', 'buy', '1.001', { limitPrice: '99.99' })).then(accepted('a'))
  scene.when(order('b', 'sell', '3')).then(accepted('b', 2))
  scene.when(bar(0, ['100.01', '101', '99', '100'])).then(
    // 99.99 * 1.001 * 50 * -0.000025 + 1.001 * 0.0035
    filled('a', 'buy', '1.001', '99.99', minute, { fee: '-0.1216089875', liquidity: 'maker' }),
    // 100.01 * 3 * 50 * 0.00075 + 3 * 0.0035
    filled('b', 'sell', '3', '100.01', 0, { fee: '11.261625', venueOrderId: 'sim-2' }),
  )
})

test('[V21] another way to fill keeps the orders and forgets the prices', () => {
  given(venue, config('same-close'), listed(), bar(0, flatBar), order('a', 'buy', '5', { limitPrice: '90' }))
    .reconfigured(config('touch'))
    .when(order('b', 'buy', '1'))
    .then(rejected('b', 'NO_MARKET'))
    .when(quote('88', '89'))
    .then(filled('a', 'buy', '5', '90', minute, { liquidity: 'maker' }))
    .reconfigured(config('same-close'))
    .when(order('c', 'buy', '1'))
    .then(rejected('c', 'NO_MARKET'))
})

test('[V22] a restart in between changes nothing', () => {
  given(venue, config('touch'), listed(), quote('99 x 5', '100 x 5'), order('a', 'buy', '3'))
    .restarted()
    .when(order('b', 'buy', '3', {}, 7))
    .then(accepted('b', 2), filled('b', 'buy', '2', '100', 7, { venueOrderId: 'sim-2', leavesQuantity: '1' }))
    .restarted()
    .when(order('a', 'buy', '3'))
    .then(rejected('a', 'DUPLICATE_CLIENT_ORDER_ID'))
})

test('[V22] keeps no bar and no quote that can fill nothing', () => {
  const kept = (fill: string) => {
    const state = venue.init(venue.config.parse(config(fill)))
    const told = [listed(), bar(0, flatBar), quote('1', '2')]
    for (const { topic, payload } of told) venue.evolve(state, { topic, payload, at: 0 } as never)
    return [state.lastBars.size, state.quotes.size]
  }
  expect(['same-close', 'next-open', 'touch'].map(kept)).toEqual([
    [1, 0],
    [0, 0],
    [0, 1],
  ])
})
