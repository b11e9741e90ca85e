import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Machine } from '#lib/kernel/machine.ts'
import { Replay } from '#lib/kernel/replay.ts'
import { anyService } from '#lib/kernel/service.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { venue } from '#services/venue/service.ts'
import { event, type Told } from '#test/given.ts'
import { loggedInputs, stepAll } from './logged-inputs.ts'
import { bar, call, cancel, config, listed, listedCall, order, quote, spy, status } from './venue-told.ts'

type Step = (at: number) => Told
const price = fc.integer({ min: 95, max: 105 }).map(String)
const instrument = fc.constantFrom(spy, spy, spy, call)
const size = fc.integer({ min: 1, max: 6 })
const id = fc.nat(12).map((n) => `o${n}`)
const side = fc.option(
  fc.tuple(price, size).map(([at, n]) => `${at} x ${n}`),
  { nil: null, freq: 5 },
)

const terms: fc.Arbitrary<Partial<PayloadOf<'order.submitted'>>> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  fc.record({ orderType: fc.constantFrom('stop' as const, 'market_if_touched' as const), stopPrice: price }),
  fc.record({
    orderType: fc.constantFrom('stop_limit' as const, 'limit_if_touched' as const),
    stopPrice: price,
    limitPrice: price,
  }),
  fc.record({ orderType: fc.constant('trailing_stop' as const), trailingOffset: fc.constantFrom('1', '3') }),
  fc.record({ orderType: fc.constant('limit' as const), limitPrice: price, isPostOnly: fc.boolean() }),
  fc.record({ isReduceOnly: fc.constant(true) }),
  fc.record({ timeInForce: fc.constant('GTD' as const), activeUntil: fc.integer({ min: 0, max: 4_000 }) }),
)
const slippage = fc.constantFrom(
  { kind: 'none' },
  { kind: 'ticks', ticks: 3 },
  { kind: 'bps', bps: 7 },
  { kind: 'volume-share', volumeLimit: 0.5 },
)

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({
        terms,
        id,
        side: fc.constantFrom('buy' as const, 'sell' as const),
        size,
        instrument,
        limitPrice: fc.option(price, { nil: undefined }),
        timeInForce: fc.constantFrom('GTC' as const, 'GTC' as const, 'IOC' as const, 'FOK' as const, 'DAY' as const),
      })
      .map((one) => (at: number) => {
        const { terms: more, ...rest } = one
        return order(one.id, one.side, String(one.size), { ...rest, quantity: String(one.size), ...more }, at)
      }),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(instrument, side, side).map(
      ([named, bid, ask]) =>
        (at: number) =>
          quote(bid, ask, at, named),
    ),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(price, price, price, price).map((prices) => (at: number) => {
      const [low, open, close, high] = prices.toSorted((a, b) => Number(a) - Number(b)) as [
        string,
        string,
        string,
        string,
      ]
      return bar(0, [open, high, low, close], { start: Math.max(0, at - 100), end: at, volume: '8' })
    }),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ price, size: size.map(String) })
      .map((one) => (at: number) => event('md.tick', { kind: 'trade', instrument: spy, ...one }, at)),
  },
  { weight: 1, arbitrary: id.map((one) => (at: number) => cancel(one, at)) },
  {
    weight: 3,
    arbitrary: fc
      .record({
        kind: fc.constantFrom('added' as const, 'executed' as const, 'changed' as const, 'removed' as const),
        orderId: fc.nat(6).map(String),
        side: fc.constantFrom('buy' as const, 'sell' as const),
        price,
        size: fc.nat(6).map(String),
      })
      .map((one) => (at: number) => event('md.order', { instrument: spy, ...one }, at)),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.tuple(fc.nat(6).map(String), price, size.map(String)), { maxLength: 5 })
      .map((bids) => (at: number) => event('md.order', { kind: 'snapshot', instrument: spy, bids, asks: [] }, at)),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('started' as const, 'ended' as const).map((s) => (at: number) => ({ ...status(s), at })),
  },
)

