import { describe, expect, test } from 'vitest'
import { VenueConfig, venue } from '#services/venue/service.ts'
import { event, given } from '#test/given.ts'
import {
  accepted,
  bar,
  cancel,
  config,
  ended,
  filled,
  listed,
  minute,
  order,
  quote,
  rejected,
  status,
} from './venue-told.ts'

/** A price of something else: the venue hears that it is so late. */
const time = (at: number) => {
  const depth = { instrument: 'IBM.USA', bids: [], asks: [], firstSequence: 1, lastSequence: 1 }
  return event('md.depth', { kind: 'delta', ...depth }, at)
}
const maker = { liquidity: 'maker' } as const

describe('[V40] reports take their way', () => {
  const slow = config('touch', { responseLatencyMicros: 100 })

  test('a fill is heard of later than it happened: with the first price of anything at or after it is due', () => {
    given(venue, slow, listed(), quote('99 x 4', '100 x 3', 10))
      .when(order('a', 'buy', '2'))
      .then()
      .when(quote('99 x 4', '101 x 3', 109))
      .then()
      .when(time(110))
      .then(accepted('a'), filled('a', 'buy', '2', '100', 10))
  })

  test('meanwhile the order goes on: what we do not know yet has happened', () => {
    given(venue, slow, listed(), quote('99 x 4', '100 x 3', 10), order('a', 'buy', '2', { limitPrice: '98' }))
      .when(quote('97 x 4', '98 x 3', 60))
      .then()
      .when(cancel('a', 70))
      .then()
      .when(quote('97 x 4', '99 x 3', 160))
      .then(accepted('a'), filled('a', 'buy', '2', '98', 60, maker))
      .when(quote('97 x 4', '99 x 3', 170))
      .then(rejected('a', 'UNKNOWN_ORDER'))
  })

  test('what happened at the open of a bar is due from there on, not from the bar that told of it', () => {
    given(venue, config('next-open', { responseLatencyMicros: 100 }), listed(), order('a', 'buy', '5', {}, minute))
      .when(bar(1, ['103', '105', '97', '104']))
      .then(accepted('a'), filled('a', 'buy', '5', '103', minute))
  })

  test('no report overtakes another, whatever the jitter', () => {
    const told = config('touch', { responseLatencyMicros: 10, jitterMicros: 500 })
    const scene = given(venue, told, listed(), quote('99 x 40', '100 x 30', 1_000))
    const said = Array.from({ length: 20 }, (_, n) => scene.when(order(`o${n}`, 'buy', '1', {}, 1_000 + n * 20)))
    const fills = [...said, scene.when(time(9_000))].flatMap(({ answers }) => answers)
    const ids = Array.from({ length: 20 }, (_, n) => [`o${n}`, `o${n}`]).flat()
    expect(fills.map(({ payload }) => (payload as { clientOrderId: string }).clientOrderId)).toEqual(ids)
  })

  test('when no market will come any more all that is on its way is said', () => {
    given(venue, slow, listed(), status('started'), quote('99 x 4', '100 x 3', 10), order('a', 'buy', '5'))
      .when({ ...status('ended'), at: 11 })
      .then(
        accepted('a'),
        filled('a', 'buy', '3', '100', 10, { leavesQuantity: '2' }),
        ended('order.expired', 'a', '2', 'no more market data'),
      )
  })

  test('a new configuration without a line says what was on the old one, and from there on all at once', () => {
    given(venue, slow, listed(), quote('99 x 4', '100 x 9', 10), order('a', 'buy', '2'))
      .reconfigured(config('touch'))
      .restarted()
      .when(quote('99 x 4', '101 x 3', 20))
      .then()
      .when(time(110))
      .then(accepted('a'), filled('a', 'buy', '2', '100', 10))
      .when(order('b', 'buy', '1'))
      .then(accepted('b', 2), filled('b', 'buy', '1', '101', 110, { venueOrderId: 'sim-2' }))
  })
})

test('[V25] no message overtakes another: it arrives when the newest before it does', () => {
  const wide = 10_000_000
  const latencies = [1.5, 2.5, 3.5, 0].map((bars, n) => [wide + n, bars * wide, 0])
  const scene = given(venue, config('next-open', { latencies }), listed())
  for (const n of [0, 1, 2, 3]) scene.when(order(`o${n}`, 'buy', '1', {}, wide + n)).then()
  const said = [1, 2, 3, 4, 5, 6].flatMap((n) => scene.when(bar(n, ['103', '105', '97', '104'], {}, wide)).answers)
  const fills = said.filter(({ topic }) => topic === 'order.fill')
  const starts = fills.map(({ payload }) => (payload as { filledAt: number }).filledAt / wide)
  expect(starts).toEqual([3, 4, 5, 5])
})

