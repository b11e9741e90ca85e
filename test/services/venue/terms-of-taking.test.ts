import { describe, test } from 'vitest'
import { venue } from '#services/venue/service.ts'
import { given } from '#test/given.ts'
import { accepted, bar, config, ended, filled, listed, minute, order, quote } from './venue-told.ts'

const open = (fill: string, more: object = {}) => given(venue, config(fill, more), listed())
const next = bar(1, ['100', '101', '99', '100'], { volume: '8' })
const half = { slippage: { kind: 'volume-share', volumeLimit: 0.5, impact: 0 } }
const second = { venueOrderId: 'sim-2' } as const

describe('[V7] fill or kill gets all of its quantity or nothing', () => {
  test('of a share of a bar', () => {
    open('next-open', half)
      .when(order('a', 'buy', '5', { timeInForce: 'FOK' }, 1))
      .then(accepted('a'))
      .when(order('b', 'buy', '4', { timeInForce: 'FOK' }, 1))
      .then(accepted('b', 2))
      .when(next)
      .then(ended('order.canceled', 'a', '5', 'fill or kill'), filled('b', 'buy', '4', '100', minute, second))
  })

  test('of a share of a quote', () => {
    open('touch', half)
      .when(quote('99 x 9', '100 x 8', 1))
      .then()
      .when(order('a', 'buy', '5', { timeInForce: 'FOK' }))
      .then(accepted('a'), ended('order.canceled', 'a', '5', 'fill or kill'))
  })

  test('of what there is to reduce', () => {
    open('touch')
      .when(quote('99 x 9', '100 x 9', 1))
      .then()
      .when(order('a', 'buy', '3'))
      .then(accepted('a'), filled('a', 'buy', '3', '100', 1))
      .when(order('b', 'sell', '5', { timeInForce: 'FOK', isReduceOnly: true }))
      .then(accepted('b', 2), ended('order.canceled', 'b', '5', 'fill or kill'))
  })
})

describe('[V26] all of our orders together get the share', () => {
  const share = { slippage: { kind: 'volume-share', volumeLimit: 0.5, impact: 0.1 } }
  const orders = [order('a', 'buy', '3', {}, 1), order('b', 'buy', '3', {}, 1), order('c', 'sell', '3', {}, 1)] as const
  const rest = (n: number, leavesQuantity: string) => ({ venueOrderId: `sim-${n}`, leavesQuantity })

  test('of a bar, each at the price of all up to it', () => {
    given(venue, config('next-open', share), listed(), ...orders)
      .when(next)
      // 3 of 8 and 4 of 8 are 100 * 0.1 * 0.140625 and 0.25 worse.
      .then(filled('a', 'buy', '3', '101.41', minute), filled('b', 'buy', '1', '102.5', minute, rest(2, '2')))
      .when(bar(2, ['100', '101', '99', '100'], { volume: '4' }))
      .then(filled('b', 'buy', '2', '102.5', 2 * minute, { ...second, tradeId: 'sim-2-2' }))
  })

  test('of the last bar, also when they come after it, restarted or not', () => {
    given(venue, config('same-close', share), listed(), next)
      .when(order('a', 'buy', '3'))
      .then(accepted('a'), filled('a', 'buy', '3', '101.41', 2 * minute))
      .restarted()
      .when(order('b', 'buy', '2', { timeInForce: 'FOK' }))
      .then(accepted('b', 2), ended('order.canceled', 'b', '2', 'fill or kill'))
      .when(order('c', 'sell', '3'))
      .then(accepted('c', 3), filled('c', 'sell', '1', '97.5', 2 * minute, rest(3, '2')))
      .when(bar(2, ['100', '101', '99', '100'], { volume: '8' }))
      .then(filled('c', 'sell', '2', '99.37', 2 * minute, { venueOrderId: 'sim-3', tradeId: 'sim-3-2' }))
      .when(order('d', 'sell', '3'))
      .then(accepted('d', 4), filled('d', 'sell', '2', '97.5', 3 * minute, rest(4, '1')))
  })

  test('of a quote', () => {
    given(venue, config('touch', share), listed(), quote('99 x 9', '100 x 8', 1))
      .when(order('a', 'buy', '3'))
      .then(accepted('a'), filled('a', 'buy', '3', '101.41', 1))
      .when(order('b', 'buy', '3'))
      .then(accepted('b', 2), filled('b', 'buy', '1', '102.5', 1, rest(2, '2')))
  })

  test('to the lot: 29 of 100 are 29', () => {
    const exact = { slippage: { kind: 'volume-share', volumeLimit: 0.29, impact: 0 } }
    given(venue, config('touch', exact), listed(), quote('99 x 9', '100 x 100', 1))
      .when(order('a', 'buy', '30'))
      .then(accepted('a'), filled('a', 'buy', '29', '100', 1, { leavesQuantity: '1' }))
  })
})

