import { describe, test } from 'vitest'
import { venue } from '#services/venue/service.ts'
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

const touch = config('touch')
const trade = (price: string, size: string, at?: number, more: { aggressor?: 'buy' | 'sell' } = {}) =>
  event('md.tick', { kind: 'trade', instrument: spy, price, size, ...more }, at)
const part = (k: number, leavesQuantity: string, n = 1) => ({
  venueOrderId: `sim-${n}`,
  tradeId: `sim-${n}-${k}`,
  leavesQuantity,
})
const maker = { liquidity: 'maker' } as const
const traded = (...more: Parameters<typeof given>[2][]) => given(venue, touch, listed(), trade('100', '5', 10), ...more)

describe('[V44] where nothing is shown but trades', () => {
  test('an order at the market takes the next ones, each at its price and at most its size', () => {
    traded()
      .when(order('a', 'buy', '8'))
      .then(accepted('a'))
      .when(trade('100.5', '3', 11, { aggressor: 'sell' }))
      .then(filled('a', 'buy', '3', '100.5', 11, part(1, '5')))
      .when(trade('101', '0.9', 12))
      .then()
      .restarted()
      .when(trade('99', '6', 13))
      .then(filled('a', 'buy', '5', '99', 13, part(2, '0')))
  })

  test('before the first there is no market', () => {
    given(venue, touch, listed())
      .when(order('a', 'buy', '8'))
      .then(rejected('a', 'NO_MARKET'))
  })

  test('what one of our orders gets no other does, whichever side it is on', () => {
    traded(order('a', 'buy', '3'), order('b', 'sell', '4'), order('c', 'buy', '1'))
      .when(trade('100', '5', 11))
      .then(filled('a', 'buy', '3', '100', 11, part(1, '0')), filled('b', 'sell', '2', '100', 11, part(1, '2', 2)))
      .when(trade('100', '5', 12))
      .then(filled('b', 'sell', '2', '100', 12, part(2, '0', 2)), filled('c', 'buy', '1', '100', 12, part(1, '0', 3)))
  })

  test('a limit order takes the first one after it at its price, if that is good enough; later it is hit at its limit', () => {
    traded(order('a', 'buy', '5', { limitPrice: '101' }), order('b', 'sell', '2', { limitPrice: '103' }))
      .when(trade('100', '2', 11))
      .then(filled('a', 'buy', '2', '100', 11, part(1, '3')))
      .when(trade('101.01', '9', 12))
      .then()
      .restarted()
      .when(trade('101', '1', 13))
      .then(filled('a', 'buy', '1', '101', 13, { ...part(2, '2'), ...maker }))
      .when(trade('100', '9', 14))
      .then(filled('a', 'buy', '2', '101', 14, { ...part(3, '0'), ...maker }))
      .when(trade('104', '2', 15))
      .then(filled('b', 'sell', '2', '103', 15, { ...part(1, '0', 2), ...maker }))
  })

  test('[V7] immediate orders have only the first one after them', () => {
    traded(order('a', 'buy', '5', { timeInForce: 'IOC' }), order('b', 'buy', '3', { timeInForce: 'FOK' }))
      .restarted()
      .when(trade('100', '7', 11))
      .then(filled('a', 'buy', '5', '100', 11, part(1, '0')), ended('order.canceled', 'b', '3', 'fill or kill'))
      .when(order('c', 'buy', '5', { timeInForce: 'IOC', limitPrice: '100' }))
      .then(accepted('c', 3))
      .when(trade('100', '2', 12))
      .then(
        filled('c', 'buy', '2', '100', 12, part(1, '3', 3)),
        ended('order.canceled', 'c', '3', 'immediate or cancel'),
      )
  })

  test('[V23] stops wait for a price, and take it', () => {
    const triggered = (price: string) =>
      ({ topic: 'order.triggered', payload: { clientOrderId: 'a', instrument: spy, price } }) as const
    traded(order('a', 'sell', '3', { orderType: 'stop', stopPrice: '98' }))
      .when(trade('98.01', '9', 11))
      .then()
      .when(trade('97.5', '2', 12))
      .then(triggered('97.5'), filled('a', 'sell', '2', '97.5', 12, part(1, '1')))
    traded(order('a', 'sell', '1', { orderType: 'trailing_stop', trailingOffset: '2' }))
      .when(trade('103', '1', 11))
      .then()
      .when(trade('101.5', '1', 12))
      .then()
      .when(trade('101', '1', 13))
      .then(triggered('101'), filled('a', 'sell', '1', '101', 13))
  })

  test('[V27] [V28] [V29] terms hold as with quotes', () => {
    const gtd = { timeInForce: 'GTD', activeUntil: 12 } as const
    traded(
      order('a', 'buy', '1', { limitPrice: '100', isPostOnly: true }),
      order('b', 'sell', '2'),
      order('c', 'buy', '5', { isReduceOnly: true }),
      order('d', 'buy', '1', { limitPrice: '90', ...gtd }),
    )
      .when(trade('100', '9', 11))
      .then(
        ended('order.canceled', 'a', '1', 'post-only would take'),
        filled('b', 'sell', '2', '100', 11, part(1, '0', 2)),
        filled('c', 'buy', '2', '100', 11, part(1, '3', 3)),
        ended('order.canceled', 'c', '3', 'reduce-only: nothing is left to reduce'),
      )
      .when(trade('90', '9', 12))
      .then(ended('order.expired', 'd', '1', 'its time is over'))
  })

  test('[V33] an order that is moved comes to its new price as a new one', () => {
    const move = { clientOrderId: 'a', instrument: spy, limitPrice: '102', reason: 'x' }
    traded(order('a', 'buy', '5', { limitPrice: '99' }))
      .when(trade('100', '1', 11))
      .then()
      .when(event('order.update_requested', move))
      .then({ topic: 'order.updated', payload: { clientOrderId: 'a', instrument: spy, limitPrice: '102' } })
      .restarted()
      .when(trade('100', '2', 12))
      .then(filled('a', 'buy', '2', '100', 12, part(1, '3')))
      .when(trade('100', '1', 13))
      .then(filled('a', 'buy', '1', '102', 13, { ...part(2, '2'), ...maker }))
      .when(cancel('a'))
      .then(ended('order.canceled', 'a', '2', 'superseded'))
  })

  test('[V25] an order that takes time meets none that came before it', () => {
    given(venue, config('touch', { latencyMicros: 100 }), listed(), trade('100', '5', 10), order('a', 'buy', '1'))
      .when(trade('101', '1', 110))
      .then()
      .when(trade('102', '1', 111))
      .then(accepted('a'), filled('a', 'buy', '1', '102', 111))
  })

  test('[V34] [V7] trades of an outage are not what it meets', () => {
    const away = config('touch', { outages: [{ from: 20, to: 30 }] })
    const ioc = order('a', 'buy', '5', { timeInForce: 'IOC' })
    given(venue, away, listed(), trade('100', '5', 10), ioc)
      .when(trade('100', '5', 20))
      .then()
      .when(trade('101', '2', 30))
      .then(filled('a', 'buy', '2', '101', 30, part(1, '3')), ended('order.canceled', 'a', '3', 'immediate or cancel'))
  })

  test('[V26] a taker gets its share of a trade', () => {
    const slippage = { kind: 'volume-share', volumeLimit: 0.5, impact: 0 }
    given(venue, config('touch', { slippage }), listed(), trade('100', '5', 10), order('a', 'buy', '3'))
      .when(trade('100', '4', 11))
      .then(filled('a', 'buy', '2', '100', 11, part(1, '1')))
  })

  test('[V8] bars fill nothing there; once it is quoted, trades do not', () => {
    const low = bar(0, ['98', '99', '97', '98'])
    traded(order('a', 'buy', '1', { limitPrice: '99' }))
      .when(low)
      .then()
      .when(quote('97', '100 x 1', minute + 1))
      .then()
      .when(trade('98', '1', minute + 2))
      .then()
  })

  test('[V30] nor where levels are shown and a queue goes by them', () => {
    const levels = { kind: 'snapshot', instrument: spy, firstSequence: 1, lastSequence: 1 } as const
    const book = event('md.depth', { ...levels, bids: [['99', '10']], asks: [['101', '3']] })
    const queued = config('touch', { queue: { kind: 'conservative' } })
    given(venue, queued, listed(), trade('100', '5', 10), book, order('a', 'buy', '1', { limitPrice: '99' }))
      .when(trade('99', '10', 11))
      .then()
      .when(trade('99', '1', 12))
      .then(filled('a', 'buy', '1', '99', 12, maker))
  })
})
