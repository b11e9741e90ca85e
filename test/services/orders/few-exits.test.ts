import { describe, expect, test } from 'vitest'
import { orders } from '#services/orders/service.ts'
import { event, given } from '#test/given.ts'
import { accepted, approved, btc, canceled, command, fill, halted, rejected, resumed } from './orders-told.ts'

const bracket = { stopLoss: '95', takeProfit: '110' }
const entry = (quantity: string) => approved('risk:1.0', { bracket, quantity })
const entered = entry('100')
const exit = (clientOrderId: string, quantity: string) =>
  ({
    topic: 'order.submitted',
    payload: expect.objectContaining({ clientOrderId, quantity, closes: 't-1-0' }),
  }) as never
const pair = (id: string, quantity: string) => [
  exit(id.replace('#', 's'), quantity),
  exit(id.replace('#', 'p'), quantity),
]
const took = (id: string) => [accepted(id.replace('#', 's')), accepted(id.replace('#', 'p'))] as const
const time = (now: number) => event('system.time', { now }, now)
const any = expect.anything() as never
const lost = (message: string) =>
  ({
    topic: 'system.alert',
    payload: expect.objectContaining({ code: 'PROTECTION_LOST', message: expect.stringContaining(message) }),
  }) as never
const place = { strategy: 'ema-cross', instrument: btc }
const superseded = event('risk.superseded', { intent: 'strategy:9.0', ...place })
const refusal = event('risk.rejected', { intent: 'strategy:9.0', ...place, code: 'PRICE_STALE' })

/** Two fills wait behind the exits of the first. */
const waiting = (quantity = '6') =>
  given(orders, {}, entry(quantity), ...['x', 'y', 'z'].map((trade, n) => fill('t-1-0', trade, `${n + 1}`)))

describe('[O32] an entry that is filled in many trades', () => {
  test('has exits of its first fill, and one pair for what is filled until the venue has taken them', () => {
    const [stop, profit] = took('t-1-0-1#')
    const [second] = took('t-1-0-2#2')
    waiting('100')
      .when(stop)
      .then()
      .restarted()
      .when(profit)
      .then(...pair('t-1-0-2#2', '5'))
      .when(fill('t-1-0', 'w', '4'))
      .then()
      .when(second)
      .then()
      .when(rejected('t-1-0-2p2', 'INSUFFICIENT_BALANCE'))
      .then(any, ...pair('t-1-0-4#2', '4'))
  })

  test('of sixty trades has two pairs', () => {
    const trades = Array.from({ length: 60 }, (_, n) => fill('t-1-0', `trade-${n}`, '1'))
    const scene = given(orders, {}, entered, ...trades)
    scene.when(took('t-1-0-1#')[0]).then()
    scene.when(took('t-1-0-1#')[1]).then(...pair('t-1-0-2#2', '59'))
  })

  test('waits no longer than a second', () => {
    given(orders, {}, entered, { ...fill('t-1-0', 'x', '1'), at: 1_000 })
      .when({ ...fill('t-1-0', 'y', '2'), at: 2_000 })
      .then()
      .when(time(1_001_999))
      .then()
      .restarted()
      .when(time(1_002_000))
      .then(...pair('t-1-0-2#2', '2'))
      .when(time(5_000_000))
      .then()
  })

  test('what another order sells meanwhile is taken off what waits too', () => {
    waiting()
      .when(approved('risk:10.0', { side: 'sell', quantity: '4' }))
      .then(any)
      .when(fill('t-10-0', 's', '4', { side: 'sell' }))
      .then(any, any, ...pair('t-1-0-2#2', '2'))
  })

  test('a wish takes what waits, and its refusal gives it back', () => {
    const scene = waiting().when(superseded).then(any, any)
    scene.when(canceled('t-1-0-1s')).then()
    scene.when(canceled('t-1-0-1p')).then()
    scene.when(time(9_000_000)).then()
    scene.when(refusal).then(...pair('t-1-0-1#2', '1'), ...pair('t-1-0-2#2', '5'))
  })

  test('who cancels all ends what waits', () => {
    const scene = waiting()
    scene.when(command('cancel_all')).then(any, any, {
      topic: 'system.command.result',
      payload: expect.objectContaining({ message: expect.stringContaining('2 exits that waited') }),
    } as never)
    scene.when(canceled('t-1-0-1s')).then()
    scene.when(canceled('t-1-0-1p')).then(any)
    scene.when(time(9_000_000)).then()
  })

  test('a whole halt tells of it, and its end sends it', () => {
    const scene = waiting()
    scene
      .when(halted('risk:9.0', { state: 'HALTED' }))
      .then(lost('t-1-0-1s (1), t-1-0-1p (1), t-1-0-2s (5), t-1-0-2p (5)'), any, any)
    scene.when(canceled('t-1-0-1s')).then()
    scene.when(canceled('t-1-0-1p')).then(any)
    scene.when(resumed).then(...pair('t-1-0-2#2', '5'), ...pair('t-1-0-1#2', '1'))
  })

  test('of which an operator has canceled one leg is joined by nothing: what is filled later has both', () => {
    const cancelOne = event('system.command', {
      ...{ command: 'order.cancel', order: 't-1-0-2s', reason: 'drill', operator: 'ann' },
    })
    const scene = given(orders, {}, entered, fill('t-1-0', 'x', '1'), fill('t-1-0', 'y', '2'))
    scene.when(cancelOne).then(any)
    scene.when(fill('t-1-0', 'z', '8')).then()
    scene.when(took('t-1-0-1#')[0]).then()
    scene.when(took('t-1-0-1#')[1]).then(exit('t-1-0-2p2', '2'), ...pair('t-1-0-3#2', '8'))
  })

  test('[O29] a fill of it that opens nothing, behind a contract that ended, joins no exits of others that wait', () => {
    const eth = { instrument: 'ETHUSDT.BINANCE' }
    const settled = event('venue.settled', {
      ...{ ...place, contract: btc, how: 'delivered', side: 'sell', quantity: '6', price: '1' },
      ...{ currency: 'USDT', settlementPrice: '1', settledAt: 1 },
    })
    const other = approved('risk:2.0', { ...eth, bracket, quantity: '10' })
    given(orders, {}, entry('6'), fill('t-1-0', 'x', '1'), other, ...['y', 'z'].map((n) => fill('t-2-0', n, '1', eth)))
      .when(settled)
      .then()
      .when(fill('t-1-0', 'late', '5'))
      .then()
  })

  test('a split ends it, and tells of it', () => {
    waiting()
      .when(event('md.split', { instrument: btc, numerator: 2, denominator: 1 }))
      .then(lost('t-1-0-1s (1), t-1-0-1p (1), t-1-0-2s (5), t-1-0-2p (5)'))
      .when(time(9_000_000))
      .then()
  })
})

