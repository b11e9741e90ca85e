import { describe, expect, test } from 'vitest'
import { InProcess } from '#lib/kernel/in-process.ts'
import { anyService } from '#lib/kernel/service.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { orders } from '#services/orders/service.ts'
import { risk } from '#services/risk/service.ts'
import type { Told } from '#test/given.ts'
import {
  account,
  approve,
  btc,
  canceled,
  command,
  eth,
  fill,
  market,
  refuse,
  second,
  start,
  supersede,
  wish,
} from './risk-told.ts'

const said = (answers: readonly Statement[]) =>
  answers.map(({ topic, payload }) => ('code' in payload ? `${topic} ${payload.code}` : topic))
const refused = (code: string) => `risk.rejected ${code}`
/** Of 10 at work 4 are bought, and another wish waits for the rest to be canceled. */
const waitingFor = (target: string, limits: object = {}) => {
  const scene = start(account(limits), wish('10'), fill('t-6-0', 'buy', '4', { leavesQuantity: '6' }))
  return scene.when(wish(target)).then(supersede)
}

describe('[R51] what waits under a halt', () => {
  test.each(['reduce', 'refuse', 'flatten'] as const)('and adds is refused at once: %s', (whenHalted) => {
    const scene = waitingFor('12')
    const { answers } = scene.when(command('halt', { whenHalted }))
    expect(said(answers)).toEqual(['risk.halted OPERATOR', 'system.command.result', refused('HALTED')])
    scene.when(command('resume'))
    scene.restarted().when(canceled('t-6-0')).then()
  })

  test('and reduces passes where what reduces does, a reversal as far as that; after the resume only one to be flat', () => {
    for (const target of ['1', '-3', '0']) {
      const scene = waitingFor(target)
      scene.when(command('halt', { whenHalted: 'reduce' }))
      const { answers } = scene.when(canceled('t-6-0'))
      expect(said(answers)).toEqual(target === '-3' ? ['risk.approved', refused('HALTED')] : ['risk.approved'])
      const resumed = waitingFor(target)
      resumed.when(command('halt', { whenHalted: 'reduce' }))
      const left = said(resumed.when(command('resume')).answers)
      expect(left.includes(refused('HALTED'))).toBe(target !== '0')
      const after = resumed.when(canceled('t-6-0'))
      if (target === '0') after.then(approve('sell', '4'))
      else after.then()
    }
    const nothing = waitingFor('0')
    expect(said(nothing.when(command('halt', { whenHalted: 'refuse' })).answers)).toContain(refused('HALTED'))
  })

  test('does not begin to: what adds is refused, and what works goes on', () => {
    const scene = start(account(), wish('10'))
    scene.when(command('halt', { whenHalted: 'reduce' }))
    scene.when(wish('12')).then(refuse('HALTED', 'OPERATOR'))
    scene.when(wish('0')).then(supersede)
    const own = start(account(), wish('10'))
    own.when(command('strategy.halt', { target: 'ema-cross' }))
    own.when(wish('12')).then(refuse('STRATEGY_HALTED', 'OPERATOR'))
  })

  test('of a strategy is refused by the halt of that strategy, and of no other', () => {
    const scene = waitingFor('12')
    scene.when(command('strategy.halt', { target: 'other' }))
    expect(said(scene.when(command('strategy.halt', { target: 'ema-cross' })).answers)).toEqual([
      'risk.strategy_halted OPERATOR',
      'system.command.result',
      refused('STRATEGY_HALTED'),
    ])
    const reducing = waitingFor('1')
    reducing.when(command('strategy.halt', { target: 'ema-cross' }))
    expect(said(reducing.when(command('strategy.resume', { target: 'other' })).answers)).toEqual([
      'system.command.result',
    ])
    const { answers } = reducing.when(command('strategy.resume', { target: 'ema-cross' }))
    expect(said(answers)).toEqual(['risk.strategy_resumed', 'system.command.result', refused('STRATEGY_HALTED')])
  })

  test('[R42] in an instrument is refused when that is halted', () => {
    const beyond = fill('t-6-0', 'buy', '7', { tradeId: 'beyond' })
    waitingFor('12').when(beyond).then(refuse('INSTRUMENT_HALTED', btc))
  })

  test('[R42] in an instrument does not live on after the resume, but for one to be flat; another is left alone', () => {
    const uncounted = (instrument: string) =>
      fill('stranger', 'buy', '1', { instrument, strategy: 'other', tradeId: instrument })
    for (const target of ['1', '-3', '0']) {
      const scene = waitingFor(target)
      scene.when(uncounted(btc)).then()
      const { answers } = scene.restarted().when(command('resume'))
      expect(answers[0]?.payload).toMatchObject({ message: `orders in ${btc} pass again`, instruments: [btc] })
      expect(said(answers.slice(1))).toEqual(target === '0' ? [] : [refused('INSTRUMENT_HALTED')])
      expect(said(scene.when(command('resume')).answers)).toEqual(['system.command.result'])
      const after = scene.when(canceled('t-6-0'))
      if (target === '0') after.then(approve('sell', '4'))
      else
        after
          .then()
          .when(wish(target))
          .then(approve('sell', target === '1' ? '3' : '7'))
    }
    const elsewhere = waitingFor('-3')
    elsewhere.when(uncounted(eth)).then()
    expect(said(elsewhere.when(command('resume')).answers)).toEqual(['system.command.result'])
    elsewhere.when(canceled('t-6-0')).then(approve('sell', '7'))
  })

  test('[R43] of a roll is refused whole, and what it leaves goes on being sold', () => {
    const roll = (instrument: string, target: string, leg: number): Told =>
      wish(target, { intent: 'clock:9.0', instrument, leg, legs: 2, isRoll: true })
    const begin = () => {
      const scene = start(account({ maxGrossExposure: '1000' }), wish('10'), fill('t-6-0', 'buy', '10'))
      scene.when(roll(btc, '0', 1)).then()
      return scene.when(roll(eth, '90', 2)).then(approve('sell', '10'))
    }
    for (const halt of [command('halt'), command('strategy.halt', { target: 'ema-cross' })]) {
      const scene = begin()
      expect(said(scene.when(halt).answers).at(-1)).toMatch(/^risk.rejected (STRATEGY_)?HALTED$/)
      scene.when(fill('t-10-0', 'sell', '10')).then()
    }
  })
})

