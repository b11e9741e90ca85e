import { expect, test } from 'vitest'
import { InProcess } from '#lib/kernel/in-process.ts'
import { anyService } from '#lib/kernel/service.ts'
import type { Event } from '#schemas/event.ts'
import { orders } from '#services/orders/service.ts'
import { risk } from '#services/risk/service.ts'
import { event, type Told } from '#test/given.ts'
import {
  account,
  approve,
  btc,
  canceled,
  command,
  denied,
  eth,
  exit,
  fill,
  limit,
  market,
  refuse,
  rejected,
  second,
  start,
  supersede,
  wish,
} from './risk-told.ts'

const bracket = { stopLoss: '90', takeProfit: '110' }
const canceling = (clientOrderId: string, answers: string) => ({
  ...event('order.cancel_requested', { clientOrderId, instrument: btc, reason: 'superseded' }),
  cause: answers,
})
/** The order engine has read a `risk.superseded` or what the gate said later, and nothing works there. */
const superseded = (answers: string) => ({
  ...event('order.superseded', { intent: 'strategy:1.0', strategy: 'ema-cross', instrument: btc }),
  cause: answers,
})
const time = (at: number) => event('system.time', { now: at }, at)
const entering = (limits: object = {}) => start(account(limits), wish('10', { bracket }))
/** The fill is event 8, so that a wish after it is event 9 and answered with risk:9.0. */
const entered = (limits: object = {}) =>
  entering(limits)
    .when(fill('t-6-0', 'buy', '10'))
    .then()
/** The exit is event 9. */
const protectedBy = (limits: object = {}) => entered(limits).when(exit('t-6-0-1s', '10')).then()
const closing = approve('sell', '10', { isReduceOnly: true })

test('[R41] an exit takes nothing of the rate of orders and leads to no target; a wish for another position supersedes it', () => {
  protectedBy({ maxOrdersPerMinute: 2, maxWorkingOrders: 2 })
    .when(wish('1', { strategy: 'other', instrument: eth }))
    .then(approve('buy', '1'))
    .when(wish('0'))
    .then(supersede)
    .when(wish('1', { strategy: 'third', instrument: eth }))
    .then(refuse('ORDER_RATE_EXCEEDS_MAX', '3', '2'))
})

test('[R47] a wish to be flat is judged when the order engine has read it and all that worked has ended, and its order only reduces', () => {
  protectedBy()
    .when(wish('0'))
    .then(supersede)
    // What it was canceled for before the wish says nothing of the wish.
    .when(canceling('t-6-0-1s', 'risk:5.0'))
    .then()
    .when(canceled('t-6-0-1s'))
    .then()
    .restarted()
    .when(time(3_600 * second))
    .then()
    .when(superseded('risk:10.0'))
    .then(closing)
  protectedBy()
    .when(wish('0'))
    .then(supersede)
    .when(canceling('t-6-0-1s', 'risk:10.0'))
    .then()
    .restarted()
    .when(canceled('t-6-0-1s'))
    .then(closing)
})

test('[R47] so is one that comes before the exits of a fill: those that were sent before it was read are canceled first', () => {
  const waiting = () => entered().when(wish('0')).then(supersede)
  waiting()
    .when(time(3_600 * second))
    .then()
    .restarted()
    .when(superseded('risk:9.0'))
    .then(closing)
  waiting()
    .when(exit('t-6-0-1s', '10'))
    .then()
    .when(exit('t-6-0-1p', '10'))
    .then()
    .when(canceling('t-6-0-1s', 'risk:9.0'))
    .then()
    .when(canceling('t-6-0-1p', 'risk:9.0'))
    .then()
    .when(canceled('t-6-0-1s'))
    .then()
    .restarted()
    .when(canceled('t-6-0-1p'))
    .then(closing)
})

test('[R47] so is one that comes before the fill, and a newer one in its place', () => {
  entering()
    .when(wish('0'))
    .then(supersede)
    .when(fill('t-6-0', 'buy', '10'))
    .then()
    .when(superseded('risk:8.0'))
    .then(closing)
  const newer = () => entered().when(wish('0')).then(supersede).when(wish('-5')).then(supersede)
  newer().when(superseded('risk:9.0')).then().restarted().when(superseded('risk:11.0')).then(approve('sell', '15'))
  newer().when(superseded('risk:11.0')).then(approve('sell', '15'))
})

