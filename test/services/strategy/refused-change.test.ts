import { describe, expect, test } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { event, type Told } from '#test/given.ts'
import {
  bar,
  bound,
  btc,
  command,
  intent,
  levels,
  long,
  quietly,
  started,
  startedWhole,
  status,
  urgent,
} from './strategy-told.ts'

const strategy = 'levels'
const risked = (of: string, code: PayloadOf<'risk.rejected'>['code'] = 'PRICE_STALE'): Told =>
  event('risk.rejected', { intent: of, strategy, instrument: btc, code })
const unresolved = (of: string, code: PayloadOf<'instrument.rejected'>['code'] = 'NO_PRICE'): Told =>
  event('instrument.rejected', { intent: of, strategy, role: 'underlying', code })
const approved = (n: number, of: string): Told => ({
  ...event('risk.approved', {
    intent: of,
    strategy,
    instrument: btc,
    side: 'sell',
    quantity: '1.50',
    orderType: 'market',
    timeInForce: 'IOC',
    expiresAt: 1,
  }),
  id: `risk:9.${n}`,
})
const rejected: Told = event('order.rejected', { clientOrderId: 't-9-0', instrument: btc, code: 'NO_MARKET' })
const ended = (topic: 'order.canceled' | 'order.expired', leavesQuantity: string): Told =>
  event(topic, { clientOrderId: 't-9-0', instrument: btc, leavesQuantity, reason: 'no market' })

// The configuration is event 1, what it loads 2, the entry's bar 3 and its intent 4, the exit's bar 5 and its intent 6.
const exit = 'strategy:5.0'
const stopped = 'exit.long: price.close < 90'

function left(more = '') {
  const of = levels(more)
  const scene = started(of)
    .when(bar(0, 101))
    .then(intent(of, 'long', long))
    .when(bar(1, 89))
    .then(intent(of, 'flat', stopped))
  return { of, scene }
}
const said = (why: string, state: 'active' | 'halted' = 'active') =>
  status(strategy, state, `${why}: flat is wished again at each evaluation`)