describe('[V41] latencies as they were measured', () => {
  const rows = [
    [1_000, 100, 40],
    [2_000, 300, 80],
    [5_000, 0, 0],
  ]
  const heardOf = (sentAt: number) => {
    const scene = given(venue, config('touch', { latencies: rows }), listed(), quote('99 x 4', '100 x 3', 10))
    if (scene.when(order('a', 'buy', '1', {}, sentAt)).answers.length > 0) return sentAt
    for (let at = sentAt; ; at++) if (scene.when(time(at)).answers.length > 0) return at
  }

  test('between two on the straight line, outside as the first and the last', () => {
    // The report sets out when the order arrives: at 600, 1700, 2300 and 3650.
    expect(heardOf(500)).toBe(500 + 100 + 40)
    expect(heardOf(1_500)).toBe(1_500 + 200 + 68)
    expect(heardOf(2_000)).toBe(2_000 + 300 + 72)
    expect(heardOf(3_500)).toBe(3_500 + 150 + 36)
    expect(heardOf(9_000)).toBe(9_000)
  })

  test('a price that the exchange says is yet to come counts as received', () => {
    const shown = (at: number, exchangeAt: number, ask: string) => {
      const told = quote('99 x 4', ask, at)
      return { ...told, payload: { ...(told.payload as object), exchangeAt } }
    }
    given(venue, config('touch', { latencyMicros: 100, feedLatencyMicros: 'recorded' }), listed())
      .when(shown(1_000, 900, '100 x 9'))
      .then()
      .when(order('a', 'buy', '1', {}, 1_000))
      .then()
      .when(shown(1_050, 1_200, '101 x 9'))
      .then()
      .when(shown(1_300, 1_250, '102 x 9'))
      .then(accepted('a'), filled('a', 'buy', '1', '101', 1_100))
  })

  test('after the last measurement all take as long as it did, and none overtakes another', () => {
    const last = [
      [1_000, 100, 40],
      [2_000, 300, 80],
    ]
    const scene = given(venue, config('touch', { latencies: last }), listed(), quote('99 x 4', '100 x 3', 10))
    scene.when(order('a', 'buy', '1', {}, 9_000)).then()
    scene.when(time(9_379)).then()
    scene.when(time(9_380)).then(accepted('a'), filled('a', 'buy', '1', '100', 9_300))
    const shorter = [
      [0, minute, 0],
      [100, 0, 0],
    ]
    // The second comes after the first, in the midst of a bar, and is not filled at an open that was before.
    given(venue, config('next-open', { latencies: shorter }), listed())
      .when(order('a', 'buy', '1', {}, 0))
      .then()
      .when(order('b', 'buy', '1', {}, 100))
      .then()
      .when(bar(0, ['100', '101', '99', '100'], { start: minute / 2, end: minute * 2 }))
      .then(accepted('a'), accepted('b', 2))
  })

  test('recorded latency of the feed: an order meets what the exchange showed when it arrived, by its own clock', () => {
    const shown = (at: number, exchangeAt: number, ask: string) => {
      const told = quote('99 x 4', ask, at)
      return { ...told, payload: { ...(told.payload as object), exchangeAt } }
    }
    const told = (more: object) =>
      given(venue, config('touch', { latencyMicros: 100, feedLatencyMicros: 'recorded', ...more }), listed())
        .when(shown(1_000, 900, '100 x 9'))
        .then()
        .when(order('a', 'buy', '1', {}, 1_000))
        .then()
    // Received at 1250, but it was there at 1090, before the order came at 1100.
    told({})
      .when(shown(1_250, 1_090, '101 x 9'))
      .then()
      .when(shown(1_300, 1_200, '103 x 9'))
      .then(accepted('a'), filled('a', 'buy', '1', '101', 1_100))
    told({})
      .when(shown(1_250, 1_101, '101 x 9'))
      .then(accepted('a'), filled('a', 'buy', '1', '100', 1_100))
    // An order that takes no time meets what we have yet to hear of.
    told({ latencyMicros: 0 })
      .when(shown(1_250, 990, '101 x 9'))
      .then()
      .when(shown(1_300, 1_200, '103 x 9'))
      .then(accepted('a'), filled('a', 'buy', '1', '101', 1_000))
    // The recorder's clock is 50 behind: what the exchange calls 1140 was 1090 by ours.
    told({ clockAheadMicros: 50 })
      .when(shown(1_250, 1_140, '101 x 9'))
      .then()
      .when(shown(1_300, 1_200, '103 x 9'))
      .then(accepted('a'), filled('a', 'buy', '1', '101', 1_100))
  })

  test('they are in order of time', () => {
    expect(
      VenueConfig.safeParse(
        config('touch', {
          latencies: [
            [5, 1, 1],
            [5, 1, 1],
          ],
        }),
      ).success,
    ).toBe(false)
  })
})