describe('[O20] while all is halted somebody knows of every position without exits', () => {
  const held = () => given(orders, {}, entered, fill('t-1-0', 'x', '100'), ...took('t-1-0-1#'))
  const flatten = halted('risk:20.0', { state: 'HALTED', isFlattening: true })
  const refuse = halted('risk:30.0', { state: 'HALTED' })

  test('also where a wish had taken them, and a halt that flattens was followed by one that does not', () => {
    const scene = held().when(superseded).then(any, any)
    scene.when(flatten).then()
    scene.when(refusal).then()
    scene.when(refuse).then(lost('t-1-0-1s (100), t-1-0-1p (100)'))
    scene.when(canceled('t-1-0-1s')).then()
    scene.when(canceled('t-1-0-1p')).then(any, any)
    scene.when(time(9_000_000)).then()
    scene.when(resumed).then(...pair('t-1-0-1#2', '100'))
  })

  test('also where the wish was to go on, and its order was denied', () => {
    const scene = held().when(superseded).then(any, any)
    scene.when(canceled('t-1-0-1s')).then()
    scene.when(canceled('t-1-0-1p')).then()
    scene.when(refuse).then(any)
    scene
      .when(approved('risk:28.0', { intent: 'strategy:9.0', side: 'sell' }))
      .then({ topic: 'order.denied', payload: expect.anything() } as never)
    scene.restarted().when(time(9_000_000)).then(lost('t-1-0-1s (100), t-1-0-1p (100)'))
    scene.when(time(9_100_000)).then()
    scene.when(resumed).then(...pair('t-1-0-1#2', '100'))
  })
})

test('[O26] an exit that halts took and gave back twice is sent again when its venue ends it for the first time', () => {
  const scene = given(orders, {}, entered, fill('t-1-0', 'x', '100'), ...took('t-1-0-1#'))
  for (const [n, from] of [
    [1, 't-1-0-1#'],
    [2, 't-1-0-1#2'],
  ] as const) {
    scene.when(halted(`risk:${n}0.0`, { state: 'HALTED' })).then(any, any, any)
    for (const id of [from.replace('#', 's'), from.replace('#', 'p')]) scene.when(canceled(id))
    scene.when(resumed).then(...pair(`t-1-0-1#${n + 1}`, '100'))
    for (const one of took(`t-1-0-1#${n + 1}`)) scene.when(one)
  }
  const ended = (id: string) => scene.when(canceled(id))
  ended('t-1-0-1s3').then(lost('it is sent again as t-1-0-1s4'), exit('t-1-0-1s4', '100'))
  ended('t-1-0-1s4').then(lost('it is sent again as t-1-0-1s5'), exit('t-1-0-1s5', '100'))
  ended('t-1-0-1s5').then(lost('t-1-0-1m closes it at the market'), exit('t-1-0-1m', '100'))
})

test('[O23] [O8] what an operator cancels while a halt does so too does not come back with its end', () => {
  const cancelOne = event('system.command', {
    ...{ command: 'order.cancel', order: 't-1-0-1s', reason: 'drill', operator: 'ann' },
  })
  const halting = () => {
    const scene = given(orders, {}, entered, fill('t-1-0', 'x', '100'), ...took('t-1-0-1#'))
    scene.when(halted('risk:9.0', { state: 'HALTED' })).then(any, any, any)
    return scene
  }
  const over = (scene: ReturnType<typeof halting>, ...back: never[]) => {
    scene.when(canceled('t-1-0-1s'))
    scene.restarted().when(canceled('t-1-0-1p'))
    scene.when(resumed).then(...back)
  }
  const one = halting()
  one.when(cancelOne).then(any, any)
  over(one, exit('t-1-0-1p2', '100'))
  const all = halting()
  all.when(command('cancel_all'))
  all.when(cancelOne)
  over(all)
})
