import { describe, expect, test } from 'vitest'
import { rememberedEnds } from '#lib/domain/sent-orders.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { orders } from '#services/orders/service.ts'
import { event, given } from '#test/given.ts'
import {
  accepted,
  approval,
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
} from './orders-told.ts'

const { intent: _, ...terms } = approval
const submitted = (clientOrderId: string, id: string, more = {}) =>
  ({ topic: 'order.submitted', payload: { clientOrderId, approval: id, ...terms, ...more } }) as const
const denied = (clientOrderId: string, id: string, code: PayloadOf<'order.denied'>['code']) =>
  ({
    topic: 'order.denied',
    payload: { clientOrderId, approval: id, strategy: 'ema-cross', instrument: btc, code },
  }) as const
const refused = (clientOrderId: string, message: string) => ({
  topic: 'system.alert',
  payload: { code: 'VENUE_REPORT_REFUSED', subject: clientOrderId, message: expect.stringContaining(message) },
})

describe('approvals', () => {
  test('[O1] an approval becomes one order with its own terms', () => {
    given(orders, {})
      .when(approved('risk:42.0'))
      .then(submitted('t-42-0', 'risk:42.0'))
      .when(approved('risk:42.1', { orderType: 'limit', limitPrice: '60000.5', side: 'sell' }))
      .then(submitted('t-42-1', 'risk:42.1', { orderType: 'limit', limitPrice: '60000.5', side: 'sell' }))
  })

  test('[O2] the same approval again, or an older one, never makes an order, even long after its order ended', () => {
    given(orders, {}, approved('risk:42.0'), fill('t-42-0', 'x1', '10'))
      .when(approved('risk:42.0'))
      .then(denied('t-42-0', 'risk:42.0', 'APPROVAL_REUSED'))
      .when(approved('risk:41.9'))
      .then(denied('t-41-9', 'risk:41.9', 'APPROVAL_REUSED'))
      .restarted()
      .when(approved('risk:42.0'))
      .then(denied('t-42-0', 'risk:42.0', 'APPROVAL_REUSED'))
  })

  test('[O2] an approval that was denied is used', () => {
    given(orders, {}, approved('risk:42.0', { expiresAt: 999 }))
      .when(approved('risk:42.0'))
      .then(denied('t-42-0', 'risk:42.0', 'APPROVAL_REUSED'))
  })

  test('[O3] an approval holds at its expiry and not a microsecond longer, by the newest time seen', () => {
    given(orders, {}, event('system.time', { now: 5_000 }, 5_000))
      .when(approved('risk:42.0', {}, 4_000))
      .then(submitted('t-42-0', 'risk:42.0'))
      .when(event('system.time', { now: 5_001 }, 5_001))
      .then()
      .when(approved('risk:43.0', {}, 4_000))
      .then(denied('t-43-0', 'risk:43.0', 'APPROVAL_EXPIRED'))
  })

  test('[O31] what was approved before a split of its instrument was heard of is not sent after it', () => {
    const { instrument } = approved('risk:1.0').payload as { instrument: string }
    const split = event('md.split', { instrument, numerator: 1, denominator: 4 })
    given(orders, {}, event('system.time', { now: 1 }), split)
      .restarted()
      .when(approved('risk:2.0'))
      .then(denied('t-2-0', 'risk:2.0', 'APPROVAL_EXPIRED'))
      .when(approved('risk:3.0'))
      .then(submitted('t-3-0', 'risk:3.0'))
  })

  test('[O4] after a halt only what the gate approved knowing of it passes, until it resumes', () => {
    given(orders, {}, halted('risk:50.0'))
      .when(approved('risk:49.0'))
      .then(denied('t-49-0', 'risk:49.0', 'HALTED'))
      .when(approved('risk:51.0'))
      .then(submitted('t-51-0', 'risk:51.0'))
      .when(event('risk.resumed', { reason: 'calm' }))
      .then()
      .when(approved('risk:52.0'))
      .then(submitted('t-52-0', 'risk:52.0'))
  })

  test('[O6] what is no answer of risk makes no order', () => {
    for (const id of ['strategy:42.0', 'risk:e1.7', 'risk:99999999999999999999.0']) {
      const { answers } = given(orders, {}).when(approved(id))
      expect(answers).toMatchObject([{ topic: 'system.alert', payload: { code: 'SIGNATURE_INVALID', subject: id } }])
    }
  })
})

