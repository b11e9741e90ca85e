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
  eth,
  exit,
  fill,
  market,
  refuse,
  rejected,
  second,
  start,
  supersede,
  wish,
} from './risk-told.ts'

const bracket = { stopLoss: '90', takeProfit: '110' }
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
    .when(canceled('t-6-0-1s'))
    .then()
    .when(canceled('t-6-0-1p'))
    .then(approve('sell', '10'))
})

test('[R47] nor is one that comes before them, unless they stay away for 5 s', () => {
  entering()
    .when(fill('t-6-0', 'buy', '10'))
    .then()
    .when(wish('0'))
    .then(supersede)
  entering()
    .when(fill('t-6-0', 'buy', '10'))
    .then()
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
  failing().when(wish('0')).then(supersede).when(canceled('t-6-0-1s')).then(approve('sell', '10'))
})

test('[R47] a wish that waits for exits which never come is judged when 5 s are over', () => {
  const time = (at: number) => event('system.time', { now: at }, at)
  entering()
    .when(fill('t-6-0', 'buy', '10'))
    .then()
    .when(wish('0'))
    .then(supersede)
    .when(time(6 * second))
    .then()
    .restarted()
    .when(time(6 * second + 1))
    .then(approve('sell', '10'))
    .when(time(20 * second))
    .then()
})

test('[R47] while all is halted a fill is followed by no exits: nothing waits for them', () => {
  const scene = entering()
  scene.when(command('halt', { whenHalted: 'refuse' }))
  scene.when(fill('t-6-0', 'buy', '10'))
  scene.when(command('halt', { whenHalted: 'reduce' }))
  scene.when(wish('0')).then(approve('sell', '10'))
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
