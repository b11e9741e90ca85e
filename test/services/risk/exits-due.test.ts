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
const canceling = (clientOrderId: string, superseding = 'risk:10.0') => ({
  ...event('order.cancel_requested', { clientOrderId, instrument: btc, reason: 'superseded' }),
  cause: superseding,
})
/** The order engine has answered what stands later. */
const engineGoesOn = { ...denied('t-1-0', 'APPROVAL_REUSED'), id: 'orders:90.0' }
const entering = (limits: object = {}) => start(account(limits), wish('10', { bracket }))

test('[R41] an exit takes nothing of the rate of orders and leads to no target; a wish for another position supersedes it', () => {
  entering({ maxOrdersPerMinute: 2, maxWorkingOrders: 2 })
    .when(fill('t-6-0', 'buy', '10'))
    .then()
    .when(exit('t-6-0-1s', '10'))
    .then()
    .when(wish('1', { strategy: 'other', instrument: eth }))
    .then(approve('buy', '1'))
    .when(wish('0'))
    .then(supersede)
    .when(wish('1', { strategy: 'third', instrument: eth }))
    .then(refuse('ORDER_RATE_EXCEEDS_MAX', '3', '2'))
})

test('[R47] a wish that waits is not judged before the exits of the fill have come, been superseded and ended', () => {
  entering()
    .when(wish('0'))
    .then(supersede)
    .when(fill('t-6-0', 'buy', '10'))
    .then()
    .restarted()
    .when(exit('t-6-0-1s', '10'))
    .then(supersede)
    .when(exit('t-6-0-1p', '10'))
    .then()
    .when(canceling('t-6-0-1s', 'risk:8.0'))
    .then()
    .when(canceling('t-6-0-1p', 'risk:8.0'))
    .then()
    .when(canceled('t-6-0-1s'))
    .then()
    .when(canceled('t-6-0-1p'))
    .then(approve('sell', '10'))
})

test('[R47] nor is one that comes before them, unless they stay away for 5 s and the order engine has gone on', () => {
  entering()
    .when(fill('t-6-0', 'buy', '10'))
    .then()
    .when(wish('0'))
    .then(supersede)
  entering()
    .when(fill('t-6-0', 'buy', '10'))
    .then()
    .when(wish('0', {}, 7 * second))
    .then(supersede)
  entering()
    .when(fill('t-6-0', 'buy', '10'))
    .then()
    .when(engineGoesOn)
    .then()
    .restarted()
    .when(wish('0', {}, 7 * second))
    .then(approve('sell', '10'))
})

test('[R47] in place of a stop that its venue rejects another order comes: no wish is judged before', () => {
  const atMarket = exit('t-6-0-1m', '10')
  const failing = () =>
    entering()
      .when(fill('t-6-0', 'buy', '10'))
      .then()
      .when(exit('t-6-0-1s', '10'))
      .then()
  failing()
    .when(rejected('t-6-0-1s'))
    .then()
    .restarted()
    .when(wish('0'))
    .then(supersede)
    .when(atMarket)
    .then(supersede)
    .when(fill('t-6-0-1m', 'sell', '10'))
    .then(refuse('ALREADY_AT_TARGET', '0'))
  // What we canceled, or nothing protects any more, is followed by nothing.
  failing()
    .when(event('order.cancel_requested', { clientOrderId: 't-6-0-1s', instrument: btc, reason: 'x' }))
    .then()
    .when(canceled('t-6-0-1s'))
    .then()
    .when(wish('0'))
    .then(approve('sell', '10'))
  failing()
    .when(wish('0'))
    .then(supersede)
    .when(canceling('t-6-0-1s'))
    .then()
    .when(canceled('t-6-0-1s'))
    .then(approve('sell', '10'))
  // It ended before the engine knew of the wish, or not: the engine's next word on it tells.
  const ended = () => failing().when(wish('0')).then(supersede).when(rejected('t-6-0-1s')).then()
  ended().when(canceling('t-6-0-1s')).then(approve('sell', '10'))
  ended()
    .restarted()
    .when(atMarket)
    .then(supersede)
    .when(fill('t-6-0-1m', 'sell', '10'))
    .then(refuse('ALREADY_AT_TARGET', '0'))
})

test('[R47] a wish that waits for exits which never come is judged when 5 s are over', () => {
  const time = (at: number) => event('system.time', { now: at }, at)
  entering()
    .when(fill('t-6-0', 'buy', '10'))
    .then()
    .when(wish('0'))
    .then(supersede)
    .when(time(6 * second + 1))
    .then()
    .restarted()
    .when(engineGoesOn)
    .then(approve('sell', '10'))
    .when(time(20 * second))
    .then()
})

test('[R47] exits that a halt takes or keeps back are due when it is over', () => {
  const taking = () =>
    entering()
      .when(fill('t-6-0', 'buy', '10'))
      .then()
      .when(exit('t-6-0-1s', '10'))
      .then()
  const resumes = (scene: Pick<ReturnType<typeof entering>, 'when'>) => scene.when(command('resume'))
  const halted = taking()
  halted.when(command('halt', { whenHalted: 'refuse' }))
  halted.when(canceling('t-6-0-1s'))
  halted.when(canceled('t-6-0-1s')).then()
  resumes(halted)
  halted.restarted().when(wish('0')).then(supersede).when(exit('t-6-0-1s2', '10')).then(supersede)
})