describe('cancels', () => {
  const sell = { side: 'sell', strategy: 'rsi-fade' } as const

  test('[O7] a halt asks for the cancel of everything that works, once each', () => {
    given(orders, {}, approved('risk:1.0'), approved('risk:2.0', sell), approved('risk:3.0'), fill('t-3-0', 'x', '10'))
      .when(halted('risk:9.0'))
      .then(cancel('t-1-0', 'halted: stop'), cancel('t-2-0', 'halted: stop'))
      .when(halted('risk:10.0'))
      .then()
  })

  test('[O7] but not of what only takes its own strategy’s position towards zero', () => {
    const held = [approved('risk:1.0'), fill('t-1-0', 'x', '10')]
    const out = (quantity: string, more = {}) => approved('risk:2.0', { side: 'sell', quantity, ...more })
    const beyond = cancel('t-2-0', 'halted: stop')
    given(orders, {}, ...held, out('10'))
      .when(halted('risk:9.0'))
      .then(massCancel('risk:9.0', {}))
    given(orders, {}, ...held, out('11'))
      .when(halted('risk:9.0'))
      .then(beyond)
    given(orders, {}, ...held, out('10', sell))
      .when(halted('risk:9.0'))
      .then(beyond)
    const loss = event('risk.strategy_halted', { strategy: 'ema-cross', code: 'DAILY_LOSS_EXCEEDS_MAX' })
    given(orders, {}, ...held, out('4'))
      .when(loss)
      .then()
  })

  const tick = (at: number) => event('system.time', { now: at }, at)

  test('[O21] a halt is confirmed when the venue has ended all that it meant, however it ended', () => {
    given(orders, {}, approved('risk:1.0'), approved('risk:2.0'), approved('risk:3.0'), approved('risk:4.0'))
      .when(halted('risk:9.0'))
      .then(...['t-1-0', 't-2-0', 't-3-0', 't-4-0'].map((id) => cancel(id, 'halted: stop')))
      .when(canceled('t-1-0'))
      .then()
      .when(fill('t-2-0', 'x', '10'))
      .then()
      .when(expired('t-3-0'))
      .then()
      .restarted()
      .when(rejected('t-4-0', 'UNKNOWN_ORDER'))
      .then(massCancel('risk:9.0', { canceled: 1, filled: 1, expired: 1, rejected: 1 }))
      .when(tick(9_000_000))
      .then()
  })

  test('[O21] what is open after 5 s is said once, by name, and the rest when it ends', () => {
    given(orders, {}, approved('risk:1.0'), approved('risk:2.0'), halted('risk:9.0'), canceled('t-1-0'))
      .when(tick(5_000_000))
      .then()
      .when(tick(5_001_000))
      .then(massCancel('risk:9.0', { canceled: 1, open: ['t-2-0'] }))
      .restarted()
      .when(tick(15_000_000))
      .then()
      .when(canceled('t-2-0'))
      .then(massCancel('risk:9.0', { canceled: 2 }))
  })

  test('[O21] a halt with nothing at work is confirmed at once', () => {
    given(orders, {}).when(halted('risk:9.0')).then(massCancel('risk:9.0'))
  })

  const adopted = (clientOrderId: string, more: object = {}) =>
    event('order.adopted', {
      ...{ clientOrderId, venueOrderId: '7', venueClientId: 'web_1', strategy: 'external', instrument: btc },
      ...{ side: 'buy', quantity: '10', limitPrice: '60000', filled: '4', tradeIds: ['a'], ...more },
    } as PayloadOf<'order.adopted'>)

  test('[O25] an order that was adopted is followed and canceled like any other, at once while trading is halted', () => {
    given(orders, {})
      .when(adopted('external-BTC-7'))
      .then()
      .when(fill('external-BTC-7', 'a', '4'))
      .then()
      .when(halted('risk:9.0'))
      .then(cancel('external-BTC-7', 'halted: stop'))
      .restarted()
      .when(adopted('external-BTC-8'))
      .then(cancel('external-BTC-8', 'halted'))
      .when(fill('external-BTC-7', 'b', '7'))
      .then(refused('external-BTC-7', 'overfill') as never)
      .when(canceled('external-BTC-7'))
      .then(massCancel('risk:9.0', { canceled: 1 }))
  })

  test('[O25] what is adopted in a halted instrument is canceled, but for what only reduces; elsewhere it works', () => {
    given(orders, {}, approved('risk:1.0'), fill('t-1-0', 'x', '11'))
      .when(adopted('external-BTC-7'))
      .then(cancel('external-BTC-7', 'halted'))
      .when(adopted('external-BTC-8', { isReduceOnly: true }))
      .then()
      .when(adopted('external-ETH-9', { instrument: 'ETHUSDT.BINANCE' }))
      .then()
      .when(halted('risk:9.0', { state: 'REDUCING' }))
      .then({
        topic: 'order.cancel_requested',
        payload: { clientOrderId: 'external-ETH-9', instrument: 'ETHUSDT.BINANCE', reason: 'halted: stop' },
      })
      .when(adopted('external-BTC-10', { isReduceOnly: true }))
      .then()
  })

  test('[O23] an operator cancels one order, and again with the word that it is gone', () => {
    const command = (order: string, more: object = {}) =>
      event('system.command', { command: 'order.cancel', order, reason: 'looked', operator: 'ann', ...more })
    const asked = { clientOrderId: 't-1-0', instrument: btc, reason: 'ann: looked' }
    const answered = (isDone: boolean, message: string) =>
      ({ topic: 'system.command.result', payload: { command: expect.any(String), isDone, message } }) as const
    given(orders, {}, approved('risk:1.0'), accepted('t-1-0'))
      .when(command('t-2-0'))
      .then(answered(false, 'no order t-2-0 is at work'))
      .when(command('t-1-0'))
      .then({ topic: 'order.cancel_requested', payload: asked }, answered(true, 't-1-0 is to be canceled'))
      .restarted()
      .when(command('t-1-0', { isGone: true }))
      .then(
        { topic: 'order.cancel_requested', payload: { ...asked, isGone: true } },
        answered(true, 't-1-0 has ended, if the venue knows nothing of it'),
      )
      .when(canceled('t-1-0'))
      .then()
      .when(command('t-1-0'))
      .then(answered(false, 'no order t-1-0 is at work'))
  })

  const limit = { orderType: 'limit', limitPrice: '100' } as const
  const moveTo = (order: string, limitPrice: string | undefined) =>
    event('system.command', { command: 'order.replace', order, limitPrice, reason: 'thin', operator: 'ann' })
  const says = (isDone: boolean, message: string) =>
    ({ topic: 'system.command.result', payload: { command: expect.any(String), isDone, message } }) as const
  const moves = (clientOrderId: string, limitPrice: string) =>
    ({
      topic: 'order.update_requested',
      payload: { clientOrderId, instrument: btc, limitPrice, reason: 'ann: thin' },
    }) as const
  const updated = (clientOrderId: string, limitPrice: string) =>
    event('order.updated', { clientOrderId, instrument: btc, limitPrice })
  const unmoved = (clientOrderId: string) =>
    event('order.update_rejected', { clientOrderId, instrument: btc, code: 'PRICE_INVALID' })

  test('[O22] a working limit order is moved within its approval, one update at a time', () => {
    given(orders, {}, approved('risk:1.0', limit), accepted('t-1-0'))
      .when(moveTo('t-1-0', '99'))
      .then(moves('t-1-0', '99'), says(true, 't-1-0 is to be moved to 99'))
      .restarted()
      .when(moveTo('t-1-0', '98'))
      .then(says(false, 'its update is under way'))
      .when(fill('t-1-0', 'x', '4'))
      .then()
      .when(updated('t-1-0', '99'))
      .then()
      .when(moveTo('t-1-0', '100.0'))
      .then(moves('t-1-0', '100.0'), says(true, 't-1-0 is to be moved to 100.0'))
      .when(unmoved('t-1-0'))
      .then()
      .when(moveTo('t-1-0', '100.5'))
      .then(says(false, '100.5 is beyond 100, which the risk gate approved: it takes a new wish'))
      .when(halted('risk:9.0'))
      .then(cancel('t-1-0', 'halted: stop'))
      .when(moveTo('t-1-0', '99'))
      .then(says(false, 'its cancel is under way'))
      .when(updated('t-1-0', '100.0'))
      .then()
      .when(canceled('t-1-0'))
      .then(massCancel('risk:9.0', { canceled: 1 }))
      .when(updated('t-1-0', '100.0'))
      .then()
  })

  test('[O22] a sell that only reduces may be moved up', () => {
    given(orders, {}, approved('risk:1.0', { ...limit, side: 'sell', isReduceOnly: true }), accepted('t-1-0'))
      .when(moveTo('t-1-0', '99.99'))
      .then(says(false, '99.99 is beyond 100, which the risk gate approved: it takes a new wish'))
      .when(moveTo('t-1-0', '200'))
      .then(moves('t-1-0', '200'), says(true, 't-1-0 is to be moved to 200'))
  })

  test('[O22] of an inverse contract a sell may be moved up, and a buy only where it reduces', () => {
    const listing = { kind: 'perpetual', tickSize: '0.5', lotSize: '1', multiplier: '1', currency: 'BTC' } as const
    const listed = (isInverse: boolean) =>
      event('md.instrument', { instrument: btc, ...listing, ...(isInverse ? { isInverse } : {}), isSimulated: false })
    const reducing = approved('risk:3.0', { ...limit, isReduceOnly: true })
    const beyond = (price: string) =>
      says(false, `${price} is beyond 100, which the risk gate approved: it takes a new wish`)
    const sells = approved('risk:2.0', { ...limit, side: 'sell' })
    const working = ['t-1-0', 't-2-0', 't-3-0'].map(accepted)
    given(orders, {}, listed(true), approved('risk:1.0', limit), sells, reducing, ...working)
      .when(moveTo('t-1-0', '99.5'))
      .then(beyond('99.5'))
      .restarted()
      .when(moveTo('t-1-0', '100.5'))
      .then(beyond('100.5'))
      .when(moveTo('t-2-0', '99.5'))
      .then(beyond('99.5'))
      .when(moveTo('t-2-0', '100.5'))
      .then(moves('t-2-0', '100.5'), says(true, 't-2-0 is to be moved to 100.5'))
      .when(moveTo('t-3-0', '99.5'))
      .then(moves('t-3-0', '99.5'), says(true, 't-3-0 is to be moved to 99.5'))
      .when(listed(false))
      .then()
      .when(moveTo('t-1-0', '99.5'))
      .then(moves('t-1-0', '99.5'), says(true, 't-1-0 is to be moved to 99.5'))
  })

  test('[O22] what cannot be moved is not, and an update of nothing is an alert', () => {
    given(orders, {}, approved('risk:1.0'), accepted('t-1-0'), approved('risk:2.0', { ...limit, side: 'sell' }))
      .when(moveTo('t-1-0', '99'))
      .then(says(false, 'only limit orders are moved'))
      .when(moveTo('t-2-0', '101'))
      .then(says(false, 'the venue has yet to accept it'))
      .when(accepted('t-2-0'))
      .then()
      .when(moveTo('t-2-0', '99.99'))
      .then(says(false, '99.99 is beyond 100, which the risk gate approved: it takes a new wish'))
      .when(moveTo('t-2-0', '100.01'))
      .then(says(false, '100.01 is beyond 100, which the risk gate approved: it takes a new wish'))
      .when(moveTo('t-2-0', undefined))
      .then(says(false, 'a replace names a limit price or a quantity'))
      .when(moveTo('t-9-0', '99'))
      .then(says(false, 'no order t-9-0 is at work'))
      .when(updated('t-9-0', '99'))
      .then(refused('t-9-0', 'says order.updated of an order that is not known') as never)
  })

  test('[O28] a limit order asks for less, more than it got, and counts by that from there on', () => {
    const ask = (order: string, quantity: string, more = {}) =>
      event('system.command', { command: 'order.replace', order, quantity, ...more, reason: 'half', operator: 'ann' })
    const asks = (quantity: string) =>
      ({
        topic: 'order.update_requested',
        payload: { clientOrderId: 't-1-0', instrument: btc, quantity, reason: 'ann: half' },
      }) as const
    const made = (quantity: string) => event('order.updated', { clientOrderId: 't-1-0', instrument: btc, quantity })
    given(orders, {}, approved('risk:1.0', { ...limit, quantity: '10' }), accepted('t-1-0'), fill('t-1-0', 'x', '4'))
      .when(ask('t-1-0', '10'))
      .then(says(false, '10 is not less than 10: more takes a new wish'))
      .when(ask('t-1-0', '4'))
      .then(says(false, '4 of it is filled: what is left is ended by trader order cancel'))
      .when(ask('t-1-0', '6', { limitPrice: '99' }))
      .then(says(false, 'a replace names a limit price or a quantity'))
      .when(ask('t-1-0', '6'))
      .then(asks('6'), says(true, 't-1-0 is to ask for 6'))
      .when(made('6'))
      .then()
      .restarted()
      .when(ask('t-1-0', '8'))
      .then(says(false, '8 is not less than 6: more takes a new wish'))
      .when(fill('t-1-0', 'y', '2'))
      .then()
      .when(ask('t-1-0', '5'))
      .then(says(false, 'no order t-1-0 is at work'))
  })

  test('[O28] an order at the market, and an exit, are not made smaller', () => {
    const ask = (order: string) =>
      event('system.command', { command: 'order.replace', order, quantity: '1', reason: 'half', operator: 'ann' })
    const bracket = { stopLoss: '90', takeProfit: '110' }
    const entry = [approved('risk:2.0', { ...limit, bracket }), accepted('t-2-0'), fill('t-2-0', 'x', '4')]
    given(orders, {}, approved('risk:1.0'), accepted('t-1-0'), ...entry, accepted('t-2-0-1p'))
      .when(ask('t-1-0'))
      .then(says(false, 'only limit orders are moved'))
      .when(ask('t-2-0-1p'))
      .then(says(false, 'an exit closes all of its fill: only its price is moved'))
  })

  test('[O8] cancel_all is answered, for one strategy or for all', () => {
    const done = (message: string) =>
      ({ topic: 'system.command.result', payload: { command: expect.any(String), isDone: true, message } }) as const
    given(orders, {}, approved('risk:1.0'), approved('risk:2.0', sell))
      .when(command('cancel_all', 'rsi-fade'))
      .then(cancel('t-2-0', 'ann: drill'), done('cancel requested for 1 of 2 working orders'))
      .when(command('cancel_all'))
      .then(cancel('t-1-0', 'ann: drill'), done('cancel requested for 1 of 2 working orders'))
      .when(command('halt'))
      .then()
      .when(canceled('t-2-0'))
      .then(massCancel(null, { canceled: 1 }))
      .when(canceled('t-1-0'))
      .then(massCancel(null, { canceled: 2 }))
  })

  test('[O9] a newer wish cancels what the strategy has in that instrument', () => {
    const superseded = { intent: 'strategy:9.0', strategy: 'ema-cross', instrument: btc }
    given(
      orders,
      {},
      approved('risk:1.0'),
      approved('risk:2.0', sell),
      approved('risk:3.0', { instrument: 'ETHUSDT.BINANCE' }),
    )
      .when(event('risk.superseded', superseded))
      .then(cancel('t-1-0', 'superseded'))
  })
})