test('[V27] a post-only order that a bar opens through would take', () => {
  open('next-open')
    .when(order('a', 'buy', '5', { limitPrice: '100', isPostOnly: true }, 1))
    .then(accepted('a'))
    .when(next)
    .then(ended('order.canceled', 'a', '5', 'post-only would take'))
})

test('[V28] a sell does not reduce a short position, nor a buy a long one', () => {
  const nothing = 'reduce-only: nothing is left to reduce'
  for (const side of ['buy', 'sell'] as const)
    open('touch')
      .when(quote('99 x 9', '100 x 9', 1))
      .then()
      .when(order('a', side, '3'))
      .then(accepted('a'), filled('a', side, '3', side === 'buy' ? '100' : '99', 1))
      .when(order('b', side, '2', { isReduceOnly: true }))
      .then(accepted('b', 2), ended('order.canceled', 'b', '2', nothing))
})

test('[V17] [V26] [V28] the share and the fee are of what an order that only reduces gets', () => {
  const slippage = { kind: 'volume-share', volumeLimit: 0.25, impact: 0.1 }
  open('next-open', { slippage, fees: { makerBps: 0, takerBps: 0, perUnit: '0.5' } })
    .when(order('a', 'buy', '10', {}, 1))
    .then(accepted('a'))
    .when(bar(1, ['100', '101', '99', '100'], { volume: '1000' }))
    .then(filled('a', 'buy', '10', '100.01', minute, { fee: '5' }))
    .when(order('b', 'sell', '20', { isReduceOnly: true }))
    .then(accepted('b', 2))
    .when(bar(2, ['100', '101', '99', '100'], { volume: '80' }))
    .then(
      filled('b', 'sell', '10', '99.84', 2 * minute, { ...second, leavesQuantity: '10', fee: '5' }),
      ended('order.canceled', 'b', '10', 'reduce-only: nothing is left to reduce'),
    )
})

test('[V27] [V16] the touch is crossed also where we have taken all that is displayed there', () => {
  open('touch')
    .when(quote('99 x 9', '100 x 3', 1))
    .then()
    .when(order('a', 'buy', '3'))
    .then(accepted('a'), filled('a', 'buy', '3', '100', 1))
    .when(order('b', 'buy', '2', { limitPrice: '100', isPostOnly: true }))
    .then(accepted('b', 2), ended('order.canceled', 'b', '2', 'post-only would take'))
})

test('[V29] [V25] an order that arrives when its time is over gets nothing', () => {
  given(venue, config('touch', { latencyMicros: 100 }), listed(), quote('99 x 9', '100 x 3', 10))
    .when(order('a', 'buy', '3', { timeInForce: 'GTD', activeUntil: 110 }))
    .then()
    .when(quote('99 x 9', '101 x 3', 200))
    .then(accepted('a'), ended('order.expired', 'a', '3', 'its time is over'))
})