test('[R47] what takes the place of an exit that its venue did not keep came before the wish was read, or does not come', () => {
  const ended = () => protectedBy().when(wish('0')).then(supersede).when(rejected('t-6-0-1s')).then().restarted()
  ended().when(canceling('t-6-0-1s', 'risk:10.0')).then(closing)
  ended()
    .when(exit('t-6-0-1m', '10'))
    .then()
    .when(canceling('t-6-0-1m', 'risk:10.0'))
    .then()
    .when(fill('t-6-0-1m', 'sell', '10'))
    .then(refuse('ALREADY_AT_TARGET', '0'))
  protectedBy().when(rejected('t-6-0-1s')).then().when(wish('0')).then(supersede)
})

test('[R47] exits that a halt, or a wish of which nothing came, took may come back: the next wish waits for the word again', () => {
  const halted = protectedBy()
  halted.when(command('halt', { whenHalted: 'refuse' }))
  halted.when(canceling('t-6-0-1s', 'risk:10.0'))
  halted.when(canceled('t-6-0-1s')).then()
  halted.when(command('resume'))
  halted.restarted().when(wish('0')).then(supersede)
  const taken = (target: string, more: object = {}) =>
    protectedBy({ priceCollar: 0.5 })
      .when(wish(target, more))
      .then(supersede)
      .when(canceling('t-6-0-1s', 'risk:10.0'))
      .then()
      .when(canceled('t-6-0-1s'))
  taken('0', limit('500')).then(refuse('PRICE_OUTSIDE_COLLAR')).when(wish('0')).then(supersede)
  taken('0').then(closing).when(rejected('t-13-0')).then().when(wish('0')).then(supersede)
  taken('0').then(closing).when(wish('0')).then(refuse('ALREADY_AT_TARGET', '0'))
})

test('[R41] more and less are judged beside exits, also before they come, but not beside another order that adds', () => {
  protectedBy().when(wish('12')).then(approve('buy', '2'))
  entered().restarted().when(wish('12')).then(approve('buy', '2'))
  entered()
    .when(wish('4'))
    .then(approve('sell', '6', { isReduceOnly: true }))
  entering()
    .when(fill('t-6-0', 'buy', '4'))
    .then()
    .when(wish('12'))
    .then(refuse('ORDERS_AT_WORK', btc))
})

test('[R47] where nothing is held or works no exits are, and a wish waits for no word', () => {
  protectedBy()
    .when(fill('t-6-0-1s', 'sell', '10'))
    .then()
    .restarted()
    .when(wish('1'))
    .then(approve('buy', '1'))
    .when(wish('0'))
    .then(supersede)
    .when(canceled('t-11-0'))
    .then(refuse('ALREADY_AT_TARGET', '0'))
  entering().when(denied('t-6-0', 'APPROVAL_EXPIRED')).then().when(wish('1')).then(approve('buy', '1'))
})

test('[R47] an entry that ended with nothing filled leaves no exits behind it: what is held there is closed at once, and by a plain order', () => {
  const tried = start(account(), wish('5'), fill('t-6-0', 'buy', '5'))
    .when(wish('8', { bracket }))
    .then(approve('buy', '3'))
  const { answers } = tried.when(rejected('t-9-0', 'TERMS_INVALID')).then().restarted().when(wish('0'))
  expect(answers).toEqual([approve('sell', '5')])
  expect(answers).not.toEqual([approve('sell', '5', { isReduceOnly: true })])
  // But where a fill of it comes late.
  start(account(), wish('5'), fill('t-6-0', 'buy', '5'))
    .when(wish('8', { bracket }))
    .then(approve('buy', '3'))
    .when(canceled('t-9-0'))
    .then()
    .restarted()
    .when(fill('t-9-0', 'buy', '1'))
    .then()
    .when(wish('0'))
    .then(supersede)
  // Where exits are already, it is as it was.
  entered()
    .when(wish('12', { bracket }))
    .then(approve('buy', '2'))
    .when(rejected('t-9-0', 'TERMS_INVALID'))
    .then()
    .when(wish('0'))
    .then(supersede)
})

