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
