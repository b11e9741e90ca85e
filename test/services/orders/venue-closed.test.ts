import { expect, test } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import { orders } from '#services/orders/service.ts'
import { event, given } from '#test/given.ts'
import {
  accepted,
  approved,
  btc,
  canceled,
  command,
  expired,
  fill,
  halted,
  massCancel,
  rejected,
  resumed,
} from './orders-told.ts'

const second = 1_000_000
const entered = approved('risk:1.0', { bracket: { stopLoss: '95', takeProfit: '110' } })
const closed = (id: string) => rejected(id, 'VENUE_CLOSED')
const time = (at: number) => event('system.time', { now: at * second }, at * second)
const sent = (clientOrderId: string, terms: object = {}) =>
  ({
    topic: 'order.submitted',
    payload: expect.objectContaining({ clientOrderId, quantity: '10', closes: 't-1-0', isReduceOnly: true, ...terms }),
  }) as unknown as Statement
const stop = (id: string, quantity = '10') => sent(id, { orderType: 'stop', stopPrice: '95', quantity })
const profit = (id: string, quantity = '10') => sent(id, { orderType: 'limit', limitPrice: '110', quantity })
const lost = (to: string, exits: string, what: string) =>
  ({
    topic: 'system.alert',
    payload: {
      code: 'PROTECTION_LOST',
      subject: 't-1-0',
      message: `the position of ema-cross in ${btc} loses its exits to ${to}: ${exits}; ${what}`,
    },
  }) as const
const refused = lost('the venue (rejected VENUE_CLOSED)', 't-1-0-1s (10)', 'it is sent again until the venue takes it')
/** Both exits of a fill have been refused, a millisecond after the first event. */
const outside = () =>
  given(orders, {}, entered, fill('t-1-0', 'x', '10'))
    .when(closed('t-1-0-1s'))
    .then(refused)
    .when(closed('t-1-0-1p'))
    .then()
const sold = (clientOrderId: string, quantity: string) =>
  fill(clientOrderId, `x-${clientOrderId}`, quantity, { side: 'sell' })

test('[O30] an exit that a closed venue refuses is sent again after 1, 2, 4 … 60 s, and a person hears of it once', () => {
  const scene = outside()
  scene.when(time(1)).then()
  let at = 1
  let n = 1
  for (const wait of [1, 2, 4, 8, 16, 32, 60, 60]) {
    if (wait > 1) scene.when(time(at + wait - 1)).then()
    at += wait
    n++
    scene
      .restarted()
      .when(time(at))
      .then(stop(`t-1-0-1s${n}`), profit(`t-1-0-1p${n}`))
    scene.when(closed(`t-1-0-1s${n}`)).then()
    scene.when(closed(`t-1-0-1p${n}`)).then()
  }
})

test('[O30] and at once when the venue accepts or reports anything in the instrument', () => {
  const elsewhere = { clientOrderId: 't-0-0', instrument: 'ETHUSDT.BINANCE', leavesQuantity: '1', reason: 'x' }
  const { answers } = outside().when(event('order.canceled', elsewhere))
  expect(answers.map(({ topic }) => topic)).not.toContain('order.submitted')
  const others = approved('risk:5.0', { strategy: 'other', quantity: '1' })
  const scene = outside()
  scene.when(others)
  scene.when(closed('t-5-0')).then()
  const taken = outside()
  taken.when(others)
  taken
    .restarted()
    .when(accepted('t-5-0'))
    .then(stop('t-1-0-1s2'), profit('t-1-0-1p2'))
    .when(accepted('t-1-0-1s2'))
    .then()
    .when(time(90))
    .then()
})

