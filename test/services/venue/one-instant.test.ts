import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Machine } from '#lib/kernel/machine.ts'
import { anyService } from '#lib/kernel/service.ts'
import { venue } from '#services/venue/service.ts'
import { event, given, type Told } from '#test/given.ts'
import { loggedInputs, stepAll } from './logged-inputs.ts'
import {
  accepted,
  bar,
  call,
  cancel,
  config,
  ended,
  filled,
  listed,
  listedCall,
  minute,
  order,
  quote,
  spy,
  status,
} from './venue-told.ts'

const trade = (at: number, price = '101') => event('md.tick', { kind: 'trade', instrument: spy, price, size: '1' }, at)
const depth = (at: number) =>
  event('md.depth', { kind: 'delta', instrument: spy, bids: [], asks: [], firstSequence: 1, lastSequence: 1 }, at)

describe('[V46] [V14] an order that arrives at the instant of a quote meets that quote', () => {
  const late = config('touch', { latencyMicros: 100 })
  const sent = [listed(), listedCall, quote('100 x 5', '101 x 5', 900), order('a', 'buy', '5', {}, 1_000)] as const
  const part = { venueOrderId: 'sim-1', tradeId: 'sim-1-2' }

  test.for<[string, readonly Told[]]>([
    ['nothing', []],
    ['a price of another instrument', [quote('1 x 1', '2 x 1', 1_100, call)]],
    ['a trade', [trade(1_100)]],
    ['a change of depth', [depth(1_100)]],
    ['a bar', [bar(0, ['101', '101', '101', '101'], { start: 0, end: 1_100 })]],
    ['a feed that ends while another goes on', [{ ...status('ended', 'other'), at: 1_100 }]],
    ['what we send', [order('b', 'sell', '1', { limitPrice: '900' }, 1_100)]],
  ])('whatever else is told of that instant before it: %s', ([, before]) => {
    const scene = given(venue, late, status('started'), status('started', 'other'), ...sent)
    for (const told of [...before, quote('104 x 1', '105 x 1', 1_100)]) scene.when(told).then()
    scene
      .restarted()
      .when(quote('104 x 9', '106 x 9', 1_101))
      .then(
        accepted('a'),
        filled('a', 'buy', '1', '105', 1_100, { leavesQuantity: '4' }),
        filled('a', 'buy', '4', '106', 1_101, part),
      )
  })

  test('at the end of the last feed it has arrived, before what works expires', () => {
    given(venue, late, status('started'), ...sent)
      .when(quote('104 x 1', '105 x 1', 1_100))
      .then()
      .when({ ...status('ended'), at: 1_100 })
      .then(
        accepted('a'),
        filled('a', 'buy', '1', '105', 1_100, { leavesQuantity: '4' }),
        ended('order.expired', 'a', '4', 'no more market data'),
      )
  })

  test('what takes no time arrives at its place in the log, and what was sent before it too', () => {
    const sooner = config('touch', {
      latencies: [
        [1_000, 100, 0],
        [1_100, 0, 0],
      ],
    })
    given(venue, sooner, ...sent)
      .when(quote('102 x 1', '103 x 1', 1_100))
      .then()
      .when(order('b', 'buy', '1', { timeInForce: 'IOC' }, 1_100))
      .then(
        accepted('a'),
        filled('a', 'buy', '1', '103', 1_100, { leavesQuantity: '4' }),
        accepted('b', 2),
        ended('order.canceled', 'b', '1', 'immediate or cancel'),
      )
  })
})

test('[V46] [V18] what waits for the next is there before all of the instant of its arrival', () => {
  const other = bar(0, ['9', '9', '9', '9'])
  const late = config('next-close', { latencyMicros: 100 })
  for (const before of [[], [other]]) {
    const scene = given(venue, late, listed(), listedCall, order('a', 'buy', '1', { instrument: call }, minute - 100))
    const said = [...before, quote('7 x 1', '8 x 1', minute, call)].flatMap((told) => scene.when(told).answers)
    expect(said).toEqual([accepted('a', 1, call), filled('a', 'buy', '1', '8', minute, { instrument: call })])
  }
})

