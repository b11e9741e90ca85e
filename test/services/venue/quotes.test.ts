import { describe, test } from 'vitest'
import { venue } from '#services/venue/service.ts'
import { event, given } from '#test/given.ts'
import { accepted, cancel, config, ended, filled, listed, order, quote, rejected, spy, status } from './venue-told.ts'

const touch = config('touch')
const trade = (n: number, more: object = {}) => ({ tradeId: `sim-1-${n}`, ...more })
const second = { venueOrderId: 'sim-2' } as const
const maker = { liquidity: 'maker' } as const

test('[V13] a market order takes the opposite side, at most what it displays; the rest waits for the next quotes', () => {
  given(venue, touch, listed(), quote('99 x 4', '100 x 3', 10))
    .when(order('a', 'buy', '8'))
    .then(accepted('a'), filled('a', 'buy', '3', '100', 10, { leavesQuantity: '5' }))
    .when(quote('99 x 4', null, 11))
    .then()
    .when(quote('99 x 4', '100.5 x 0.9', 12))
    .then()
    .when(quote('99 x 4', '101 x 1.9', 13))
    .then(filled('a', 'buy', '1', '101', 13, trade(2, { leavesQuantity: '4' })))
    .when(quote('99 x 4', '102', 14))
    .then(filled('a', 'buy', '4', '102', 14, trade(3)))
})

test('[V13] a sell takes the bid', () => {
  given(venue, touch, listed(), quote('99 x 4', '100 x 3', 10))
    .when(order('a', 'sell', '4'))
    .then(accepted('a'), filled('a', 'sell', '4', '99', 10))
})

test('[V8] trades fill nothing', () => {
  const print = event('md.tick', { kind: 'trade', instrument: spy, price: '50', size: '100' })
  given(venue, touch, listed(), quote('99 x 4', '100 x 3'), order('a', 'buy', '1', { limitPrice: '98' }))
    .when(print)
    .then()
})

describe('[V14] latency', () => {
  const late = config('touch', { latencyMicros: 100 })

  test('meets the quote that stands at the arrival, known with the next one', () => {
    given(venue, late, listed(), quote('99 x 4', '100 x 3', 10), order('a', 'buy', '8'))
      .when(quote('99 x 4', '101 x 2', 50))
      .then()
      .when(quote('99 x 4', '105 x 1', 200))
      .then(
        accepted('a'),
        filled('a', 'buy', '2', '101', 110, { leavesQuantity: '6' }),
        filled('a', 'buy', '1', '105', 200, trade(2, { leavesQuantity: '5' })),
      )
  })

  test('a quote at the very instant is the one that stands', () => {
    given(venue, late, listed(), quote('99 x 4', '100 x 3', 10), order('a', 'buy', '1'))
      .when(quote('99 x 4', '101 x 2', 110))
      .then()
      .when(quote('99 x 4', '102 x 2', 111))
      .then(accepted('a'), filled('a', 'buy', '1', '101', 110))
  })

  test('an immediate order has only that quote', () => {
    const told = (more: object) =>
      given(venue, late, listed(), quote('99 x 4', '100 x 3', 10), order('a', 'buy', '8', more))
    told({ timeInForce: 'IOC' })
      .when(quote('99 x 4', '101 x 9', 111))
      .then(
        accepted('a'),
        filled('a', 'buy', '3', '100', 110, { leavesQuantity: '5' }),
        ended('order.canceled', 'a', '5', 'immediate or cancel'),
      )
    told({ timeInForce: 'FOK' })
      .when(quote('99 x 4', '101 x 9', 111))
      .then(accepted('a'), ended('order.canceled', 'a', '8', 'fill or kill'))
  })

  test('[V5] [V40] a cancel takes its way as well, and finds what was filled by then', () => {
    given(venue, late, listed(), quote('99 x 4', '100 x 3', 10), order('a', 'buy', '8'))
      .when(cancel('a', 20))
      .then()
      .when(quote('99 x 4', '101 x 2', 115))
      .then(
        accepted('a'),
        filled('a', 'buy', '3', '100', 110, { leavesQuantity: '5' }),
        filled('a', 'buy', '2', '101', 115, trade(2, { leavesQuantity: '3' })),
      )
      .when(quote('99 x 4', '102 x 9', 121))
      .then(ended('order.canceled', 'a', '3', 'superseded'))
  })

  test('[V33] [V40] so does an update', () => {
    const move = event(
      'order.update_requested',
      { clientOrderId: 'a', instrument: spy, limitPrice: '101', reason: 'x' },
      20,
    )
    given(venue, late, listed(), quote('99 x 4', '102 x 3', 10), order('a', 'buy', '8', { limitPrice: '100' }), move)
      .when(quote('99 x 4', '101 x 2', 115))
      .then(accepted('a'))
      .when(quote('99 x 4', '101 x 3', 130))
      .then(
        { topic: 'order.updated', payload: { clientOrderId: 'a', instrument: spy, limitPrice: '101' } },
        filled('a', 'buy', '2', '101', 120, { leavesQuantity: '6' }),
        filled('a', 'buy', '3', '101', 130, trade(2, { liquidity: 'maker', leavesQuantity: '3' })),
      )
  })

  test('[V6] the end of the feeds finds what has arrived by then, one order after the other; the rest comes too late', () => {
    const told = [
      quote('99 x 4', '100 x 3', 10),
      order('a', 'buy', '2'),
      order('b', 'buy', '2'),
      order('c', 'buy', '2', {}, 450),
    ]
    given(venue, late, listed(), status('started'), ...told)
      .when({ ...status('ended'), at: 500 })
      .then(ended('order.expired', 'b', '1', 'no more market data'), rejected('c', 'VENUE_CLOSED'))
  })
})