test('[R47] so are those that a wish took which is refused, or whose order ends with a rest', () => {
  const taken = (target: string, more: object = {}) =>
    entering({ priceCollar: 0.5 })
      .when(fill('t-6-0', 'buy', '10'))
      .then()
      .when(exit('t-6-0-1s', '10'))
      .then()
      .when(wish(target, more))
      .then(supersede)
      .when(canceling('t-6-0-1s'))
      .then()
      .when(canceled('t-6-0-1s'))
  const isDue = (scene: Pick<ReturnType<typeof entering>, 'when'>) => scene.when(wish('0')).then(supersede)
  isDue(taken('0', limit('500')).then(refuse('PRICE_OUTSIDE_COLLAR')))
  const closing = () => taken('0').then(approve('sell', '10'))
  const id = 't-13-0'
  isDue(closing().when(rejected(id)).then())
  closing()
    .when(fill(id, 'sell', '10'))
    .then()
    .when(wish('1'))
    .then(approve('buy', '1'))
  // Not while it works, nor for ever.
  closing().when(wish('0')).then(refuse('ALREADY_AT_TARGET', '0'))
  closing()
    .when(rejected(id))
    .then()
    .when(wish('0', {}, 9 * second))
    .then(approve('sell', '10'))
})

test('[R47] a wish that took exits is judged when the order engine has read it, or after 5 s, and its order only reduces', () => {
  const ended = () =>
    entering()
      .when(fill('t-6-0', 'buy', '10'))
      .then()
      .when(exit('t-6-0-1s', '10'))
      .then()
      .when(wish('0'))
      .then(supersede)
      // What a halt asked for that is over again: the order engine may have sent it again before it heard of the wish.
      .when(canceling('t-6-0-1s', 'risk:5.0'))
      .then()
      .when(canceled('t-6-0-1s'))
      .then()
      .restarted()
  const closing = approve('sell', '10', { isReduceOnly: true })
  ended().when(canceling('t-6-0-1s')).then(closing)
  ended().when(canceling('t-6-0-1s', 'risk:12.0')).then(closing)
  ended()
    .when(event('system.time', { now: 9 * second }, 9 * second))
    .then(closing)
  // A newer wish waits as well, in its place.
  ended().when(wish('-5')).then(supersede).when(canceling('t-6-0-1s')).then(approve('sell', '15'))
  ended()
    .when(exit('t-6-0-1s2', '10'))
    .then(supersede)
    .when(canceling('t-6-0-1s2', 'risk:14.0'))
    .then()
    .when(fill('t-6-0-1s2', 'sell', '10'))
    .then(refuse('ALREADY_AT_TARGET', '0'))
})

test('[R47] what closes after exits that did not come in time only reduces; a wish beside a failed exit leaves what takes its place due', () => {
  entering()
    .when(fill('t-6-0', 'buy', '10'))
    .then()
    .when(engineGoesOn)
    .then()
    .when(wish('0', {}, 7 * second))
    .then(approve('sell', '10', { isReduceOnly: true }))
  entering()
    .when(fill('t-6-0', 'buy', '10'))
    .then()
    .when(exit('t-6-0-1s', '10'))
    .then()
    .when(exit('t-6-0-1p', '10'))
    .then()
    .when(rejected('t-6-0-1s'))
    .then()
    .when(wish('0'))
    .then(supersede)
    .when(rejected('t-6-0-1p'))
    .then()
    .when(wish('-5'))
    .then(supersede)
})

test('[O24] those that are due when what they close is split do not come: nothing waits for them', () => {
  entering()
    .when(fill('t-6-0', 'buy', '10'))
    .then()
    .when(event('md.split', { instrument: btc, numerator: 2, denominator: 1 }))
    .then()
    .when(wish('0'))
    .then(approve('sell', '20'))
})

test('[R36] a halt that flattens waits for exits that are on their way', () => {
  const scene = entering()
  scene.when(fill('t-6-0', 'buy', '10'))
  expect(scene.when(command('halt', { whenHalted: 'flatten' })).answers.map(({ topic }) => topic)).toEqual([
    'risk.halted',
    'system.command.result',
  ])
})

test('[R47] while all is halted a fill is followed by no exits: a wish after it waits for those that were kept back', () => {
  const scene = entering()
  scene.when(command('halt', { whenHalted: 'refuse' }))
  scene.when(fill('t-6-0', 'buy', '10'))
  scene.when(command('halt', { whenHalted: 'reduce' }))
  scene.when(wish('0')).then(supersede).when(exit('t-6-0-1s', '10')).then(supersede)
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

test('[R47] an entry that fills while flat is wished: its exits are canceled before anything else closes', () => {
  const say = play()
  const [entry = ''] = sent(say(wish('10', { bracket })))
  say(wish('0'))
  const said = say(fill(entry, 'buy', '10'))
  expect(sent(said)).toEqual([`${entry}-1s`, `${entry}-1p`])
  expect(said.filter(({ topic }) => topic === 'order.cancel_requested')).toHaveLength(2)
  expect(said.filter(({ topic }) => topic === 'risk.approved')).toEqual([])
  // The stop filled before its cancel came: nothing is left to close.
  say(canceled(`${entry}-1p`))
  const last = say(fill(`${entry}-1s`, 'sell', '10', { price: '90' }))
  expect(last.map(({ payload }) => 'code' in payload && payload.code)).toEqual(['ALREADY_AT_TARGET'])
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

test('[R47] a wish that waits for them is judged though another fill has passed them over', () => {
  entering()
    .when(fill('t-6-0', 'buy', '4'))
    .then()
    .when(wish('0'))
    .then(supersede)
    .when(event('order.canceled', { clientOrderId: 't-6-0', instrument: btc, leavesQuantity: '6', reason: 'asked' }))
    .then()
    .when(wish('1', { strategy: 'other', instrument: eth, bracket: { stopLoss: '9' } }))
    .then(approve('buy', '1'))
    .when({ ...engineGoesOn, at: 9 * second })
    .then(approve('sell', '4'))
})
