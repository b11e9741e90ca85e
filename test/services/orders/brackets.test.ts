import { describe, expect, test } from 'vitest'
import type { Statement } from '#schemas/event.ts'
import { orders } from '#services/orders/service.ts'
import { event, given } from '#test/given.ts'
import { approved, btc, cancel, canceled, command, fill, halted, massCancel, resumed } from './orders-told.ts'

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

  test('[O7] [O18] a halt that lets live what reduces keeps exits, and a fill that lost its race gets its own', () => {
    given(orders, {}, entered, fill('t-1-0', 'x', '4'))
      .when(halted('risk:9.0'))
      .then(cancel('t-1-0', 'halted: stop'))
      .when(fill('t-1-0', 'y', '6'))
      .then(stop('t-1-0-2s', '6'), profit('t-1-0-2p', '6'), massCancel('risk:9.0', { filled: 1 }))
      .when(event('risk.strategy_halted', { strategy: 'ema-cross', code: 'DRAWDOWN_EXCEEDS_MAX' }))
      .then()
  })

  const lost = (exits: string, next = 'they are sent again after it') =>
    ({
      topic: 'system.alert',
      payload: {
        code: 'PROTECTION_LOST',
        subject: 't-1-0',
        message: `the position of ema-cross in ${btc} loses its exits to the halt: ${exits}; ${next}`,
      },
    }) as const
  const cancels = ['t-1-0', 't-1-0-1s', 't-1-0-1p'].map((id) => cancel(id, 'halted: stop'))

  test('[O24] a split takes the exits in its instrument, and that is said; they are not sent again', () => {
    const split = (instrument: string) => event('md.split', { instrument, numerator: 7, denominator: 1 })
    const { topic, payload } = lost('t-1-0-1s (4), t-1-0-1p (4)', 'they are not sent again')
    given(orders, {}, entered, fill('t-1-0', 'x', '4'))
      .when(split('ETHUSDT.BINANCE'))
      .then()
      .when(split(btc))
      .then({ topic, payload: { ...payload, message: payload.message.replace('the halt', 'the split') } })
      .when(canceled('t-1-0-1s'))
      .then()
      .when(canceled('t-1-0-1p'))
      .then()
  })

  test('[O24] a fill of before a split that is heard of after it is followed by no exits, and that is said', () => {
    const { topic, payload } = lost('t-1-0-1s (4), t-1-0-1p (4)', 'they are not sent again')
    given(orders, {}, entered, event('md.split', { instrument: btc, numerator: 7, denominator: 1 }))
      .restarted()
      .when(fill('t-1-0', 'x', '4'))
      .then({ topic, payload: { ...payload, message: payload.message.replace('the halt', 'the split') } })
      .when(canceled('t-1-0'))
      .then()
  })

  test('[O20] a whole halt says what it takes, and what was left is sent again when it is over', () => {
    given(orders, {}, entered, fill('t-1-0', 'x', '4'))
      .when(halted('risk:9.0', { state: 'HALTED' }))
      .then(lost('t-1-0-1s (4), t-1-0-1p (4)'), ...cancels)
      .when(sold('t-1-0-1p', '1'))
      .then()
      .when(canceled('t-1-0-1s'))
      .then()
      .when(fill('t-1-0', 'y', '2'))
      .then(lost('t-1-0-2s (2), t-1-0-2p (2)'))
      .restarted()
      .when(resumed)
      .then(stop('t-1-0-1s2', '4'), stop('t-1-0-2s2', '2'), profit('t-1-0-2p2', '2'))
      .when(canceled('t-1-0-1p'))
      .then(profit('t-1-0-1p2', '3'))
      .when(sold('t-1-0-1p2', '3'))
      .then(cancel('t-1-0-1s2', 'the other exit was filled'))
      .when(halted('risk:20.0', { state: 'HALTED' }))
      .then(
        lost('t-1-0-2s2 (2), t-1-0-2p2 (2)'),
        cancel('t-1-0-2s2', 'halted: stop'),
        cancel('t-1-0-2p2', 'halted: stop'),
      )
      .when(canceled('t-1-0-2s2'))
      .then()
      .when(halted('risk:22.0', { state: 'REDUCING' }))
      .then(stop('t-1-0-2s3', '2'))
  })

  test('[O20] neither exit of a pair comes back when the halt lost the race to one', () => {
    given(orders, {}, entered, fill('t-1-0', 'x', '4'), halted('risk:9.0', { state: 'HALTED' }))
      .when(sold('t-1-0-1s', '4'))
      .then()
      .when(canceled('t-1-0-1p'))
      .then()
      .when(resumed)
      .then()
  })

  test('[O20] a halt that flattens says so, and sends nothing again', () => {
    given(orders, {}, entered, fill('t-1-0', 'x', '4'))
      .when(halted('risk:9.0', { state: 'HALTED', isFlattening: true }))
      .then(lost('t-1-0-1s (4), t-1-0-1p (4)', 'the halt closes the position, and they are not sent again'), ...cancels)
      .when(canceled('t-1-0-1s'))
      .then()
      .when(resumed)
      .then()
  })

  test('[O8] an operator who cancels all is told how many exits were among them', () => {
    const message = 'cancel requested for 3 of 3 working orders, 2 of them exits of open positions'
    given(orders, {}, entered, fill('t-1-0', 'x', '4'))
      .when(command('cancel_all'))
      .then(...['t-1-0', 't-1-0-1s', 't-1-0-1p'].map((id) => cancel(id, 'ann: drill')), {
        topic: 'system.command.result',
        payload: expect.objectContaining({ isDone: true, message }),
      } as never)
  })

  test('[O9] a newer wish cancels them with the rest', () => {
    const superseded = { intent: 'strategy:9.0', strategy: 'ema-cross', instrument: btc }
    given(orders, {}, entered, fill('t-1-0', 'x', '10'))
      .when(event('risk.superseded', superseded))
      .then(cancel('t-1-0-1s', 'superseded'), cancel('t-1-0-1p', 'superseded'))
  })
})