test('[O30] [O26] what a closed venue refused is not counted among those that it ended', () => {
  const scene = outside()
  for (const n of [2, 3, 4]) {
    scene.when(time(100 * n)).then(stop(`t-1-0-1s${n}`), profit(`t-1-0-1p${n}`))
    if (n === 4) break
    scene.when(closed(`t-1-0-1s${n}`)).then()
    scene.when(closed(`t-1-0-1p${n}`)).then()
  }
  scene.when(accepted('t-1-0-1s4')).then()
  const again = (id: string, next: string) => lost('the venue (expired)', `${id} (10)`, `it is sent again as ${next}`)
  scene
    .when(expired('t-1-0-1s4'))
    .then(again('t-1-0-1s4', 't-1-0-1s5'), stop('t-1-0-1s5'))
    .when(expired('t-1-0-1s5'))
    .then(again('t-1-0-1s5', 't-1-0-1s6'), stop('t-1-0-1s6'))
    .when(expired('t-1-0-1s6'))
    .then(
      lost('the venue (expired)', 't-1-0-1s6 (10)', 't-1-0-1m closes it at the market'),
      sent('t-1-0-1m', { orderType: 'market' }),
    )
    .when(closed('t-1-0-1m'))
    .then()
    .when(time(1_000))
    .then(sent('t-1-0-1m2', { orderType: 'market' }))
})

test('[O30] [O29] of what is left; and no more when that is closed', () => {
  const scene = outside()
  scene.when(approved('risk:5.0', { side: 'sell', quantity: '6' }))
  scene.when(sold('t-5-0', '6')).then(stop('t-1-0-1s2', '4'), profit('t-1-0-1p2', '4'))
  const over = outside()
  over.when(approved('risk:5.0', { side: 'sell', quantity: '10' }))
  over.when(sold('t-5-0', '10')).then().when(time(90)).then()
})

test('[O30] [O27] a wish takes it, and gives it back', () => {
  const wish = { intent: 'strategy:9.0', strategy: 'ema-cross', instrument: btc }
  const taken = () =>
    outside()
      .when(event('risk.superseded', wish))
      .then({ topic: 'order.superseded', payload: wish })
      .when(time(9))
      .then()
      .restarted()
  taken()
    .when({ ...event('risk.rejected', { ...wish, code: 'PRICE_STALE' }), id: 'risk:90.0' })
    .then(stop('t-1-0-1s2'), profit('t-1-0-1p2'))
    .when(time(900))
    .then()
  const closing = taken()
  closing.when(approved('risk:10.0', { side: 'sell', quantity: '10', intent: wish.intent, expiresAt: 100 * second }))
  closing.when(sold('t-10-0', '10')).then().when(time(900)).then()
})

test('[O30] [O20] while all is halted it waits', () => {
  const scene = outside()
  scene.when(halted('risk:9.0', { state: 'HALTED' }))
  scene.when(time(90)).then().restarted().when(resumed).then(stop('t-1-0-1s2'), profit('t-1-0-1p2'))
})

test('[O30] [O24] a split ends it, and says so; the end of the contract does in silence', () => {
  outside()
    .when(event('md.split', { instrument: btc, numerator: 2, denominator: 1 }))
    .then(lost('the split', 't-1-0-1s (10), t-1-0-1p (10)', 'they are not sent again'))
    .when(time(90))
    .then()
  const terms = { tickSize: '0.01', lotSize: '1', multiplier: '1', currency: 'USDT', isSimulated: false } as const
  const listing: PayloadOf<'md.instrument'> = { instrument: btc, kind: 'future', expiresAt: 60 * second, ...terms }
  outside().when(event('md.instrument', listing)).then().when(time(61)).then().when(time(900)).then()
})

const canceledAll = (working: number, exits: number) =>
  ({
    topic: 'system.command.result',
    payload: expect.objectContaining({
      isDone: true,
      message: `cancel requested for 0 of ${working} working orders${exits > 0 ? `; ${exits} exits that waited are not sent again` : ''}`,
    }),
  }) as unknown as Statement

test.each([
  ['', []],
  [' while trading is halted to REDUCING', [halted('risk:9.0', { state: 'REDUCING' })]],
  [' while all is halted', [halted('risk:9.0', { state: 'HALTED' })]],
] as const)('[O30] [O8] an operator who cancels all%s ends it like what works', (_, before) => {
  const scene = outside()
  for (const one of before) scene.when(one)
  scene.when(command('cancel_all', 'rsi-fade')).then(canceledAll(0, 0), massCancel(null))
  scene
    .when(command('cancel_all'))
    .then(canceledAll(0, 2), massCancel(null))
    .restarted()
    .when(time(90))
    .then()
    .when(resumed)
    .then()
    .when(accepted('t-1-0'))
    .then()
})

