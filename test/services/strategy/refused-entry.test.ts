import { describe, expect, test } from 'vitest'
import { InProcess } from '#lib/kernel/in-process.ts'
import { anyService } from '#lib/kernel/service.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Fact } from '#schemas/event.ts'
import { resolver } from '#services/resolver/service.ts'
import { explainRun } from '#services/strategy/adapters/explain-run.ts'
import { strategy as strategyService } from '#services/strategy/service.ts'
import { event, type Told } from '#test/given.ts'
import { bar, bound, btc, command, eth, intent, levels, started, startedWhole, urgent } from './strategy-told.ts'

const strategy = 'levels'
// The configuration is event 1, what it loads 2, the first bar 3 and its intent 4.
const first = 'strategy:3.0'
const hash = levels().hash
const long = 'entry.long: price.close > 100'

const unresolved = (of = first): Told =>
  event('instrument.rejected', { intent: of, strategy, role: 'underlying', code: 'QUOTE_TOO_OLD' })
const risked = (code: PayloadOf<'risk.rejected'>['code'], of = first): Told =>
  event('risk.rejected', { intent: of, strategy, instrument: btc, code })
const approved = (n: number, of = first): Told => ({
  ...event('risk.approved', {
    intent: of,
    strategy,
    instrument: btc,
    side: 'buy',
    quantity: '1.50',
    orderType: 'market',
    timeInForce: 'IOC',
    expiresAt: 1,
  }),
  id: `risk:9.${n}`,
})
const denied = (n: number): Told =>
  event('order.rejected', { clientOrderId: `t-9-${n}`, instrument: btc, code: 'NO_MARKET' })

const filled = (clientOrderId: string, side: 'buy' | 'sell', quantity: string): Told =>
  event('order.fill', {
    clientOrderId,
    venueOrderId: 'v',
    tradeId: `${clientOrderId} ${quantity}`,
    strategy,
    instrument: btc,
    side,
    price: '100',
    quantity,
    leavesQuantity: '0',
    fee: '0',
    currency: 'USD',
    liquidity: 'taker',
    filledAt: 1,
  })
const canceled = (clientOrderId: string): Told =>
  event('order.canceled', { clientOrderId, instrument: btc, leavesQuantity: '1', reason: 'IOC' })

describe('what the venue makes of an entry', () => {
  test('[T32] an exit there that leaves nothing ends the wish, one that leaves some of it or is of an older entry does not', () => {
    const of = levels()
    const scene = started(of)
      .when(bar(0, 101))
      .then(intent(of, 'long', long))
    const quiet = [
      approved(0),
      filled('t-9-0', 'buy', '1.50'),
      filled('t-9-0-1p', 'sell', '0.50'),
      filled('t-8-0-1s', 'sell', '1.00'),
      filled('t-9-1', 'buy', '1.00'),
    ]
    for (const told of quiet) scene.when(told).then()
    scene
      .restarted()
      .when(filled('t-9-0-1s', 'sell', '1.00'))
      .then(urgent(of, 'closed at the venue by t-9-0-1s'))
      .when(bar(1, 101))
      .then(intent(of, 'long', long))
  })

  test('[T10] one that is canceled with nothing filled is none; of one with a part filled that is held', () => {
    const of = levels()
    const asked = () =>
      started(of)
        .when(bar(0, 101))
        .then(intent(of, 'long', long))
        .when(approved(0))
        .then()
    asked().when(canceled('t-9-0')).then(urgent(of, 'entry not done, order.canceled with nothing filled'))
    asked()
      .when(filled('t-9-0', 'buy', '0.50'))
      .then()
      .when(canceled('t-9-0'))
      .then()
  })
})

