import { describe, expect, test } from 'vitest'
import type { Statement } from '#schemas/event.ts'
import { orders } from '#services/orders/service.ts'
import { event, given } from '#test/given.ts'
import { approved, btc, cancel, canceled, fill, halted } from './orders-told.ts'

const bracket = { stopLoss: '95', takeProfit: '110' }
const entered = approved('risk:1.0', { bracket })
const exit = (clientOrderId: string, quantity: string, terms: object) =>
  ({
    topic: 'order.submitted',
    payload: {
      clientOrderId,
      approval: 'risk:1.0',
      strategy: 'ema-cross',
      instrument: btc,
      side: 'sell',
      quantity,
      timeInForce: 'GTC',
      isReduceOnly: true,
      closes: 't-1-0',
      expiresAt: expect.any(Number),
      ...terms,
    },
  }) as unknown as Statement
const stop = (id: string, quantity: string) => exit(id, quantity, { orderType: 'stop', stopPrice: '95' })
const profit = (id: string, quantity: string) => exit(id, quantity, { orderType: 'limit', limitPrice: '110' })
const sold = (id: string, quantity: string) => fill(id, `x-${id}-${quantity}`, quantity, { side: 'sell' })

describe('brackets', () => {
  test('[O18] each fill of the entry is followed by its exits, once', () => {
    given(orders, {}, entered)
      .when(fill('t-1-0', 'x', '4'))
      .then(stop('t-1-0-1s', '4'), profit('t-1-0-1p', '4'))
      .when(fill('t-1-0', 'x', '4'))
      .then()
      .restarted()
      .when(fill('t-1-0', 'y', '6'))
      .then(stop('t-1-0-2s', '6'), profit('t-1-0-2p', '6'))
  })

  test('[O18] a trailing offset makes the stop a trailing one, from the stop loss where there is one', () => {
    given(orders, {}, approved('risk:1.0', { bracket: { stopLoss: '95', trailingOffset: '3' } }))
      .when(fill('t-1-0', 'x', '10'))
      .then(exit('t-1-0-1s', '10', { orderType: 'trailing_stop', trailingOffset: '3', stopPrice: '95' }))
  })

  test('[O19] the exit that is filled cancels the other; a part of it does not', () => {
    given(orders, {}, entered, fill('t-1-0', 'x', '10'))
      .when(sold('t-1-0-1p', '4'))
      .then()
      .when(sold('t-1-0-1p', '6'))
      .then(cancel('t-1-0-1s', 'the other exit was filled'))
      .when(canceled('t-1-0-1s'))
      .then()
  })

  test('[O2] exits use no approval up: the next one makes its order, and the same one none', () => {
    given(orders, {}, entered, fill('t-1-0', 'x', '10'))
      .when(approved('risk:2.0'))
      .then({ topic: 'order.submitted', payload: expect.objectContaining({ clientOrderId: 't-2-0' }) } as never)
      .when(entered)
      .then({ topic: 'order.denied', payload: expect.objectContaining({ code: 'APPROVAL_REUSED' }) } as never)
  })

  test('[O7] [O18] a halt cancels exits too, and a fill that lost its race gets none', () => {
    given(orders, {}, entered, fill('t-1-0', 'x', '4'))
      .when(halted('risk:9.0'))
      .then(cancel('t-1-0', 'halted: stop'), cancel('t-1-0-1s', 'halted: stop'), cancel('t-1-0-1p', 'halted: stop'))
      .when(fill('t-1-0', 'y', '6'))
      .then()
  })

  test('[O9] a newer wish cancels them with the rest', () => {
    const superseded = { intent: 'strategy:9.0', strategy: 'ema-cross', instrument: btc }
    given(orders, {}, entered, fill('t-1-0', 'x', '10'))
      .when(event('risk.superseded', superseded))
      .then(cancel('t-1-0-1s', 'superseded'), cancel('t-1-0-1p', 'superseded'))
  })
})