const market = fc.record({
  fill: fc.constantFrom('same-close', 'next-open', 'next-close', 'touch'),
  latencyMicros: fc.constantFrom(0, 0, 150),
  jitterMicros: fc.constantFrom(0, 70),
  responseLatencyMicros: fc.constantFrom(0, 0, 120),
  disconnects: fc.constantFrom([], [], [{ from: 250, to: 900 }]),
  latencies: fc.constantFrom([], [], [[100, 30, 200] as const, [2_000, 400, 10] as const]),
  queue: fc.constantFrom({ kind: 'none' }, { kind: 'fifo' }),
  slippage,
  steps: fc.array(fc.tuple(step, fc.constantFrom(0, 50, 100, 100, 400, 40_000_000_000)), {
    maxLength: 60,
    size: 'max',
  }),
})
type Market = typeof market extends fc.Arbitrary<infer M> ? M : never

const noQueue = { kind: 'none' } as const
const noLine = { latencyMicros: 0, jitterMicros: 0, responseLatencyMicros: 0, disconnects: [], latencies: [] } as const
const fees = { makerBps: -1, takerBps: 5, perUnit: '0.01' }

function inputsOf({ slippage: slips, steps, fill, ...line }: Market): Event[] {
  let at = 0
  const told: Told[] = []
  for (const [make, later] of steps) {
    at += later
    told.push({ ...make(at), at })
  }
  return loggedInputs(config(fill, { ...line, slippage: slips, fees }), [listed(), listedCall, ...told])
}

const checked = (check: (market: Market) => void, numRuns = 300) => fc.assert(fc.property(market, check), { numRuns })

test('[V4] fills never exceed the quantity, leaves count down to it, and nothing follows an end', () => {
  checked((told) => {
    const inputs = inputsOf(told)
    const answers = stepAll(new Machine(anyService(venue)), inputs)
    const open = new Map<string, { leaves: number; order: PayloadOf<'order.submitted'>; fills: number }>()
    const used = new Set<string>()
    const sent = new Map<string, PayloadOf<'order.submitted'>>()
    inputs.forEach((input, i) => {
      // Of two with one id the first is the order.
      if (input.topic === 'order.submitted' && !sent.has(input.payload.clientOrderId))
        sent.set(input.payload.clientOrderId, input.payload)
      for (const { topic, payload } of answers[i] as Event[]) {
        if (topic === 'order.accepted') {
          const submitted = sent.get((payload as PayloadOf<'order.accepted'>).clientOrderId)
          if (!submitted) throw new Error('what was never sent is accepted')
          expect(used.has(submitted.clientOrderId)).toBe(false)
          used.add(submitted.clientOrderId)
          open.set(submitted.clientOrderId, { leaves: Number(submitted.quantity), order: submitted, fills: 0 })
        } else if (topic === 'order.fill') {
          const fill = payload as PayloadOf<'order.fill'>
          const state = open.get(fill.clientOrderId)
          if (!state) throw new Error(`${fill.tradeId} fills what does not work`)
          const { limitPrice, side: way, orderType } = state.order
          state.leaves -= Number(fill.quantity)
          state.fills += 1
          expect(fill).toMatchObject({ leavesQuantity: String(state.leaves), side: way })
          expect(fill.tradeId).toBe(`${fill.venueOrderId}-${state.fills}`)
          expect(Number(fill.quantity)).toBeGreaterThan(0)
          expect(state.leaves).toBeGreaterThanOrEqual(0)
          if (limitPrice !== undefined && orderType.includes('limit')) {
            const better =
              way === 'buy' ? Number(limitPrice) - Number(fill.price) : Number(fill.price) - Number(limitPrice)
            expect(better).toBeGreaterThanOrEqual(0)
          }
          if (state.leaves === 0) open.delete(fill.clientOrderId)
        } else if (topic === 'order.canceled' || topic === 'order.expired') {
          const end = payload as PayloadOf<'order.canceled'>
          expect(end.leavesQuantity).toBe(String(open.get(end.clientOrderId)?.leaves))
          open.delete(end.clientOrderId)
        }
      }
    })
  })
})

