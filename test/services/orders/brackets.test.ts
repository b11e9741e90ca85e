import { describe, expect, test } from 'vitest'
import { rememberedEnds } from '#lib/domain/sent-orders.ts'
import { Machine } from '#lib/kernel/machine.ts'
import { anyService } from '#lib/kernel/service.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { orders } from '#services/orders/service.ts'
import { event, given, type Told } from '#test/given.ts'
import {
  accepted,
  approved,
  btc,
  cancel,
  canceled,
  command,
  expired,
  fill,
  halted,
  massCancel,
  rejected,
  resumed,
} from './orders-told.ts'

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

test('[O15] an entry that works for long keeps no brackets of entries that ended and are forgotten', () => {
  const machine = new Machine(anyService(orders))
  let seq = 0
  const tell = ({ topic, payload, id }: Told) =>
    machine.step({
      seq: ++seq,
      id: id ?? `test:e1.${seq}`,
      topic,
      v: 1,
      at: 1,
      source: 'test',
      cause: null,
      payload,
    } as Event)
  tell(event('system.config', { service: 'orders', hash: '0'.repeat(64), config: {} }))
  tell(entered)
  for (let n = 0; n < 2 * rememberedEnds; n++) {
    tell(approved(`risk:2.${n}`, { bracket }))
    tell(canceled(`t-2-${n}`))
  }
  const { brackets } = machine.snapshot() as { brackets: unknown[] }
  expect(brackets).toHaveLength(rememberedEnds + 1)
})

