import { test } from 'vitest'
import { venue } from '#services/venue/service.ts'
import { event, given } from '#test/given.ts'
import { accepted, bar, config, day, ended, filled, listed, order, quote, rejected, spy } from './venue-told.ts'

const split = (numerator: number, denominator: number, at?: number) =>
  event('md.split', { instrument: spy, numerator, denominator }, at)
const prices = ['60', '60', '60', '60'] as const
const inLieu = (side: 'buy' | 'sell', quantity: string, price: string) => ({
  topic: 'venue.settled' as const,
  payload: {
    ...{ strategy: 'cross', instrument: spy, contract: spy, how: 'cash_in_lieu' as const, side, quantity, price },
    ...{ currency: 'USD', settlementPrice: price, settledAt: 2 * day },
  },
})
const start = (fill: string, ...past: Parameters<typeof given>[2][]) =>
  given(venue, config(fill), listed(), bar(0, prices, {}, day), ...past)

test('[V37] what works in it is canceled, also what is on its way, and nothing else', () => {
  const other = listed('IBM.USA')
  start('next-open', other, order('a', 'buy', '10'), order('b', 'sell', '3', { limitPrice: '70' }))
    .when(order('c', 'buy', '1', { instrument: 'IBM.USA' }))
    .then(accepted('c', 3, 'IBM.USA'))
    .when(split(7, 1, 2 * day))
    .then(
      ended('order.canceled', 'a', '10', 'its instrument is split'),
      ended('order.canceled', 'b', '3', 'its instrument is split'),
    )
    .restarted()
    .when(bar(2, ['8.5', '9', '8', '9'], { instrument: 'IBM.USA' }, day))
    .then(filled('c', 'buy', '1', '8.5', 2 * day, { instrument: 'IBM.USA', venueOrderId: 'sim-3' }))
})

test('[V37] [O31] an order that was sent by who had not heard of the split is canceled on its arrival, though it stands behind it', () => {
  // The split is the fourth in the log.
  start('touch', split(4, 1, 2 * day))
    .restarted()
    .when({ ...order('a', 'buy', '10', { limitPrice: '10' }), id: 'orders:3.0' })
    .then(accepted('a'), ended('order.canceled', 'a', '10', 'its instrument is split'))
    .when({ ...order('b', 'buy', '10', { limitPrice: '10' }), id: 'orders:4.0' })
    .then(accepted('b', 2))
})

test('[V37] [V25] an order that is on its way at the split is canceled on its arrival, at a limit or at the market', () => {
  const slow = config('touch', { latencyMicros: 50 })
  const at = quote('399', '401', 1_000)
  given(
    venue,
    slow,
    listed(),
    at,
    order('a', 'buy', '10', { limitPrice: '390' }, 2_000),
    order('b', 'sell', '3', {}, 2_000),
  )
    .when(split(4, 1, 2_010))
    .then()
    .restarted()
    .when(order('c', 'buy', '4', { limitPrice: '101' }, 2_020))
    .then()
    .when(quote('99.75', '100.25', 2_100))
    .then(
      accepted('a'),
      ended('order.canceled', 'a', '10', 'its instrument is split'),
      accepted('b', 2),
      ended('order.canceled', 'b', '3', 'its instrument is split'),
      accepted('c', 3),
      filled('c', 'buy', '4', '101', 2_100, { venueOrderId: 'sim-3', liquidity: 'maker' }),
    )
})

test('[V37] [V28] positions are in new units: what reduces takes so many', () => {
  start('same-close', order('a', 'buy', '10'), split(7, 1, 2 * day), bar(2, ['9', '9', '9', '9'], {}, day))
    .when(order('b', 'sell', '100', { isReduceOnly: true }, 3 * day))
    .then(
      accepted('b', 2),
      filled('b', 'sell', '70', '9', 3 * day, { venueOrderId: 'sim-2', leavesQuantity: '30' }),
      ended('order.canceled', 'b', '30', 'reduce-only: nothing is left to reduce'),
    )
})

test('[V37] a part of a lot is paid out at the newest price, long and short, and whole lots are kept', () => {
  start('same-close', order('a', 'buy', '10'))
    .when(split(1, 4, 2 * day))
    .then(inLieu('sell', '0.5', '240'))
  start('same-close', order('a', 'sell', '10'))
    .when(split(1, 3, 2 * day))
    .then(inLieu('buy', `0.${'3'.repeat(36)}`, '180'))
    .restarted()
    .when(bar(2, prices, {}, day))
    .then()
    .when(order('b', 'buy', '9', { isReduceOnly: true }, 3 * day))
    .then(
      accepted('b', 2),
      filled('b', 'buy', '3', '60', 3 * day, { venueOrderId: 'sim-2', leavesQuantity: '6' }),
      ended('order.canceled', 'b', '6', 'reduce-only: nothing is left to reduce'),
    )
})

test('[V37] prices of the old units fill nothing', () => {
  start('same-close', split(7, 1, 2 * day))
    .when(order('a', 'buy', '1'))
    .then(rejected('a', 'NO_MARKET'))
  given(venue, config('touch'), listed(), quote('59', '60', 1_000), split(7, 1, 2 * day))
    .when(order('a', 'buy', '1'))
    .then(rejected('a', 'NO_MARKET'))
})