describe('reports of the venue', () => {
  const working = [approved('risk:1.0'), accepted('t-1-0')] as const

  test('[O10] a trigger that is said before the acknowledgement, again, or after a fill or the end is no alert', () => {
    const triggered = event('order.triggered', { clientOrderId: 't-1-0', instrument: btc, price: '100' })
    given(orders, {}, approved('risk:1.0'))
      .when(triggered)
      .then()
      .when(accepted('t-1-0'))
      .then()
      .when(triggered)
      .then()
      .when(fill('t-1-0', 'x1', '4'))
      .then()
      .when(triggered)
      .then()
      .when(fill('t-1-0', 'x2', '6'))
      .then()
      .when(triggered)
      .then()
  })

  test('[O10] a fill before the acknowledgement implies it; the late one and repeats are absorbed', () => {
    given(orders, {}, approved('risk:1.0'), fill('t-1-0', 'x1', '4'))
      .when(accepted('t-1-0'))
      .then()
      .when(fill('t-1-0', 'x2', '6'))
      .then()
      .when(accepted('t-1-0'))
      .then()
      .when(canceled('t-1-0'))
      .then()
      .when(command('cancel_all'))
      .then(
        {
          topic: 'system.command.result',
          payload: { command: expect.any(String), isDone: true, message: 'cancel requested for 0 of 0 working orders' },
        },
        massCancel(null),
      )
  })

  test('[O11] one trade id applies once', () => {
    given(orders, {}, ...working, fill('t-1-0', 'x1', '6'))
      .when(fill('t-1-0', 'x1', '6'))
      .then()
      .when(fill('t-1-0', 'x2', '4'))
      .then()
      .when(fill('t-1-0', 'x2', '4'))
      .then()
  })

  test('[O11] a fill that raced a cancel applies up to the quantity', () => {
    given(orders, {}, ...working, halted('risk:9.0'), canceled('t-1-0'))
      .when(fill('t-1-0', 'x1', '9.5'))
      .then()
      .when(fill('t-1-0', 'x2', '0.50'))
      .then()
  })

  test('[O12] an overfill is refused, halts the instrument and cancels what works there, until resumed', () => {
    given(orders, {}, ...working, approved('risk:2.0'), approved('risk:2.1', { instrument: 'ETHUSDT.BINANCE' }))
      .when(fill('t-1-0', 'x1', '10.0001'))
      .then(
        refused('t-1-0', 'overfill') as never,
        cancel('t-1-0', 'instrument halted'),
        cancel('t-2-0', 'instrument halted'),
      )
      .when(approved('risk:3.0'))
      .then(denied('t-3-0', 'risk:3.0', 'INSTRUMENT_HALTED'))
      // Given by a gate that had heard of it: it only closes.
      .when(approved('risk:900.0'))
      .then(submitted('t-900-0', 'risk:900.0'))
      .when(event('risk.resumed', { reason: 'calm' }))
      .then()
      .when(approved('risk:904.0'))
      .then(submitted('t-904-0', 'risk:904.0'))
  })

  test('[O12] space on the disk lets no instrument go on that was halted for its fills', () => {
    given(orders, {}, ...working, fill('t-1-0', 'x1', '10.0001'))
      .when({
        ...event('system.command', { command: 'resume', reason: 'space', operator: 'router' }),
        source: 'router',
      })
      .then()
      .when(event('risk.resumed', { reason: 'space', only: 'DISK_FULL' }))
      .then()
      .when(approved('risk:3.0'))
      .then(denied('t-3-0', 'risk:3.0', 'INSTRUMENT_HALTED'))
  })

  test('[O12] impossible fills are refused and halt the instrument', () => {
    const impossible = [
      [fill('t-1-0', 'x', '0'), 'empty_fill'],
      [fill('t-1-0', 'x', '1', { side: 'sell' }), 'mismatch'],
      [fill('t-7-0', 'x', '1'), 'no such order was sent'],
      [fill('elsewhere', 'x', '1'), 'no such order was sent'],
    ] as const
    for (const [told, why] of impossible) {
      const scene = given(orders, {}, ...working).when(told)
      const clientOrderId = (told.payload as PayloadOf<'order.fill'>).clientOrderId
      scene
        .then(refused(clientOrderId, why) as never, cancel('t-1-0', 'instrument halted'))
        .when(approved('risk:3.0'))
        .then(denied('t-3-0', 'risk:3.0', 'INSTRUMENT_HALTED'))
    }
  })

  test('[O5] where nothing else is halted, an operator lets a halted instrument go on', () => {
    given(orders, {}, ...working, fill('t-1-0', 'x1', '10.0001'))
      .when(event('system.command', { command: 'resume', reason: 'looked at it', operator: 'ann' }))
      .then({
        topic: 'system.command.result',
        payload: expect.objectContaining({ isDone: true, message: 'orders in BTCUSDT.BINANCE pass again' }),
      })
      .when(approved('risk:4.0'))
      .then(submitted('t-4-0', 'risk:4.0'))
  })

  test('[O12] a fill after a rejection is refused', () => {
    given(orders, {}, approved('risk:1.0'), rejected('t-1-0', 'NO_MARKET'))
      .when(fill('t-1-0', 'x', '1'))
      .then(refused('t-1-0', 'illegal; the order to buy 10 BTCUSDT.BINANCE is rejected') as never)
  })

  test('[O13] other nonsense is an alert and nothing more', () => {
    given(orders, {}, ...working)
      .when(rejected('t-1-0', 'NO_MARKET'))
      .then(refused('t-1-0', 'illegal') as never)
      .when(canceled('t-8-0'))
      .then(refused('t-8-0', 'no such order') as never)
      .when(approved('risk:3.0'))
      .then(submitted('t-3-0', 'risk:3.0'))
  })

  test('[O14] a rejected duplicate ends nothing; an unknown order ends when its cancel is on the way', () => {
    given(orders, {}, ...working)
      .when(rejected('t-1-0', 'DUPLICATE_CLIENT_ORDER_ID'))
      .then()
      .when(halted('risk:9.0'))
      .then(cancel('t-1-0', 'halted: stop'))
      .when(rejected('t-1-0', 'UNKNOWN_ORDER'))
      .then(massCancel('risk:9.0', { rejected: 1 }))
      .when(fill('t-1-0', 'x', '1'))
      .then(refused('t-1-0', 'is rejected') as never)
  })

  test('[O14] an unknown order is no news when it had ended', () => {
    given(orders, {}, ...working, expired('t-1-0'))
      .when(rejected('t-1-0', 'UNKNOWN_ORDER'))
      .then()
  })

  test('[O15] only the newest ends are remembered: older reports are absorbed, older fills are an alert and halt their instrument', () => {
    const others = Array.from({ length: rememberedEnds }, (_, n) => [approved(`risk:2.${n}`), canceled(`t-2-${n}`)])
    given(orders, {}, approved('risk:1.0'), canceled('t-1-0'), ...others.flat())
      .when(canceled('t-1-0'))
      .then()
      .when(fill('t-1-0', 'x', '1'))
      .then(refused('t-1-0', 'may be new') as never)
      .when(approved('risk:3.0'))
      .then(denied('t-3-0', 'risk:3.0', 'INSTRUMENT_HALTED'))
      .when(fill('t-2-0', 'x', '1'))
      .then()
  })

  test('[O16] a new configuration keeps orders and halts', () => {
    given(orders, {}, ...working, halted('risk:9.0'))
      .reconfigured({})
      .when(approved('risk:8.0'))
      .then(denied('t-8-0', 'risk:8.0', 'HALTED'))
  })
})