describe('[V42] while the line is cut', () => {
  const cut = config('touch', { disconnects: [{ from: 3_000, to: 5_000 }] })
  const resting = [
    listed(),
    quote('99', '100', 2_000),
    order('a', 'buy', '2', { limitPrice: '98' }, 2_000),
    order('b', 'buy', '2', { limitPrice: '97' }, 2_000),
  ] as const

  test('whose line takes no time gets the open of the bar in which it comes, as without a line', () => {
    const told = { disconnects: [{ from: 10 * minute, to: 11 * minute }] }
    for (const more of [{}, told])
      given(venue, config('next-open', more), listed(), bar(0, ['9', '9', '9', '9']))
        .when(order('a', 'buy', '2', {}, minute * 1.5))
        .then(accepted('a'))
        .when(bar(1, ['100', '101', '99', '100']))
        .then(filled('a', 'buy', '2', '100', minute))
  })

  test('what had come before is said when it is back too', () => {
    const told = config('touch', { disconnects: [{ from: 3_000, to: 5_000 }], responseLatencyMicros: 50 })
    given(venue, told, listed(), quote('99', '100', 2_000))
      .when(order('a', 'buy', '2', { limitPrice: '98' }, 2_000))
      .then()
      .when(time(3_000))
      .then()
      .when(time(4_999))
      .then()
      .when(time(5_000))
      .then(accepted('a'))
  })

  test('orders that are there go on filling, and what they came to is said when it is back', () => {
    given(venue, cut, ...resting)
      .when(quote('97', '98 x 1', 3_000))
      .then()
      .when(quote('99', '100', 4_999))
      .then()
      .restarted()
      .when(time(5_000))
      .then(filled('a', 'buy', '1', '98', 3_000, { ...maker, leavesQuantity: '1' }))
  })

  test('what we send meanwhile sets out when it is back: a cancel finds what has been filled, an approval may be stale by then', () => {
    given(venue, cut, ...resting)
      .when(order('c', 'buy', '1', { expiresAt: 4_000 }, 3_000))
      .then()
      .when(order('d', 'buy', '1', { limitPrice: '90' }, 3_000))
      .then()
      .when(cancel('a', 3_500))
      .then()
      .when(quote('97', '98 x 1', 4_000))
      .then()
      .when(quote('99', '100', 5_000))
      .then(filled('a', 'buy', '1', '98', 4_000, { ...maker, leavesQuantity: '1' }))
      .when(time(5_001))
      .then(rejected('c', 'EXPIRED'), accepted('d', 3), ended('order.canceled', 'a', '1', 'superseded'))
  })

  test('what is on its way when it is cut sets out again, either way', () => {
    const slow = config('touch', {
      latencyMicros: 100,
      responseLatencyMicros: 200,
      disconnects: [
        { from: 3_000, to: 5_000 },
        { from: 5_050, to: 6_000 },
      ],
    })
    given(venue, slow, listed(), quote('99', '100', 2_000), order('a', 'buy', '1', {}, 2_850))
      .when(order('b', 'buy', '1', {}, 2_950))
      .then()
      .when(quote('101', '102', 5_500))
      .then()
      .when(time(6_199))
      .then()
      .when(time(6_200))
      .then(accepted('a'), filled('a', 'buy', '1', '100', 2_950))
      .when(time(6_300))
      .then(accepted('b', 2), filled('b', 'buy', '1', '102', 6_100, { venueOrderId: 'sim-2' }))
  })
})