describe('[V15] limit orders', () => {
  test('take the better price on arrival', () => {
    given(venue, touch, listed(), quote('99 x 4', '100 x 3', 10))
      .when(order('a', 'buy', '2', { limitPrice: '100.5' }))
      .then(accepted('a'), filled('a', 'buy', '2', '100', 10))
  })

  test('rest beyond their limit and are hit at it', () => {
    given(venue, touch, listed(), quote('99 x 4', '100 x 3', 10))
      .when(order('a', 'buy', '5', { limitPrice: '99.5' }))
      .then(accepted('a'))
      .when(quote('99 x 4', '99.51 x 3', 20))
      .then()
      .when(quote('98 x 4', '99 x 3', 30))
      .then(filled('a', 'buy', '3', '99.5', 30, { ...maker, leavesQuantity: '2' }))
      .when(quote('98 x 4', '99.5 x 9', 40))
      .then(filled('a', 'buy', '2', '99.5', 40, trade(2, maker)))
  })
})

test('[V16] what we took stays taken until that side changes, whoever of us comes', () => {
  given(venue, touch, listed(), quote('99 x 4', '100 x 5', 10), order('a', 'buy', '3'))
    .when(order('b', 'buy', '4', { timeInForce: 'IOC' }))
    .then(
      accepted('b', 2),
      filled('b', 'buy', '2', '100', 10, { ...second, leavesQuantity: '2' }),
      ended('order.canceled', 'b', '2', 'immediate or cancel'),
    )
    .when(order('c', 'buy', '9'))
    .then(accepted('c', 3))
    .when(quote('98 x 1', '100 x 5', 20))
    .then()
    .when(quote('98 x 1', '100 x 6', 30))
    .then(filled('c', 'buy', '6', '100', 30, { venueOrderId: 'sim-3', leavesQuantity: '3' }))
})

test('[V16] also for what arrived between two quotes that show the same', () => {
  const late = config('touch', { latencyMicros: 100 })
  given(venue, late, listed(), quote('99 x 4', '100 x 5', 10), order('a', 'buy', '3'))
    .when(quote('98 x 4', '100 x 5', 200))
    .then(accepted('a'), filled('a', 'buy', '3', '100', 110))
    .when(order('b', 'buy', '9'))
    .then()
    .when(quote('98 x 4', '101 x 1', 400))
    .then(
      accepted('b', 2),
      filled('b', 'buy', '2', '100', 300, { ...second, leavesQuantity: '7' }),
      filled('b', 'buy', '1', '101', 400, { ...second, tradeId: 'sim-2-2', leavesQuantity: '6' }),
    )
})

test('[V7] fill-or-kill takes all of it or nothing', () => {
  given(venue, touch, listed(), quote('99 x 4', '100 x 5', 10))
    .when(order('a', 'buy', '6', { timeInForce: 'FOK' }))
    .then(accepted('a'), ended('order.canceled', 'a', '6', 'fill or kill'))
    .when(order('b', 'buy', '5', { timeInForce: 'FOK' }))
    .then(accepted('b', 2), filled('b', 'buy', '5', '100', 10, second))
})
