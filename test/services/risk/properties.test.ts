import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseExact } from '#lib/bars/exact-decimal.ts'
import { clientOrderIdOf } from '#lib/domain/client-order-id.ts'
import { parseEventId } from '#lib/kernel/event-id.ts'
import { InProcess } from '#lib/kernel/in-process.ts'
import { Machine } from '#lib/kernel/machine.ts'
import { Replay } from '#lib/kernel/replay.ts'
import { anyService } from '#lib/kernel/service.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { orders } from '#services/orders/service.ts'
import { booksFromJson, movePosition, positionsToJson } from '#services/risk/book.ts'
import { risk } from '#services/risk/service.ts'
import { given, type Told } from '#test/given.ts'
import { account, btc, canceled, command, eth, fill, market, rejected, snapshot, wish } from './risk-told.ts'

const limits = { maxPosition: '10', maxOrderNotional: '900', maxGrossExposure: '1200', maxOrdersPerMinute: 30 }
const prices = { [btc]: 100, [eth]: 10 } as Readonly<Record<string, number>>

type Step =
  | { readonly does: 'wish'; readonly strategy: string; readonly instrument: string; readonly target: number }
  | { readonly does: 'fill' | 'cancel' | 'reject'; readonly nth: number; readonly part: number }
  | { readonly does: 'halt' }
  | { readonly does: 'resume' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant('wish' as const),
      strategy: fc.constantFrom('a', 'b', 'c'),
      instrument: fc.constantFrom(btc, eth),
      target: fc.integer({ min: -12, max: 12 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constantFrom('fill' as const, 'fill' as const, 'cancel' as const, 'reject' as const),
      nth: fc.nat(5),
      part: fc.integer({ min: 1, max: 12 }),
    }),
  },
  fc.constantFrom<Step>({ does: 'halt' }, { does: 'resume' }),
)

type Sent = { id: string; strategy: string; instrument: string; side: 'buy' | 'sell'; leaves: number; isOpen: boolean }

/** Risk and orders together, against a venue that does what the steps say; our own books are kept by plain arithmetic. */
function play(
  steps: readonly Step[],
  check: (books: Map<string, number[]>, approved: Event<'risk.approved'>) => void,
): { log: Event[]; run: InProcess } {
  const log: Event[] = []
  const sent: Sent[] = []
  const positions = new Map<string, number>()
  const run = new InProcess([anyService(risk), anyService(orders)], (event) => {
    log.push(event)
    if (event.topic === 'risk.approved') {
      const { strategy, instrument, side, quantity } = event.payload
      sent.push({ id: clientOrderIdOf(event.id), strategy, instrument, side, leaves: Number(quantity), isOpen: true })
      check(worstBooks(positions, sent), event)
    }
  })
  let n = 0
  const publish = (told: Told, at = 1_000_000) =>
    run.publish('test', { topic: told.topic, payload: told.payload, at, epoch: 1, n: ++n } as never)
  for (const [service, config] of [
    ['risk', account(limits)],
    ['orders', {}],
  ] as const) {
    publish({ topic: 'system.config', payload: { service, hash: '0'.repeat(64), config } })
  }
  for (const told of market) publish(told)
  steps.forEach((one, i) => {
    const at = 1_000_000 + i * 500_000
    if (one.does === 'wish') {
      publish(wish(String(one.target), { strategy: one.strategy, instrument: one.instrument }), at)
    } else if (one.does === 'halt' || one.does === 'resume') {
      publish(command(one.does), at)
    } else if (sent.length > 0) {
      const order = sent[sent.length - 1 - (one.nth % sent.length)] as Sent
      const more = { strategy: order.strategy, instrument: order.instrument, tradeId: `x${i}` }
      const part = Math.min(one.part, order.leaves)
      if (one.does === 'fill' && part > 0 && order.isOpen) {
        order.leaves -= part
        const key = `${order.strategy} ${order.instrument}`
        positions.set(key, (positions.get(key) ?? 0) + (order.side === 'buy' ? part : -part))
        publish(fill(order.id, order.side, String(part), more), at)
        publish(fill(order.id, order.side, String(part), more), at)
      } else if (one.does === 'cancel') {
        order.isOpen = false
        publish(canceled(order.id), at)
      } else if (one.does === 'reject') publish(rejected(order.id, 'DUPLICATE_CLIENT_ORDER_ID'), at)
    }
  })
  return { log, run }
}

