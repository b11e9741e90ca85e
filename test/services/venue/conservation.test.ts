import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Machine } from '#lib/kernel/machine.ts'
import { anyService } from '#lib/kernel/service.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { venue } from '#services/venue/service.ts'
import { event, type Told } from '#test/given.ts'
import { loggedInputs, stepAll } from './logged-inputs.ts'
import { bar, cancel, config, listed, order, quote, spy } from './venue-told.ts'

const price = (min: number, max: number) => fc.integer({ min, max }).map(String)
const size = fc.integer({ min: 1, max: 6 }).map(String)
const levels = (min: number, max: number) =>
  fc.uniqueArray(fc.tuple(price(min, max), fc.integer({ min: 0, max: 6 }).map(String)), {
    selector: ([at]) => at,
    maxLength: 5,
  })
const id = fc.nat(20).map((n) => `o${n}`)

const orders: fc.Arbitrary<Told> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({
        id,
        side: fc.constantFrom('buy' as const, 'sell' as const),
        size: fc.integer({ min: 1, max: 9 }).map(String),
        limitPrice: fc.option(price(96, 105), { nil: undefined, freq: 3 }),
        timeInForce: fc.constantFrom('GTC' as const, 'GTC' as const, 'IOC' as const, 'FOK' as const),
        isReduceOnly: fc.option(fc.constant(true), { nil: undefined, freq: 5 }),
      })
      .map(({ id: of, side, size: lots, ...more }) => order(of, side, lots, more)),
  },
  { weight: 1, arbitrary: id.map((of) => cancel(of)) },
  {
    weight: 1,
    arbitrary: fc
      .record({ clientOrderId: id, limitPrice: price(96, 105) })
      .map((update) => event('order.update_requested', { instrument: spy, reason: 'moved', ...update })),
  },
)
const trade = fc
  .record({
    price: price(96, 105),
    size,
    aggressor: fc.constantFrom('buy' as const, 'sell' as const, undefined),
  })
  .map((one) => event('md.tick', { kind: 'trade', instrument: spy, ...one }))
const told = {
  quote: fc
    .record({ bid: price(96, 101), gap: fc.integer({ min: 1, max: 3 }), sizes: fc.tuple(size, size), sides: fc.nat(9) })
    .map(({ bid, gap, sizes, sides }) =>
      quote(sides === 0 ? null : `${bid} x ${sizes[0]}`, sides === 1 ? null : `${Number(bid) + gap} x ${sizes[1]}`),
    ),
  depth: fc
    .record({
      kind: fc.constantFrom('snapshot' as const, 'delta' as const, 'delta' as const),
      bids: levels(94, 101),
      asks: levels(97, 106),
    })
    .map((one) => event('md.depth', { instrument: spy, firstSequence: 1, lastSequence: 1, ...one })),
}
const streamOf = (...market: fc.Arbitrary<Told>[]) =>
  fc.array(fc.oneof({ weight: 2, arbitrary: orders }, ...market), { maxLength: 60, size: 'max' })

const limit = 0.5
const slippage = fc.constantFrom(
  { kind: 'none' },
  { kind: 'book-walk' },
  { kind: 'book-walk' },
  { kind: 'volume-share', volumeLimit: limit, impact: 0 },
)
const queue = fc.constantFrom({ kind: 'none' }, { kind: 'conservative' }, { kind: 'power', n: 1 }, { kind: 'log' })
const taker = (side: 'buy' | 'sell') => (side === 'buy' ? 'ask' : 'bid')
type Fill = PayloadOf<'order.fill'>
const fillsIn = (answers: readonly Event[]): Fill[] =>
  answers.flatMap(({ topic, payload }) => (topic === 'order.fill' ? [payload as Fill] : []))

function check<T>(arbitrary: fc.Arbitrary<T>, holds: (drawn: T) => number, numRuns: number): void {
  let fills = 0
  fc.assert(
    fc.property(arbitrary, (drawn) => {
      fills += holds(drawn)
    }),
    { numRuns },
  )
  // Else nothing was looked at.
  expect(fills).toBeGreaterThan(numRuns)
}

/** What is shown to us, as its reader sees it: a level is another one as soon as it is told with a size that nothing showed of it, or is gone. */
class Shown {
  private readonly quote = new Map<string, { price: number; size: number }>()
  private readonly book = new Map<string, number>()
  private readonly level = new Map<string, { most: number; taken: number }>()
  private readonly hasLevels: boolean

  constructor(hasLevels: boolean) {
    this.hasLevels = hasLevels
  }

  touch(side: 'bid' | 'ask') {
    return this.quote.get(side)
  }

  take(side: 'bid' | 'ask', at: number, lots: number) {
    const key = `${side} ${at}`
    const touch = this.quote.get(side)
    // The quote and the levels may differ for a while: who meets the touch gets at most what the quote shows.
    const most = Math.max(this.book.get(key) ?? 0, touch?.price === at ? touch.size : 0)
    const level = this.level.get(key) ?? { most, taken: 0 }
    this.level.set(key, level)
    level.taken += lots
    return level
  }

  tell({ topic, payload }: Event): void {
    if (topic === 'md.tick' && payload.kind === 'quote') {
      this.tellTouch('bid', payload.bid, payload.bidSize)
      this.tellTouch('ask', payload.ask, payload.askSize)
    } else if (topic === 'md.depth' && this.hasLevels && (payload.kind === 'snapshot' || this.book.size > 0)) {
      for (const side of ['bid', 'ask'] as const) {
        const named = new Map(payload[`${side}s`].map(([at, lots]) => [Number(at), Number(lots)]))
        for (let at = 90; payload.kind === 'snapshot' && at < 110; at++) if (!named.has(at)) named.set(at, 0)
        for (const [at, lots] of named) {
          const touch = this.quote.get(side)
          const isTouch = touch?.price === at
          if (lots > 0 || !isTouch) this.tellSize(side, at, lots)
          this.book.set(`${side} ${at}`, lots)
        }
      }
    }
  }