test('[V16] [V44] while a side of a quote stands unchanged, no more is taken of it than it displays, and of a trade its size', () => {
  checked((told) => {
    const inputs = inputsOf({ ...told, fill: 'touch', ...noLine, queue: noQueue })
    const answers = stepAll(new Machine(anyService(venue)), inputs)
    const shown = new Map<string, { text: string; size: number }>()
    inputs.forEach((input, i) => {
      const print = input.topic === 'md.tick' && input.payload.kind === 'trade' ? input.payload : null
      let ofTrade = Number(print?.size)
      if (print === null && (input.topic === 'md.tick' || input.topic === 'md.option.tick')) {
        const { instrument: named, bid, bidSize, ask, askSize } = input.payload as PayloadOf<'md.option.tick'>
        for (const [way, at, displayed] of [
          ['sell', bid, bidSize],
          ['buy', ask, askSize],
        ] as const) {
          const text = `${at} x ${displayed}`
          if (shown.get(`${named} ${way}`)?.text !== text)
            shown.set(`${named} ${way}`, { text, size: Number(displayed) })
        }
      }
      for (const { topic, payload } of answers[i] as Event[]) {
        if (topic !== 'order.fill' || input.topic === 'md.bar') continue
        const { instrument: named, side: way, quantity } = payload as PayloadOf<'order.fill'>
        if (print !== null) {
          ofTrade -= Number(quantity)
          expect(ofTrade).toBeGreaterThanOrEqual(0)
          continue
        }
        const left = shown.get(`${named} ${way}`)
        if (!left) throw new Error('a fill without a quote')
        left.size -= Number(quantity)
        expect(left.size).toBeGreaterThanOrEqual(0)
      }
    })
  })
})

test('[V20] [V22] the same inputs say the same, and a snapshot at any point goes on as if nothing had happened', () => {
  fc.assert(
    fc.property(market, fc.nat(62), (told, cut) => {
      const inputs = inputsOf(told)
      const whole = new Machine(anyService(venue))
      const said = stepAll(whole, inputs)
      const before = new Machine(anyService(venue))
      const first = stepAll(before, inputs.slice(0, cut))
      const after = new Machine(anyService(venue))
      if (before.isConfigured) after.restore(JSON.parse(JSON.stringify(before.snapshot())), before.configHash as string)
      const rest = stepAll(after, inputs.slice(cut))
      expect([...first, ...rest]).toEqual(said)
      expect(after.snapshot()).toEqual(whole.snapshot())
    }),
    { numRuns: 300 },
  )
})

test('[V22] killed at any prefix of its log, it comes back and says exactly the same', () => {
  fc.assert(
    fc.property(market, fc.nat(62), fc.nat(3), (told, cut, lag) => {
      const inputs = inputsOf(told)
      const said = stepAll(new Machine(anyService(venue)), inputs)
      // The log holds the inputs up to `cut` and the answers to all but the newest of them.
      const answered = Math.max(0, Math.min(cut, inputs.length) - lag)
      const recorded = said.slice(0, answered).flat()
      const log = [...inputs.slice(0, cut), ...recorded].sort((a, b) => a.seq - b.seq)
      const newest = recorded.at(-1)
      const machine = new Machine(anyService(venue))
      const until = newest
        ? { cause: Math.floor((newest.seq - 1) / 100) * 100 + 1, n: Number(newest.id.split('.')[1]) }
        : null
      const replay = new Replay(machine, until)
      for (const event of log) replay.feed(event)
      const again = stepAll(machine, [...replay.takeUnanswered(), ...inputs.slice(cut)])
      expect([...recorded, ...again.flat()].map(({ id, payload }) => [id, payload])).toEqual(
        said.flat().map(({ id, payload }) => [id, payload]),
      )
    }),
    { numRuns: 300 },
  )
})