describe('brackets', () => {
  test('[O18] each fill of the entry is followed by its exits, once', () => {
    given(orders, {}, entered)
      .when(fill('t-1-0', 'x', '4'))
      .then(stop('t-1-0-1s', '4'), profit('t-1-0-1p', '4'))
      .when(fill('t-1-0', 'x', '4'))
      .then()
      .when(accepted('t-1-0-1s'))
      .then()
      .when(accepted('t-1-0-1p'))
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
      .then(cancel('t-1-0-1s', 'what it was to close is closed'))
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
    given(orders, {}, entered, fill('t-1-0', 'x', '4'), accepted('t-1-0-1s'), accepted('t-1-0-1p'))
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
      .then(stop('t-1-0-1s2', '3'), stop('t-1-0-2s2', '2'), profit('t-1-0-2p2', '2'))
      .when(canceled('t-1-0-1p'))
      .then(profit('t-1-0-1p2', '3'))
      .when(sold('t-1-0-1p2', '3'))
      .then(cancel('t-1-0-1s2', 'what it was to close is closed'))
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

  test('[O24] what a halt took comes back in no other units: a split meanwhile ends it, and that is said', () => {
    const split = event('md.split', { instrument: btc, numerator: 7, denominator: 1 })
    const { topic, payload } = lost('t-1-0-1s (4), t-1-0-1p (4), t-1-0-2s (2), t-1-0-2p (2)', 'they are not sent again')
    given(orders, {}, entered, fill('t-1-0', 'x', '4'), halted('risk:9.0', { state: 'HALTED' }))
      .when(fill('t-1-0', 'y', '2'))
      .then(lost('t-1-0-2s (2), t-1-0-2p (2)'))
      .when(canceled('t-1-0-1s'))
      .then()
      .when(split)
      .then({ topic, payload: { ...payload, message: payload.message.replace('the halt', 'the split') } })
      .restarted()
      .when(resumed)
      .then()
      .when(canceled('t-1-0-1p'))
      .then()
  })

  test('[O20] [O22] an exit that was moved comes back at the price that it was moved to', () => {
    const updated = event('order.updated', { clientOrderId: 't-1-0-1p', instrument: btc, limitPrice: '120' })
    const move = { order: 't-1-0-1p', limitPrice: '120', reason: 'more', operator: 'ann' }
    const asked = event('system.command', { command: 'order.replace', ...move })
    given(orders, {}, entered, fill('t-1-0', 'x', '4'), accepted('t-1-0-1p'), asked)
      .when(halted('risk:9.0', { state: 'HALTED' }))
      .then(lost('t-1-0-1s (4), t-1-0-1p (4)'), ...cancels)
      // The venue moved it before it heard of the cancel.
      .when(updated)
      .then()
      .when(canceled('t-1-0-1p'))
      .then()
      .restarted()
      .when(resumed)
      .then(exit('t-1-0-1p2', '4', { orderType: 'limit', limitPrice: '120' }))
  })

  test('[O9] [O20] what a halt took does not come back beside a newer wish', () => {
    const superseded = { intent: 'strategy:9.0', strategy: 'ema-cross', instrument: btc }
    given(orders, {}, entered, fill('t-1-0', 'x', '10'), halted('risk:9.0', { state: 'HALTED' }))
      .when(resumed)
      .then()
      .when(event('risk.superseded', { ...superseded, strategy: 'other' }))
      .then({ topic: 'order.superseded', payload: { ...superseded, strategy: 'other' } })
      .when(canceled('t-1-0-1s'))
      .then(stop('t-1-0-1s2', '10'))
      .when(event('risk.superseded', superseded))
      .then(cancel('t-1-0-1s2', 'superseded'))
      .when(canceled('t-1-0-1p'))
      .then(massCancel('risk:9.0', { canceled: 2 }))
  })

  const failed = (id: string, quantity: string, why: string, what: string) =>
    ({
      topic: 'system.alert',
      payload: {
        code: 'PROTECTION_LOST',
        subject: 't-1-0',
        message: `the position of ema-cross in ${btc} loses its exits to the venue (${why}): ${id} (${quantity}); ${what}`,
      },
    }) as const
  const holding = () => given(orders, {}, entered, fill('t-1-0', 'x', '10'))
  const gone = 'it is not sent again'

  test('[O26] a stop that the venue rejects is closed at the market, and the profit goes with it', () => {
    holding()
      .when(rejected('t-1-0-1s', 'PRICE_INVALID'))
      .then(
        failed('t-1-0-1s', '10', 'rejected PRICE_INVALID', 't-1-0-1m closes it at the market'),
        exit('t-1-0-1m', '10', { orderType: 'market' }),
      )
      .when(rejected('t-1-0-1s', 'PRICE_INVALID'))
      .then()
      .restarted()
      .when(sold('t-1-0-1m', '4'))
      .then()
      .when(sold('t-1-0-1m', '6'))
      .then(cancel('t-1-0-1p', 'what it was to close is closed'))
  })

  test('[O26] a trailing stop too, without what makes it one', () => {
    const trailing = approved('risk:1.0', { bracket: { stopLoss: '95', trailingOffset: '3' } })
    const { answers } = given(orders, {}, trailing, fill('t-1-0', 'x', '10')).when(
      rejected('t-1-0-1s', 'TERMS_INVALID'),
    )
    expect(answers[1]).toEqual(exit('t-1-0-1m', '10', { orderType: 'market' }))
  })

  test('[O26] an exit that the venue ends is sent again, up to a third time; then a stop is closed at the market', () => {
    const again = (id: string) => `it is sent again as ${id}`
    holding()
      .when(sold('t-1-0-1p', '3'))
      .then()
      .when(canceled('t-1-0-1s'))
      .then(failed('t-1-0-1s', '7', 'canceled', again('t-1-0-1s2')), stop('t-1-0-1s2', '7'))
      .when(expired('t-1-0-1s2'))
      .then(failed('t-1-0-1s2', '7', 'expired', again('t-1-0-1s3')), stop('t-1-0-1s3', '7'))
      .when(canceled('t-1-0-1s3'))
      .then(
        failed('t-1-0-1s3', '7', 'canceled', 't-1-0-1m closes it at the market'),
        exit('t-1-0-1m', '7', { orderType: 'market' }),
      )
      .when(rejected('t-1-0-1m', 'NO_MARKET'))
      .then(failed('t-1-0-1m', '7', 'rejected NO_MARKET', gone))
      .when(expired('t-1-0-1p'))
      .then(failed('t-1-0-1p', '7', 'expired', again('t-1-0-1p2')), profit('t-1-0-1p2', '7'))
      .when(rejected('t-1-0-1p2', 'PRICE_INVALID'))
      .then(failed('t-1-0-1p2', '7', 'rejected PRICE_INVALID', gone))
  })

  test('[O26] nothing is lost when the exits have closed their fill, or when we asked for the end', () => {
    holding()
      .when(sold('t-1-0-1p', '10'))
      .then(cancel('t-1-0-1s', 'what it was to close is closed'))
      .when(expired('t-1-0-1s'))
      .then()
    holding()
      .when(command('cancel_all'))
      .then(...['t-1-0-1s', 't-1-0-1p'].map((id) => cancel(id, 'ann: drill')), expect.anything() as never)
      .when(rejected('t-1-0-1s', 'TERMS_INVALID'))
      .then()
      .when(canceled('t-1-0-1p'))
      .then(massCancel(null, { canceled: 1, rejected: 1 }))
  })

  test('[O26] nor when the contract has ended, which settles what is held', () => {
    const listed = (expiresAt: number) =>
      event('md.instrument', {
        ...{ instrument: btc, kind: 'future', tickSize: '0.5', lotSize: '1', multiplier: '1', currency: 'USDT' },
        ...{ isSimulated: false, expiresAt },
      } as never)
    const ending = (at: number) =>
      given(orders, {}, listed(9_000), entered, fill('t-1-0', 'x', '10'))
        .restarted()
        .when({ ...expired('t-1-0-1s'), at })
    ending(8_999).then(failed('t-1-0-1s', '10', 'expired', 'it is sent again as t-1-0-1s2'), stop('t-1-0-1s2', '10'))
    ending(9_000).then()
  })

  test('[O19] both in part close a fill too; the one that was sent again is the other of the first', () => {
    holding()
      .when(sold('t-1-0-1p', '4'))
      .then()
      .when(sold('t-1-0-1s', '6'))
      .then(cancel('t-1-0-1s', 'what it was to close is closed'), cancel('t-1-0-1p', 'what it was to close is closed'))
    holding()
      .when(canceled('t-1-0-1s'))
      .then(failed('t-1-0-1s', '10', 'canceled', 'it is sent again as t-1-0-1s2'), stop('t-1-0-1s2', '10'))
      .when(sold('t-1-0-1s2', '10'))
      .then(cancel('t-1-0-1p', 'what it was to close is closed'))
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

  const flattened = () =>
    given(orders, {}, entered, fill('t-1-0', 'x', '4'), accepted('t-1-0'), canceled('t-1-0'))
      .when(halted('risk:9.0', { state: 'HALTED', isFlattening: true }))
      .then(
        lost('t-1-0-1s (4), t-1-0-1p (4)', 'the halt closes the position; what it leaves open has them again after it'),
        ...cancels.slice(1),
      )
      .when(canceled('t-1-0-1s'))
      .then()
      .when(canceled('t-1-0-1p'))
      .then(massCancel('risk:9.0', { canceled: 2 }))
  const closing = (id: string, quantity: string) => approved(id, { side: 'sell', quantity, intent: 'strategy:9.0' })
  const sending = { topic: 'order.submitted', payload: expect.anything() } as never
  const taking = { intent: 'strategy:9.0', strategy: 'ema-cross', instrument: btc }
  const superseded = event('risk.superseded', taking)
  const known = { topic: 'order.superseded', payload: taking } as const
  const refusal = (code: PayloadOf<'risk.rejected'>['code'], value?: string, known = 90) => ({
    ...event('risk.rejected', { intent: 'strategy:9.0', strategy: 'ema-cross', instrument: btc, code, value }),
    id: `risk:${known}.0`,
  })

  test('[O27] a halt that flattens says so; what it has closed has no exits again, what it left open has', () => {
    flattened().when(closing('risk:10.0', '4')).then(sending).when(sold('t-10-0', '4')).then().when(resumed).then()
    flattened().restarted().when(resumed).then(stop('t-1-0-1s2', '4'), profit('t-1-0-1p2', '4'))
    flattened()
      .when(closing('risk:10.0', '4'))
      .then(sending)
      .when(fill('t-10-0', 'z', '3', { side: 'sell' }))
      .then()
      .when(resumed)
      .then()
      // Its end leaves one.
      .when(canceled('t-10-0'))
      .then(stop('t-1-0-1s2', '1'), profit('t-1-0-1p2', '1'))
  })

  const taken = () =>
    given(orders, {}, entered, fill('t-1-0', 'x', '10'))
      .when(superseded)
      .then(cancel('t-1-0-1s', 'superseded'), cancel('t-1-0-1p', 'superseded'))
      .when(canceled('t-1-0-1s'))
      .then()
  const both = () => taken().when(canceled('t-1-0-1p')).then()
  const again = (quantity: string) => [stop('t-1-0-1s2', quantity), profit('t-1-0-1p2', quantity)] as const

  test('[O27] exits that a wish took come back when it is refused', () => {
    both()
      .restarted()
      .when(refusal('PRICE_OUTSIDE_COLLAR'))
      .then(...again('10'))
      .when(refusal('HALTED'))
      .then()
    // Each once the venue has ended the one before it.
    taken()
      .when(refusal('PRICE_OUTSIDE_COLLAR'))
      .then(stop('t-1-0-1s2', '10'))
      .when(canceled('t-1-0-1p'))
      .then(profit('t-1-0-1p2', '10'))
    both().when(refusal('DUPLICATE_INTENT')).then()
    both().when(refusal('ALREADY_AT_TARGET', '0')).then().when(refusal('HALTED')).then()
    both()
      .when(superseded)
      .then(known)
      .when(refusal('ALREADY_AT_TARGET', '6'))
      .then(...again('10'))
  })

  test('[O27] and when its order ends with a rest, for what that has not sold; an order that closes the position ends them', () => {
    const closed = () => both().when(closing('risk:10.0', '10')).then(sending)
    closed()
      .when(rejected('t-10-0', 'NO_MARKET'))
      .then(...again('10'))
    closed()
      .when(fill('t-10-0', 'z', '4', { side: 'sell' }))
      .then()
      .restarted()
      .when(expired('t-10-0'))
      .then(...again('6'))
    closed()
      .when(sold('t-10-0', '10'))
      .then()
      .when(event('system.time', { now: 9_000_000 }, 9_000_000))
      .then()
    // A newer wish takes that order: its verdict is awaited.
    closed()
      .when(superseded)
      .then(cancel('t-10-0', 'superseded'))
      .when(canceled('t-10-0'))
      .then()
      .when(refusal('ALREADY_AT_TARGET', '10'))
      .then(...again('10'))
    // An approval that came too late makes no order.
    both()
      .when(approved('risk:10.0', { side: 'sell', expiresAt: 1, intent: 'strategy:9.0' }))
      .then({ topic: 'order.denied', payload: expect.anything() } as never)
      .when(event('system.time', { now: 9_000_000 }, 9_000_000))
      .then(...again('10'))
  })

  test('[O27] while all is halted a person hears of it, and they come back after it', () => {
    taken()
      .when(halted('risk:9.0', { state: 'HALTED' }))
      .then()
      .when(refusal('HALTED'))
      .then(lost('t-1-0-1s (10), t-1-0-1p (10)', 'they are sent again after it'))
      .when(canceled('t-1-0-1p'))
      .then(massCancel('risk:9.0', { canceled: 1 }))
      .when(resumed)
      .then(...again('10'))
  })

  test('[O24] a split takes what a wish took', () => {
    const split = event('md.split', { instrument: btc, numerator: 2, denominator: 1 })
    expect(
      taken()
        .when(split)
        .answers.map(({ topic }) => topic),
    ).toEqual(['system.alert'])
  })

  test('[O29] a reversal is followed by exits of what it opens; a fill of it that only closes by none', () => {
    const reversal = approved('risk:10.0', {
      ...{ side: 'sell', quantity: '20', bracket: { stopLoss: '105' } },
      intent: 'strategy:9.0',
    })
    const cover = (id: string, quantity: string) => ({
      ...exit(id, quantity, {}),
      payload: {
        ...exit(id, quantity, {}).payload,
        approval: 'risk:10.0',
        side: 'buy',
        closes: 't-10-0',
        orderType: 'stop',
        stopPrice: '105',
      },
    })
    const reversing = () => both().when(reversal).then(sending)
    reversing()
      .when(sold('t-10-0', '20'))
      .then(cover('t-10-0-1s', '10') as never)
    reversing()
      .when(fill('t-10-0', 'a', '4', { side: 'sell' }))
      .then()
      .restarted()
      .when(fill('t-10-0', 'b', '9', { side: 'sell' }))
      .then(cover('t-10-0-2s', '3') as never)
      .when(accepted('t-10-0-2s'))
      .then()
      .when(fill('t-10-0', 'c', '7', { side: 'sell' }))
      .then(cover('t-10-0-3s', '7') as never)
    reversing()
      .when(halted('risk:11.0', { state: 'HALTED' }))
      .then(cancel('t-10-0', 'halted: stop'))
      .when(fill('t-10-0', 'a', '4', { side: 'sell' }))
      .then()
  })

  test('[O29] what a smaller target has sold its exits close no more: the rest of them is canceled in silence', () => {
    const lessened = () =>
      holding()
        .when(approved('risk:10.0', { side: 'sell', quantity: '6' }))
        .then(sending)
        .when(sold('t-10-0', '6'))
        .then()
    lessened()
      .restarted()
      .when(sold('t-1-0-1p', '4'))
      .then(cancel('t-1-0-1s', 'what it was to close is closed'), cancel('t-1-0-1p', 'what it was to close is closed'))
      .when(canceled('t-1-0-1p'))
      .then()
      .when(canceled('t-1-0-1s'))
      .then()
    lessened()
      .when(canceled('t-1-0-1s'))
      .then(failed('t-1-0-1s', '4', 'canceled', 'it is sent again as t-1-0-1s2'), stop('t-1-0-1s2', '4'))
    lessened()
      .when(approved('risk:11.0', { side: 'sell', quantity: '4' }))
      .then(sending)
      .when(sold('t-11-0', '4'))
      .then(cancel('t-1-0-1s', 'what it was to close is closed'), cancel('t-1-0-1p', 'what it was to close is closed'))
  })

  test('[O29] what the other exit of a pair sells beyond its fill, those of another fill close no more', () => {
    const first = [fill('t-1-0', 'x', '4'), accepted('t-1-0-1s'), accepted('t-1-0-1p')]
    given(orders, {}, entered, ...first, fill('t-1-0', 'y', '6'), sold('t-1-0-1s', '4'))
      .when(sold('t-1-0-1p', '1'))
      .then()
      .when(canceled('t-1-0-2s'))
      .then(failed('t-1-0-2s', '5', 'canceled', 'it is sent again as t-1-0-2s2'), stop('t-1-0-2s2', '5'))
  })

  test('[O29] what a position without exits was is not opened by its reversal; after a split, or its end, it is another, or none', () => {
    const reversal = approved('risk:10.0', {
      ...{ side: 'sell', quantity: '20', bracket: { stopLoss: '105' } },
      intent: 'strategy:9.0',
    })
    const covering = (quantity: string) =>
      ({
        topic: 'order.submitted',
        payload: expect.objectContaining({ clientOrderId: 't-10-0-1s', side: 'buy', quantity }),
      }) as never
    const bare = () => given(orders, {}, approved('risk:1.0'), fill('t-1-0', 'x', '10'))
    const reversing = (scene: Pick<ReturnType<typeof bare>, 'when'>) =>
      scene.when(reversal).then(sending).restarted().when(sold('t-10-0', '20'))
    reversing(bare()).then(covering('10'))
    const split = event('md.split', { instrument: btc, numerator: 3, denominator: 2 })
    reversing(bare().when(split).then()).then(covering('5'))
    const settled = event('venue.settled', {
      ...{
        strategy: 'ema-cross',
        instrument: btc,
        contract: btc,
        how: 'delivered',
        side: 'sell',
        quantity: '10',
        price: '1',
      },
      ...{ currency: 'USDT', settlementPrice: '1', settledAt: 1 },
    } as never)
    reversing(bare().when(settled).then()).then(covering('20'))
  })

  test('[O29] a late fill of an order of before a split takes off as many new units', () => {
    const before = [approved('risk:1.0'), accepted('t-1-0')] as const
    const split = event('md.split', { instrument: btc, numerator: 2, denominator: 1 })
    const short = approved('risk:10.0', { side: 'sell', quantity: '20', bracket: { stopLoss: '105' } })
    const scene = given(orders, {}, ...before, split, canceled('t-1-0'), short)
    scene.when(sold('t-10-0', '6')).then(sending)
    scene.when(fill('t-1-0', 'late', '2')).then()
    const again = expect.objectContaining({ clientOrderId: 't-10-0-1s2', side: 'buy', quantity: '2' })
    scene.when(canceled('t-10-0-1s')).then({ topic: 'system.alert', payload: expect.anything() } as never, {
      topic: 'order.submitted',
      payload: again,
    })
    scene.when(fill('t-1-0', 'later', '1')).then(cancel('t-10-0-1s2', 'what it was to close is closed'))
  })

  test('[O29] a reversal that finds exits at work cancels them, and is followed by its own', () => {
    holding()
      .when(approved('risk:10.0', { side: 'sell', quantity: '12', bracket: { stopLoss: '105' } }))
      .then(sending)
      .when(sold('t-10-0', '12'))
      .then(
        cancel('t-1-0-1s', 'what it was to close is closed'),
        cancel('t-1-0-1p', 'what it was to close is closed'),
        {
          topic: 'order.submitted',
          payload: expect.objectContaining({ clientOrderId: 't-10-0-1s', side: 'buy', quantity: '2' }),
        } as never,
      )
  })

  test('[O9] a wish that finds nothing to cancel is answered all the same, so that the gate hears that it is known', () => {
    given(orders, {}, entered, fill('t-1-0', 'x', '10'))
      .when(halted('risk:9.0', { state: 'HALTED' }))
      .then(lost('t-1-0-1s (10), t-1-0-1p (10)'), ...cancels.slice(1))
      .when(resumed)
      .then()
      .restarted()
      .when(superseded)
      .then(known)
    given(orders, {}).when(superseded).then(known)
  })

  test('[O27] a fill while a wish waits for its verdict has its exits when that is refused, or its order leaves something', () => {
    const waiting = () =>
      given(orders, {}, entered)
        .when(superseded)
        .then(cancel('t-1-0', 'superseded'))
        .when(fill('t-1-0', 'x', '4'))
        .then()
        .when(canceled('t-1-0'))
        .then()
        .restarted()
    const come = (quantity: string) => [stop('t-1-0-1s2', quantity), profit('t-1-0-1p2', quantity)] as const
    waiting()
      .when(refusal('PRICE_STALE'))
      .then(...come('4'))
    waiting()
      .when(closing('risk:10.0', '4'))
      .then(sending)
      .when(fill('t-10-0', 'z', '3', { side: 'sell' }))
      .then()
      .when(canceled('t-10-0'))
      .then(...come('1'))
    waiting().when(closing('risk:10.0', '4')).then(sending).when(sold('t-10-0', '4')).then()
    const halting = waiting()
    halting.when(halted('risk:11.0', { state: 'HALTED' })).then(massCancel('risk:11.0', {}))
    halting
      .when(refusal('HALTED'))
      .then(lost('t-1-0-1s (4), t-1-0-1p (4)'))
      .when(resumed)
      .then(...come('4'))
  })

  test('[O27] a refusal ends the exits of fills that the gate knew, and gives back those of later ones', () => {
    const filledLate = (known: number) => both().when(refusal('ALREADY_AT_TARGET', '0', known))
    filledLate(90).then()
    filledLate(2).then(...again('10'))
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

  test('[O33] a gate that is silent for 10 s leaves a position its exits: a late fill has them, and those that a wish took come back', () => {
    const time = (seconds: number) => event('system.time', { now: seconds * 1_000_000 }, seconds * 1_000_000)
    const late = given(orders, {}, entered)
    late.when(superseded)
    late.when(canceled('t-1-0')).then()
    late
      .when(time(1))
      .then()
      .when(fill('t-1-0', 'x', '4'))
      .then()
      .when(time(9))
      .then()
    late.restarted().when(time(11)).then(stop('t-1-0-1s2', '4'), profit('t-1-0-1p2', '4')).when(time(30)).then()
    const denied = { clientOrderId: 't-10-0', approval: 'risk:10.0', strategy: 'ema-cross', instrument: btc }
    late
      .restarted()
      .when(approved('risk:10.0', { side: 'sell', quantity: '4', intent: 'strategy:9.0', expiresAt: 60_000_000 }))
      .then({ topic: 'order.denied', payload: { ...denied, code: 'APPROVAL_EXPIRED' } })
    both()
      .when(time(9))
      .then()
      .when(time(20))
      .then(...again('10'))
  })

  test('[O33] what works there is waited for, the verdict is what counts, and while all is halted a person hears of it', () => {
    const time = (seconds: number) => event('system.time', { now: seconds * 1_000_000 }, seconds * 1_000_000)
    taken()
      .when(time(5))
      .then()
      .when(time(60))
      .then()
      .when(canceled('t-1-0-1p'))
      .then()
      .when(time(69))
      .then()
      .when(time(70))
      .then(...again('10'))
    const verdict = both().when(closing('risk:10.0', '10')).then(sending)
    verdict.when(time(60)).then()
    const halting = both()
    halting.when(halted('risk:9.0', { state: 'HALTED' }))
    halting
      .when(time(60))
      .then(lost('t-1-0-1s (10), t-1-0-1p (10)'))
      .when(resumed)
      .then(...again('10'))
  })

  test('[O8] those that a halt or a wish took do not come back when an operator has canceled all', () => {
    const all = (what: string) =>
      ({ topic: 'system.command.result', payload: expect.objectContaining({ message: what }) }) as never
    const waited = '; 2 exits that waited are not sent again'
    const halting = given(orders, {}, entered, fill('t-1-0', 'x', '10'))
    halting.when(halted('risk:9.0', { state: 'HALTED' }))
    halting.when(canceled('t-1-0-1s')).then()
    halting.when(command('cancel_all')).then(all(`cancel requested for 0 of 1 working orders${waited}`))
    halting.when(canceled('t-1-0-1p'))
    halting.restarted().when(resumed).then()
    const wishing = both().when(closing('risk:10.0', '10')).then(sending)
    wishing
      .when(command('cancel_all'))
      .then(cancel('t-10-0', 'ann: drill'), all(`cancel requested for 1 of 1 working orders${waited}`))
    wishing.when(canceled('t-10-0')).then(massCancel(null, { canceled: 1 }))
    both()
      .when(command('cancel_all'))
      .then(all(`cancel requested for 0 of 0 working orders${waited}`), massCancel(null))
  })

  test('[O9] a newer wish cancels them with the rest', () => {
    const superseded = { intent: 'strategy:9.0', strategy: 'ema-cross', instrument: btc }
    given(orders, {}, entered, fill('t-1-0', 'x', '10'))
      .when(event('risk.superseded', superseded))
      .then(cancel('t-1-0-1s', 'superseded'), cancel('t-1-0-1p', 'superseded'))
  })
})