/** What is told of one instant, in lanes: of what is in one lane the order is kept, for it means something. */
type Lane = 'spy' | 'call' | 'ours' | 'free'
const price = fc.integer({ min: 98, max: 103 }).map(String)
const size = fc.integer({ min: 1, max: 4 })
const side = fc.tuple(price, size).map(([at, n]) => `${at} x ${n}`)
const instrument = fc.constantFrom(spy, call)
const step: fc.Arbitrary<readonly [Lane, (at: number, n: number) => Told]> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(instrument, side, side)
      .map(
        ([named, bid, ask]) => [named === spy ? 'spy' : 'call', (at: number) => quote(bid, ask, at, named)] as const,
      ),
  },
  {
    weight: 2,
    arbitrary: price.map(
      (one) =>
        ['spy', (at: number) => bar(0, [one, one, one, one], { start: Math.max(0, at - 100), end: at })] as const,
    ),
  },
  { weight: 2, arbitrary: price.map((one) => ['free', (at: number) => trade(at, one)] as const) },
  { weight: 1, arbitrary: fc.constant(['free', depth] as const) },
  { weight: 1, arbitrary: fc.constant(['free', (at: number) => ({ ...status('connected'), at })] as const) },
  {
    weight: 4,
    arbitrary: fc
      .record({
        side: fc.constantFrom('buy' as const, 'sell' as const),
        size,
        instrument,
        limitPrice: fc.option(price, { nil: undefined }),
        timeInForce: fc.constantFrom('GTC' as const, 'IOC' as const, 'FOK' as const),
      })
      .map(
        ({ side: way, size: quantity, ...terms }) =>
          ['ours', (at: number, n: number) => order(`o${n}`, way, String(quantity), terms, at)] as const,
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .nat(20)
      .map((of) => ['ours', (at: number, n: number) => cancel(`o${Math.max(0, n - of)}`, at)] as const),
  },
)

// Without jitter: that is a function of how many messages there were.
test('[V46] in what order the events of an instant are told changes nothing that is said of an order, but for those of one instrument that fill', () => {
  fc.assert(
    fc.property(
      fc.record({
        fill: fc.constantFrom('touch', 'next-open', 'next-close'),
        latencyMicros: fc.constantFrom(100, 250),
        responseLatencyMicros: fc.constantFrom(0, 50, 130),
      }),
      fc.array(fc.tuple(step, fc.nat(), fc.constantFrom(0, 0, 50)), { maxLength: 60, size: 'max' }),
      ({ fill, ...line }, steps) => {
        let at = 1_000
        const made = steps.map(([[lane, make], rank, later], n) => {
          at += later
          return { lane, rank, told: { ...make(at, n), at } as Told & { at: number } }
        })
        const first = [status('started'), listed(), listedCall, quote('100', '101', 0), quote('100', '101', 0, call)]
        const last = { ...status('ended'), at } as Told
        const said = (told: readonly Told[]) =>
          stepAll(new Machine(anyService(venue)), loggedInputs(config(fill, line), [...first, ...told, last]))
            .flat()
            .map(({ topic, payload }) => JSON.stringify({ topic, payload }))
            .sort()
        expect(said(permuted(made))).toEqual(said(made.map(({ told }) => told)))
      },
    ),
    { numRuns: 1_000 },
  )
})

/** Those of each instant by rank, each lane in its own order. */
function permuted(made: readonly { lane: Lane; rank: number; told: Told & { at: number } }[]): Told[] {
  const places = made.toSorted((a, b) => a.told.at - b.told.at || a.rank - b.rank)
  const free = places.filter(({ lane }) => lane === 'free')
  const lanes = Map.groupBy(made, ({ lane }) => lane).set('free', free)
  return places.map(({ lane }) => lanes.get(lane)?.shift()?.told as Told)
}