/** By instrument, the worst case of each strategy. */
function worstBooks(positions: Map<string, number>, sent: readonly Sent[]): Map<string, number[]> {
  const books = new Map<string, number[]>()
  for (const strategy of ['a', 'b', 'c']) {
    for (const instrument of [btc, eth]) {
      const own = sent.filter((order) => order.isOpen && order.strategy === strategy && order.instrument === instrument)
      const works = (side: 'buy' | 'sell') =>
        own.filter((order) => order.side === side).reduce((sum, { leaves }) => sum + leaves, 0)
      const position = positions.get(`${strategy} ${instrument}`) ?? 0
      const worst = Math.max(Math.abs(position + works('buy')), Math.abs(position - works('sell')))
      books.set(instrument, [...(books.get(instrument) ?? []), worst])
    }
  }
  return books
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)

test('[R7]-[R10] however many wishes burst in, positions and approvals together never pass a limit', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      play(steps, (books) => {
        let exposure = 0
        for (const [instrument, worst] of books) {
          expect(sum(worst)).toBeLessThanOrEqual(10)
          exposure += sum(worst) * (prices[instrument] as number)
        }
        expect(exposure).toBeLessThanOrEqual(1200)
      })
    }),
  )
})

test('every approval becomes exactly one order, of its own terms', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { log } = play(steps, () => {})
      const approvals = log.filter((event) => event.topic === 'risk.approved')
      const answers = log.filter((event) => event.topic === 'order.submitted')
      expect(log.filter((event) => event.topic === 'order.denied')).toEqual([])
      expect(answers.map(({ payload }) => [payload.approval, payload.side, payload.quantity])).toEqual(
        approvals.map(({ id, payload }) => [id, payload.side, payload.quantity]),
      )
    }),
  )
})

test('every wish is answered: approved, refused or told to wait', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { log } = play(steps, () => {})
      const verdicts = log.filter(
        ({ topic }) => topic === 'risk.approved' || topic === 'risk.rejected' || topic === 'risk.superseded',
      )
      const answered = new Set(verdicts.map(({ cause }) => cause))
      for (const { id } of log.filter(({ topic }) => topic === 'instrument.resolved'))
        expect(answered.has(id)).toBe(true)
    }),
  )
})

test('[R22] [O17] replayed from the log without deciding anything, risk and orders stand where they stood', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { log, run } = play(steps, () => {})
      for (const lived of run.machines) {
        const own = log.filter(({ source }) => source === lived.name)
        const newest = own.map(({ id }) => parseEventId(id)).sort((a, b) => b.major - a.major || b.n - a.n)[0]
        const machine = new Machine(lived.service)
        const replay = new Replay(machine, newest ? { cause: newest.major, n: newest.n } : null)
        for (const event of log) replay.feed(event)
        for (const input of replay.takeUnanswered()) if (machine.hears(input)) expect(machine.step(input)).toEqual([])
        expect(machine.snapshot()).toEqual(lived.snapshot())
      }
    }),
  )
})

const anything: fc.Arbitrary<Told> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.integer({ min: -12, max: 12 }), fc.constantFrom('a', 'b'))
      .map(([target, strategy]) => wish(String(target), { strategy })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.integer({ min: 6, max: 20 }),
        fc.constantFrom('1', '4', '10'),
        fc.constantFrom('x', 'y'),
        fc.constantFrom('buy', 'sell'),
      )
      .map(([n, quantity, tradeId, side]) => fill(`t-${n}-0`, side as 'buy', quantity, { tradeId, strategy: 'a' })),
  },
  fc.integer({ min: 6, max: 20 }).map((n) => canceled(`t-${n}-0`)),
  fc.integer({ min: 6, max: 20 }).map((n) => rejected(`t-${n}-0`)),
  fc.constantFrom(command('halt'), command('resume'), ...market),
  fc.integer({ min: 70_000, max: 130_000 }).map((equity) => snapshot(String(equity), '130000')),
)

test('[R22] restarted anywhere, it says what it would have said', () => {
  const told = (events: readonly Told[], restarts: readonly number[]): (readonly Statement[])[] => {
    const scene = given(risk, account({ ...limits, maxDrawdown: 0.3 }), ...market)
    return events.map((one, n) => {
      if (restarts.includes(n)) scene.restarted()
      return scene.when(one).answers
    })
  }
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 30 }), fc.uniqueArray(fc.nat(30)), (events, restarts) => {
      expect(told(events, restarts)).toEqual(told(events, []))
    }),
  )
})

test('[R22] a snapshot says a position in its shortest text, whatever digits its fills had', () => {
  const books = booksFromJson([], [])
  for (const bought of ['2.50', '-2.50', '6.00']) movePosition(books, 'a', btc, parseExact(bought))
  expect(positionsToJson(books)).toMatchObject([{ quantity: '6', bracketed: '0' }])
})

test('[R22] a snapshot says the same in whatever order positions were opened', () => {
  const held = (instrument: string) => ({ strategy: 'a', instrument, quantity: '1', bracketed: '0' })
  const opened = (...instruments: string[]) => positionsToJson(booksFromJson(instruments.map(held), []))
  expect(opened(eth, btc)).toEqual(opened(btc, eth))
})