test('[O30] [O23] an operator who cancels it ends it, and the other one waits on', () => {
  const cancelOf = (order: string) =>
    event('system.command', { command: 'order.cancel', order, reason: 'drill', operator: 'ann' })
  const result = (isDone: boolean, message: string) =>
    ({ topic: 'system.command.result', payload: expect.objectContaining({ isDone, message }) }) as unknown as Statement
  outside()
    .when(cancelOf('t-1-0-1s'))
    .then(result(true, 't-1-0-1s waited, and is not sent again'))
    .when(cancelOf('t-1-0-1s'))
    .then(result(false, 'no order t-1-0-1s is at work'))
    .restarted()
    .when(time(90))
    .then(profit('t-1-0-1p2'))
})

test('[O30] what we canceled meanwhile is over', () => {
  const scene = given(orders, {}, entered, fill('t-1-0', 'x', '10'))
  scene.when(command('cancel_all'))
  scene.when(closed('t-1-0-1s'))
  scene.when(canceled('t-1-0-1p'))
  scene.when(time(90)).then()
})

test('[O30] so is one that is one too many for its venue, and when another has gone it is sent at once', () => {
  const full = (id: string) => rejected(id, 'TOO_MANY_ORDERS')
  const told = lost(
    'the venue (rejected TOO_MANY_ORDERS)',
    't-1-0-1s (10)',
    'it is sent again until the venue takes it',
  )
  given(orders, {}, entered, fill('t-1-0', 'x', '10'), accepted('t-1-0-1p'), approved('risk:2.0', { strategy: 'b' }))
    .when(full('t-1-0-1s'))
    .then(told)
    .when(time(2))
    .then(stop('t-1-0-1s2'))
    .when(full('t-1-0-1s2'))
    .then()
    .restarted()
    .when(canceled('t-2-0'))
    .then(stop('t-1-0-1s3'))
    .when(accepted('t-1-0-1s3'))
    .then()
})

test('[O30] [O32] where a venue keeps no more, what is filled further waits for room, and is covered by one pair', () => {
  const part = (trade: string, leavesQuantity: string) => fill('t-1-0', trade, '2', { leavesQuantity })
  const full = (id: string) => rejected(id, 'TOO_MANY_ORDERS')
  const scene = given(orders, {}, entered, part('a', '8'), accepted('t-1-0-1s'), accepted('t-1-0-1p'), part('b', '6'))
  scene.when(accepted('t-1-0-2p')).then()
  expect(scene.when(full('t-1-0-2s')).answers.map(({ topic }) => topic)).toEqual(['system.alert'])
  // Neither a fill, nor what the venue accepts, says that there is room.
  for (const [trade, leaves] of [
    ['c', '4'],
    ['d', '2'],
  ] as const)
    scene.when(part(trade, leaves)).then()
  scene.when(event('order.accepted', { clientOrderId: 't-1-0', venueOrderId: 'v', instrument: btc })).then()
  scene.restarted().when(time(2)).then(stop('t-1-0-3s2', '4'), profit('t-1-0-3p2', '4'), stop('t-1-0-2s2', '2'))
  scene.when(full('t-1-0-2s2')).then()
  scene.when(full('t-1-0-3s2')).then()
  scene.when(accepted('t-1-0-3p2')).then()
  // The end of an order does.
  scene.when(approved('risk:90.0', { strategy: 'b', expiresAt: 100 * second }))
  expect(
    scene.when(canceled('t-90-0')).answers.map(({ payload }) => (payload as { clientOrderId: string }).clientOrderId),
  ).toEqual(['t-1-0-2s3', 't-1-0-3s3'])
})

test('[O30] trades of others, and what is told again of an order that has ended, make no room', () => {
  const other = approved('risk:0.0', { strategy: 'b' })
  const scene = given(orders, {}, other, fill('t-0-0', 'z', '10', { strategy: 'b' }), entered, fill('t-1-0', 'x', '10'))
  scene.when(accepted('t-1-0-1p')).then()
  expect(scene.when(rejected('t-1-0-1s', 'TOO_MANY_ORDERS')).answers).toHaveLength(1)
  for (const told of [
    fill('external-1', 'e', '1', { strategy: 'external' }),
    fill('t-0-0', 'z', '10', { strategy: 'b' }),
    accepted('t-0-0'),
  ])
    scene.when(told).then()
  scene.restarted().when(time(2)).then(stop('t-1-0-1s2'))
})