  private tellTouch(side: 'bid' | 'ask', text: string | null, lots: string | null): void {
    const touch = text === null ? null : { price: Number(text), size: Number(lots) }
    for (let at = 90; at < 110; at++) {
      const beyond = touch === null ? -1 : side === 'ask' ? at - touch.price : touch.price - at
      if (beyond < 0 || (beyond > 0 && !this.book.get(`${side} ${at}`))) this.level.delete(`${side} ${at}`)
    }
    if (touch) this.tellSize(side, touch.price, touch.size)
    if (touch) this.quote.set(side, touch)
    else this.quote.delete(side)
  }

  private tellSize(side: 'bid' | 'ask', at: number, lots: number): void {
    const key = `${side} ${at}`
    const touch = this.quote.get(side)
    const isKnown = this.book.get(key) === lots || (touch?.price === at && touch.size === lots)
    if (!isKnown) this.level.delete(key)
  }
}

test('[V16] [V26] [V30] in one state of the book no more is taken of a level than it shows, of a trade than it traded, and of either no more than the share', () => {
  const streams = fc.record({ slippage, queue, steps: streamOf(told.quote, told.depth, trade) })
  const holds = ({ steps, ...more }: typeof streams extends fc.Arbitrary<infer T> ? T : never) => {
    const isWalking = more.slippage.kind === 'book-walk'
    const inputs = loggedInputs(config('touch', more), [listed(), ...steps])
    const answers = stepAll(new Machine(anyService(venue)), inputs)
    const shown = new Shown(isWalking || more.queue.kind !== 'none')
    let count = 0
    inputs.forEach((input, i) => {
      shown.tell(input)
      const print = input.topic === 'md.tick' && input.payload.kind === 'trade' ? input.payload : null
      let [through, there] = [0, 0]
      for (const fill of fillsIn(answers[i] as Event[])) {
        const lots = Number(fill.quantity)
        const side = taker(fill.side)
        const touch = shown.touch(side)
        count += 1
        if (print !== null && touch !== undefined) {
          if (Number(fill.price) === Number(print.price)) there += lots
          else through += lots
        } else if (print === null) {
          const isTaker = fill.liquidity === 'taker'
          const level = shown.take(side, isWalking && isTaker ? Number(fill.price) : Number(touch?.price), lots)
          expect(level.taken).toBeLessThanOrEqual(level.most)
          if (isTaker && more.slippage.kind === 'volume-share')
            expect(level.taken).toBeLessThanOrEqual(limit * Number(touch?.size))
        }
      }
      expect(there).toBeLessThanOrEqual(Math.max(0, Number(print?.size ?? 0) - through))
    })
    return count
  }
  check(streams, holds, 1_500)
})

test('[V26] [V44] all that our orders get of a trade that alone is shown is at most its size, or the share of it', () => {
  const streams = fc.record({ slippage, queue, steps: streamOf(trade) })
  const holds = ({ steps, ...more }: typeof streams extends fc.Arbitrary<infer T> ? T : never) => {
    const inputs = loggedInputs(config('touch', more), [listed(), ...steps])
    const answers = stepAll(new Machine(anyService(venue)), inputs)
    let count = 0
    inputs.forEach((input, i) => {
      let lots = 0
      for (const { quantity, liquidity } of fillsIn(answers[i] as Event[])) {
        lots += Number(quantity)
        count += 1
        const traded = Number((input.payload as { size?: string }).size)
        expect(lots).toBeLessThanOrEqual(
          liquidity === 'taker' && more.slippage.kind === 'volume-share' ? limit * traded : traded,
        )
      }
    })
    return count
  }
  check(streams, holds, 500)
})

test('[V26] all that our orders get of a bar is at most the share of its volume', () => {
  const bars = fc
    .tuple(fc.array(price(96, 105), { minLength: 4, maxLength: 4 }), fc.nat(20).map(String))
    .map(([prices, volume]) => ({ prices: prices.toSorted((a, b) => Number(a) - Number(b)), volume }))
  const streams = fc.record({
    fill: fc.constantFrom('same-close', 'next-open', 'next-close', 'touch'),
    steps: fc.array(fc.oneof({ weight: 2, arbitrary: orders }, bars), { maxLength: 40, size: 'max' }),
  })
  const holds = ({ fill, steps }: typeof streams extends fc.Arbitrary<infer T> ? T : never) => {
    let n = 0
    const scene = steps.map((one) => {
      if ('topic' in one) return { ...one, at: n * 60_000_000 }
      const [low, open, close, high] = one.prices as [string, string, string, string]
      return bar(n++, [open, high, low, close], { volume: one.volume })
    })
    const more = { slippage: { kind: 'volume-share', volumeLimit: limit, impact: 0 } }
    const inputs = loggedInputs(config(fill, more), [listed(), ...scene])
    const answers = stepAll(new Machine(anyService(venue)), inputs)
    let [count, left] = [0, 0]
    inputs.forEach((input, i) => {
      if (input.topic === 'md.bar') left = Math.floor(limit * Number(input.payload.volume))
      for (const { quantity } of fillsIn(answers[i] as Event[])) {
        left -= Number(quantity)
        count += 1
        expect(left).toBeGreaterThanOrEqual(0)
      }
    })
    return count
  }
  check(streams, holds, 500)
})