test('[R31] where nothing works a wish that waits for the word alone is not refused for the rate of cancels', () => {
  protectedBy({ maxCancelsPerMinute: 1 })
    .when(wish('0'))
    .then(supersede)
    .when(canceling('t-6-0-1s', 'risk:10.0'))
    .then()
    .when(canceled('t-6-0-1s'))
    .then(closing)
    .when(rejected('t-13-0'))
    .then()
    .when(wish('0'))
    .then(supersede)
})

test('[R36] a halt that flattens closes what may have exits when the order engine has read it', () => {
  const scene = entered()
  expect(scene.when(command('halt', { whenHalted: 'flatten' })).answers.map(({ topic }) => topic)).toEqual([
    'risk.halted',
    'system.command.result',
  ])
  scene.when(time(3_600 * second)).then()
  const report = { of: 'risk:9.0', canceled: 0, filled: 0, expired: 0, rejected: 0, openCount: 0, open: [] }
  scene.when(event('order.mass_cancel_reported', report)).then()
  scene
    .restarted()
    .when(time(3_601 * second))
    .then(closing)
})

test('[R36] nor when a halt before that was read', () => {
  const scene = entered()
  scene.when(command('halt', { whenHalted: 'reduce' }))
  scene.when(superseded('risk:9.0')).then()
  const { answers } = scene.when(command('halt', { whenHalted: 'flatten' }))
  expect(answers.map(({ topic }) => topic)).toEqual(['risk.halted', 'system.command.result'])
})

/** Gate and order engine, with what they said. */
function play(...told: readonly Told[]) {
  const log: Event[] = []
  const run = new InProcess([anyService(risk), anyService(orders)], (said) => log.push(said))
  let n = 0
  const say = ({ topic, payload }: Told): Event[] => {
    const from = log.length + 1
    run.publish('test', { topic, payload, at: 2 * second, epoch: 1, n: n++ } as never)
    return log.slice(from)
  }
  const configure = (service: string, config: unknown) =>
    say({ topic: 'system.config', payload: { service, hash: '0'.repeat(64), config } } as never)
  configure('orders', {})
  configure('risk', account())
  for (const one of [...market, ...told]) say(one)
  return say
}
const sent = (said: readonly Event[]) =>
  said.flatMap((one) => (one.topic === 'order.submitted' ? [one.payload.clientOrderId] : []))

test('[R47] [O27] an entry that fills while flat is wished has exits only of what the order of that wish leaves', () => {
  const say = play()
  const [entry = ''] = sent(say(wish('10', { bracket })))
  say(wish('0'))
  const [closing = '', ...exits] = sent(say(fill(entry, 'buy', '10')))
  expect(exits).toEqual([])
  say(fill(closing, 'sell', '7'))
  const left = say(canceled(closing)).filter(({ topic }) => topic === 'order.submitted')
  expect(left.map(({ payload }) => payload)).toEqual([
    expect.objectContaining({ clientOrderId: `${entry}-1s2`, quantity: '3' }),
    expect.objectContaining({ clientOrderId: `${entry}-1p2`, quantity: '3' }),
  ])
})

test('[R47] [O9] flat is wished where exits are gone for ever: it is judged at once', () => {
  const say = play()
  const [entry = ''] = sent(say(wish('10', { bracket: { takeProfit: '110' } })))
  const [profit = ''] = sent(say(fill(entry, 'buy', '10')))
  say(rejected(profit))
  expect(say(wish('0')).map(({ topic }) => topic)).toEqual([
    'risk.superseded',
    'order.superseded',
    'risk.approved',
    'order.submitted',
  ])
})

test('[R42] [O5] after an impossible report what only closes still has an order, and so has the gate that flattens', () => {
  const say = play()
  const [entry = ''] = sent(say(wish('10')))
  say(fill(entry, 'buy', '10'))
  say(fill(entry, 'buy', '10', { tradeId: 'beyond' }))
  const adding = say(wish('12'))
  expect(adding.map(({ payload }) => 'code' in payload && payload.code)).toEqual(['INSTRUMENT_HALTED'])
  const [closing = ''] = sent(say(wish('4')))
  expect(closing).not.toBe('')
  say(canceled(closing))
  expect(sent(say(command('halt', { whenHalted: 'flatten' })))).toHaveLength(1)
})