/** Gate and order engine, with no strategy at all. */
function play() {
  const log: Event[] = []
  const run = new InProcess([anyService(risk), anyService(orders)], (one) => log.push(one))
  let n = 0
  const say = ({ topic, payload }: Told): Event[] => {
    const from = log.length + 1
    run.publish('test', { topic, payload, at: 2 * second, epoch: 1, n: n++ } as never)
    return log.slice(from)
  }
  say({ topic: 'system.config', payload: { service: 'orders', hash: '0'.repeat(64), config: {} } } as never)
  say({ topic: 'system.config', payload: { service: 'risk', hash: '0'.repeat(64), config: account() } } as never)
  for (const one of market) say(one)
  return say
}

describe('[R52] the kill switch of a strategy is the gate’s as well', () => {
  test('its orders that add are canceled, and nothing of it that adds has leave, though no strategy ever answers', () => {
    const say = play()
    say(wish('10'))
    say(wish('5', { instrument: eth, strategy: 'other' }))
    const kill = say(command('strategy.halt', { target: 'ema-cross' }))
    expect(kill.map(({ topic }) => topic)).toEqual([
      ...['risk.strategy_halted', 'system.command.result', 'order.cancel_requested'],
    ])
    expect(said(say(wish('3', { instrument: eth })))).toEqual([refused('STRATEGY_HALTED')])
    expect(said(say(wish('6', { instrument: eth, strategy: 'third' })))[0]).toBe('risk.approved')
    const again = (name: 'strategy.halt' | 'strategy.resume') =>
      say(command(name, { target: 'ema-cross' })).map(({ topic, payload }) =>
        'message' in payload ? payload.message : topic,
      )
    expect(again('strategy.halt')).toEqual(['the gate had halted ema-cross already: OPERATOR'])
    expect(again('strategy.resume')).toEqual(['risk.strategy_resumed', 'the gate gives ema-cross leave again'])
    expect(again('strategy.resume')).toEqual(['the gate had not halted ema-cross'])
    expect(said(say(wish('3', { instrument: eth })))[0]).toBe('risk.approved')
  })

  test('what it holds may be closed, by whoever wishes it', () => {
    const scene = start(account(), wish('10'), fill('t-6-0', 'buy', '10'))
    scene.when(command('strategy.halt', { target: 'ema-cross' }))
    scene.restarted().when(wish('12')).then(refuse('STRATEGY_HALTED', 'OPERATOR'))
    scene.when(wish('0')).then(approve('sell', '10'))
  })
})