describe('an exit that is refused', () => {
  test.each([
    ['the risk gate', [], risked(exit), 'exit refused, risk.rejected PRICE_STALE'],
    ['the resolver', [], unresolved(exit), 'exit refused, instrument.rejected NO_PRICE'],
    ['the venue', [approved(0, exit)], rejected, 'exit refused, order.rejected NO_MARKET'],
    [
      'a cancel with a rest',
      [approved(0, exit)],
      ended('order.canceled', '0.50'),
      'exit not done, order.canceled with 0.50 left',
    ],
    [
      'its end with a rest',
      [approved(0, exit)],
      ended('order.expired', '1.50'),
      'exit not done, order.expired with 1.50 left',
    ],
  ] as const)(
    '[T10] by %s is said again at the next evaluation, and why, until it is not refused',
    (_by, before, refusal, why) => {
      const { of, scene } = left()
      quietly(scene, before)
        .when(refusal)
        .then()
        .restarted()
        .when(bar(2, 95))
        .then(said(why), urgent(of, why))
        .when(bar(3, 95))
        .then()
    },
  )

  test('[T10] every time that it is refused; told once, until it is for another reason', () => {
    const { of, scene } = left()
    const why = 'exit refused, risk.rejected PRICE_STALE'
    scene.when(risked(exit)).then()
    // Event 8 is the bar, its status is answer 0.
    scene.when(bar(2, 95)).then(said(why), urgent(of, why))
    scene.when(risked(exit)).then().when(bar(3, 95)).then()
    // 12: the bar.
    scene.when(risked('strategy:8.1')).then().when(bar(4, 95)).then(urgent(of, why))
    const other = 'exit refused, risk.rejected FEED_DOWN'
    scene.when(risked('strategy:14.0', 'FEED_DOWN')).then().when(bar(5, 95)).then(said(other), urgent(of, other))
  })

  test.each([
    ['it holds nothing', [risked(exit, 'ALREADY_AT_TARGET'), unresolved(exit, 'NOTHING_HELD')]],
    ['it is a repeat', [risked(exit, 'DUPLICATE_INTENT')]],
    ['the order is filled', [approved(0, exit), ended('order.canceled', '0')]],
    ['it is of another', [risked('strategy:99.0'), approved(1, exit), ended('order.canceled', '1')]],
  ])('[T10] is none where %s', (_what, told) => {
    const { scene } = left()
    quietly(scene, told).when(bar(2, 95)).then()
  })

  test('[T10] goes out at the market, however orders are worded', () => {
    const { of, scene } = left()
    const why = 'exit refused, risk.rejected PRICE_STALE'
    scene.when(risked(exit)).then().when(bar(2, 95)).then(said(why), urgent(of, why))
  })

  test('[T10] by the kill switch, too, though it is halted', () => {
    const of = levels()
    const scene = started(of)
      .when(bar(0, 101))
      .then(intent(of, 'long', long))
    // 5: the command; halted, flat, result.
    expect(scene.when(command('strategy.halt', strategy)).answers).toHaveLength(3)
    const why = 'exit refused, risk.rejected FEED_DOWN'
    scene.when(risked('strategy:5.1', 'FEED_DOWN')).then().when(bar(1, 120)).then(said(why, 'halted'), urgent(of, why))
    scene.when(bar(2, 120)).then()
  })

  test('[T10] an entry takes its place; refused itself, what was never left leaves', () => {
    const { of, scene } = left()
    scene
      .when(risked(exit))
      .then()
      .when(bar(2, 101))
      .then(intent(of, 'long', long))
    // 8: the bar of the entry. Its way out is the exit that was owed: refused, it is owed still.
    scene.when(risked('strategy:8.0')).then(urgent(of, 'entry refused, risk.rejected PRICE_STALE'))
    const why = 'exit refused, risk.rejected FEED_DOWN'
    scene.when(risked('strategy:10.0', 'FEED_DOWN')).then().when(bar(3, 95)).then(said(why), urgent(of, why))
  })

  test('[T10] is said again a second later, not with every trade', () => {
    const { of, scene } = left()
    const why = 'exit refused, risk.rejected PRICE_STALE'
    scene
      .when(risked(exit))
      .then()
      .when({ ...bar(2, 95), at: 120_999_999 })
      .then()
      .when({ ...bar(3, 95), at: 121_000_000 })
      .then(said(why), urgent(of, why))
  })

  test('[T10] nothing is owed where an entry was refused and nothing is held', () => {
    const of = levels()
    started(of)
      .when(bar(0, 101))
      .then(intent(of, 'long', long))
      .when(risked('strategy:3.0'))
      .then(urgent(of, 'entry refused, risk.rejected PRICE_STALE'))
      .when(risked(exit))
      .then()
      .when(bar(1, 95))
      .then()
  })

  test('[T19] [T10] is owed over a reload', () => {
    const { scene } = left()
    const other = levels('stop: 50%')
    const why = 'exit refused, risk.rejected PRICE_STALE'
    scene.when(risked(exit)).then()
    const reloaded = JSON.parse(JSON.stringify({ strategies: [other] }))
    scene.reconfigured(reloaded).when(bar(2, 95)).then(said(why), urgent(other, why))
  })
})

describe('a scaling that is refused', () => {
  const file = bound(`name: levels
inputs: { price: { role: underlying, timeframe: 1m } }
entry: { long: price.close > 100 }
size: { quantity: 100 }
scale_in: { when: price.close > 110, part: 50%, most: 1 }
scale_out: { when: price.close < 90, part: 50%, most: 1 }`)
  const scaled = (close: number) => {
    const scene = startedWhole({ strategies: [file] })
    const sizes = (n: number, at: number) =>
      scene.when(bar(n, at)).answers.map(({ payload }) => (payload as PayloadOf<'strategy.intent'>).size)
    expect(sizes(0, 101)).toMatchObject([{ quantity: '100' }])
    expect(sizes(1, close)).toHaveLength(1)
    return { scene, sizes }
  }

  test.each([
    ['the risk gate', [risked(exit, 'POSITION_EXCEEDS_MAX')]],
    ['the resolver', [unresolved(exit)]],
    ['the venue', [approved(0, exit), rejected]],
  ])('[T10] [T27] by %s is not held, nor counted', (_by, told) => {
    const { scene, sizes } = scaled(111)
    for (const one of told) expect(scene.when(one).answers).toEqual([])
    scene.restarted()
    expect(sizes(2, 89)).toMatchObject([{ quantity: '50.0' }])
    expect(sizes(3, 111)).toMatchObject([{ quantity: '100.0' }])
  })

  test('[T10] [T27] a reduction likewise; one that is not refused stands', () => {
    const { scene, sizes } = scaled(89)
    scene.when(risked(exit))
    expect(sizes(2, 89)).toMatchObject([{ quantity: '50.0' }])
    scene.when(risked('strategy:8.0', 'ALREADY_AT_TARGET'))
    scene.when(risked(exit))
    expect(sizes(3, 89)).toEqual([])
    expect(sizes(4, 111)).toMatchObject([{ quantity: '100.0' }])
  })
})
