import { expect, test } from 'vitest'
import { VenueConfig, venue } from '#services/venue/service.ts'
import { event, given } from '#test/given.ts'
import {
  accepted,
  bar,
  cancel,
  config,
  ended,
  filled,
  listed,
  minute,
  order,
  quote,
  rejected,
  spy,
} from './venue-told.ts'

const away = config('touch', { outages: [{ from: 3_000, to: 5_000 }] })
const resting = [
  listed(),
  quote('99', '100', 2_000),
  order('a', 'buy', '2', { limitPrice: '98' }, 2_000),
  order('b', 'buy', '2', { limitPrice: '98' }, 2_000),
] as const

test('[V34] while the exchange is away nothing is taken and nothing fills; afterwards it goes on', () => {
  const move = event(
    'order.update_requested',
    { clientOrderId: 'a', instrument: spy, limitPrice: '97', reason: 'x' },
    3_500,
  )
  given(venue, away, ...resting)
    .when(quote('96', '97', 3_000))
    .then()
    .when(order('c', 'buy', '1', {}, 3_500))
    .then(rejected('c', 'VENUE_CLOSED'))
    .when(move)
    .then({ topic: 'order.update_rejected', payload: { clientOrderId: 'a', instrument: spy, code: 'VENUE_CLOSED' } })
    .when(quote('96 x 1', '97 x 3', 5_000))
    .then(
      filled('a', 'buy', '2', '98', 5_000, { liquidity: 'maker' }),
      filled('b', 'buy', '1', '98', 5_000, { liquidity: 'maker', venueOrderId: 'sim-2', leavesQuantity: '1' }),
    )
    .when(order('d', 'sell', '1', { limitPrice: '120' }, 5_000))
    .then(accepted('d', 3))
})

test('[V34] nobody gets the open of a bar that begins while the exchange is away, though it ends after that', () => {
  const outages = [{ from: minute - 1, to: minute + 30 }]
  const sent = order('a', 'buy', '10', {}, minute / 2)
  given(venue, config('next-open', { outages }), listed(), bar(0, ['9', '9', '9', '9'], { end: minute / 2 - 1 }), sent)
    .when(bar(1, ['10', '11', '9', '10']))
    .then()
    .restarted()
    .when(bar(2, ['12', '12', '12', '12']))
    .then(filled('a', 'buy', '10', '12', 2 * minute))
})

test('[V34] a cancel that comes meanwhile is answered with the first price after it, before that fills', () => {
  given(venue, away, ...resting)
    .when(cancel('a', 3_000))
    .then()
    .when(cancel('z', 4_000))
    .then()
    .when(quote('96', '97', 4_999))
    .then()
    .restarted()
    .when(quote('96', '97', 5_000))
    .then(
      ended('order.canceled', 'a', '2', 'superseded'),
      rejected('z', 'UNKNOWN_ORDER'),
      filled('b', 'buy', '2', '98', 5_000, { liquidity: 'maker', venueOrderId: 'sim-2' }),
    )
    .when(quote('90', '91', 6_000))
    .then()
})

test('[V34] [V5] of two cancels of one order the second finds it no more at work', () => {
  given(venue, away, ...resting, cancel('a', 3_000), cancel('b', 3_200), cancel('a', 3_500))
    .restarted()
    .when(quote('96', '97', 5_000))
    .then(
      ended('order.canceled', 'a', '2', 'superseded'),
      ended('order.canceled', 'b', '2', 'superseded'),
      rejected('a', 'UNKNOWN_ORDER'),
    )
    .restarted()
    .when(quote('90', '91', 6_000))
    .then()
})

test('[V34] an outage ends after it begins', () => {
  expect(VenueConfig.safeParse(config('touch', { outages: [{ from: 5, to: 5 }] })).success).toBe(false)
})