describe('an entry that is refused', () => {
  test.each([
    ['by the resolver', [], unresolved(), 'instrument.rejected QUOTE_TOO_OLD'],
    ['by the risk gate', [], risked('PRICE_STALE'), 'risk.rejected PRICE_STALE'],
    ['by the venue', [approved(0)], denied(0), 'order.rejected NO_MARKET'],
  ] as const)(
    '[T10] %s is as if it had not been made, and says so: it is tried again when its condition holds',
    (_by, before, refusal, why) => {
      const of = levels()
      const scene = started(of)
        .when(bar(0, 101))
        .then(intent(of, 'long', long))
      for (const told of before) scene.when(told).then()
      scene
        .when(refusal)
        .then(urgent(of, `entry refused, ${why}`))
        .when(bar(1, 89))
        .then()
        .when(bar(2, 102))
        .then(intent(of, 'long', long))
    },
  )

  test('[T10] a refusal that means that it has what it wished, of another intent or order, changes nothing', () => {
    const of = levels()
    started(of)
      .when(bar(0, 101))
      .then(intent(of, 'long', long))
      .when(risked('ALREADY_AT_TARGET'))
      .then()
      .when(risked('PRICE_STALE', 'strategy:99.0'))
      .then()
      .when(denied(7))
      .then()
      .when(bar(1, 102))
      .then()
      .when(bar(2, 89))
      .then(intent(of, 'flat', 'exit.long: price.close < 90'))
  })

  test('[T10] what was reversed is still held, so that it leaves; so does what one order of two may have bought', () => {
    const of = levels()
    const short = started(of)
      .when(bar(0, 101))
      .then(intent(of, 'long', long))
      .when(bar(1, 40))
    expect(short.answers.map(({ payload }) => (payload as PayloadOf<'strategy.intent'>).target)).toEqual(['short'])
    started(of)
      .when(bar(0, 101))
      .then(intent(of, 'long', long))
      .when(approved(0))
      .then()
      .when(approved(1))
      .then()
      .when(denied(1))
      .then(urgent(of, 'entry refused, order.rejected NO_MARKET'))
      .when(bar(1, 101))
      .then(intent(of, 'long', long))
    const scene = started(of)
      .when(bar(0, 101))
      .then(intent(of, 'long', long))
    scene.when(bar(1, 40))
    scene.when(unresolved('strategy:5.0')).then(urgent(of, 'entry refused, instrument.rejected QUOTE_TOO_OLD'))
  })

  test('[T10] [R43] a roll that is refused changes nothing, unless a leg of it had leave', () => {
    const of = levels()
    const rolled = event('instrument.resolved', {
      ...{ intent: 'clock:7.0', strategy, role: 'underlying', instrument: btc, target: '0', orderType: 'market' },
      ...{ referencePrice: '100', leg: 1, legs: 2, isRoll: true },
    })
    const scene = started(of)
      .when(bar(0, 101))
      .then(intent(of, 'long', long))
    const refused = risked('ROLL_REFUSED', 'clock:7.0')
    for (const told of [rolled, refused, rolled, approved(0, 'clock:7.0'), risked('ALREADY_AT_TARGET', 'clock:7.0')])
      scene.when(told).then()
    scene.restarted().when(refused).then(urgent(of, 'entry refused, risk.rejected ROLL_REFUSED'))
    scene.when(refused).then()
  })

  test('[T10] of several roles all leave when one is refused', () => {
    const pair = bound(
      `name: levels
inputs: { a: { role: first, timeframe: 1m }, b: { role: second, timeframe: 1m } }
entry: { long: a.close > b.close }
size: { quantity: 1 }
trade: { first: with, second: against }`,
      { first: btc, second: eth },
    )
    const scene = startedWhole({ strategies: [pair] })
    scene.when(bar(0, 10))
    expect(scene.when(bar(0, 5, eth)).answers).toHaveLength(2)
    const left = scene.when(risked('PRICE_STALE', 'strategy:4.1')).answers
    expect(left.map(({ payload }) => payload)).toMatchObject([
      { role: 'first', target: 'flat' },
      { role: 'second', target: 'flat' },
    ])
  })

  test('[T10] a restart between entry and refusal changes nothing; a halted strategy stays halted', () => {
    const of = levels()
    started(of)
      .when(bar(0, 101))
      .then(intent(of, 'long', long))
      .restarted()
      .when(risked('PRICE_STALE'))
      .then(urgent(of, 'entry refused, risk.rejected PRICE_STALE'))
      .restarted()
      .when(bar(1, 101))
      .then(intent(of, 'long', long))
    const scene = started(of)
      .when(bar(0, 101))
      .then(intent(of, 'long', long))
    scene.when(command('strategy.halt', 'levels'))
    scene.when(risked('PRICE_STALE')).then().when(bar(1, 102)).then()
  })

  test('[T10] no cooldown counts from it', () => {
    const of = levels('cooldown: 5 bars')
    started(of)
      .when(bar(0, 101))
      .then(intent(of, 'long', long))
      .when(unresolved())
      .then(urgent(of, 'entry refused, instrument.rejected QUOTE_TOO_OLD'))
      .when(bar(1, 101))
      .then(intent(of, 'long', long))
  })

  test('[T10] the next entry is resolved from nothing: a limit stays a limit, at the money is where the money is now', () => {
    const file = levels()
    const role = 'underlying'
    const scene = new InProcess([anyService(strategyService), anyService(resolver)], ({ topic, payload }) => {
      if (topic === 'instrument.resolved') resolved.push([payload.target, payload.orderType])
    })
    const resolved: (readonly [target: string, orderType: string])[] = []
    let n = 0
    const tell = ({ topic, payload }: Told, at = ++n * 60_000_000) =>
      scene.publish('test', { topic, payload, at, epoch: 1, n: ++n } as unknown as Fact)
    const orders = { entry: { type: 'limit', limitBps: 5 }, exit: { type: 'limit', limitBps: 5 } }
    const mappings = [{ strategy, role, to: { kind: 'instrument', instrument: btc }, orders }]
    const configs = { strategy: { strategies: [file] }, resolver: { mappings } }
    for (const [service, config] of Object.entries(configs))
      tell(event('system.config', { service, hash, config: JSON.parse(JSON.stringify(config)) }))
    tell(
      event('md.instrument', {
        instrument: btc,
        kind: 'spot',
        tickSize: '0.01',
        lotSize: '0.01',
        multiplier: '1',
        currency: 'USD',
        isSimulated: true,
      }),
    )
    tell(bar(0, 101))
    const entry = scene.head - 1
    tell(risked('HALTED', `strategy:${entry - 1}.0`))
    tell(bar(1, 119))
    expect(resolved.map(([, orderType]) => orderType)).toEqual(['limit', 'market', 'limit'])
    expect(resolved.map(([target]) => Number(target) > 0)).toEqual([true, false, true])
  })

  test('explain says that it was refused, and by what', () => {
    const config = { service: 'strategy', hash, config: JSON.parse(JSON.stringify({ strategies: [levels()] })) }
    const told = [event('system.config', config), bar(0, 101), unresolved('strategy:2.0')]
    const events = told.map(({ topic, payload, id, at }, n) => ({
      seq: n + 1,
      v: 1,
      at: at ?? 0,
      source: 'test',
      cause: null,
      topic,
      payload,
      id: id ?? `test:e1.${n}`,
    })) as Event[]
    const { lastIntent } = explainRun(events, { strategy: undefined, intent: undefined, until: undefined })
    expect(lastIntent).toMatchObject({
      intent: 'strategy:3.0',
      refused: 'entry refused, instrument.rejected QUOTE_TOO_OLD',
    })
  })
})
