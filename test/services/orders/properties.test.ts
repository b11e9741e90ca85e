import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import { orders } from '#services/orders/service.ts'
import { event, given, type Told } from '#test/given.ts'
import { accepted, approved, btc, canceled, command, expired, fill, halted, rejected } from './orders-told.ts'

const eth = 'ETHUSDT.BINANCE'
const number = fc.integer({ min: 1, max: 6 })
const order = number.map((n) => `t-${n}-0`)

/** Approvals, new and used; venue reports in any order, repeated, impossible; halts, commands, time. */
const anything: fc.Arbitrary<Told> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(number, fc.constantFrom(btc, eth))
      .map(([n, instrument]) => approved(`risk:${n}.0`, { instrument })),
  },
  { weight: 2, arbitrary: order.map(accepted) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        order,
        fc.constantFrom('x', 'y', 'z'),
        fc.constantFrom('0', '1', '2.5', '5', '10'),
        fc.constantFrom(btc, eth),
      )
      .map(([id, trade, quantity, instrument]) => fill(id, trade, quantity, { instrument })),
  },
  { weight: 2, arbitrary: order.map(canceled) },
  order.map(expired),
  fc
    .tuple(order, fc.constantFrom('NO_MARKET', 'UNKNOWN_ORDER', 'DUPLICATE_CLIENT_ORDER_ID'))
    .map(([id, code]) => rejected(id, code as 'NO_MARKET')),
  number.map((n) => halted(`risk:${n}.1`)),
  fc.constant(event('risk.resumed', { reason: 'calm' })),
  fc.constantFrom(command('cancel_all'), command('cancel_all', 'ema-cross')),
  fc.integer({ min: 0, max: 9_000 }).map((now) => event('system.time', { now }, now)),
)
const history = fc.array(anything, { maxLength: 30 })

function told(events: readonly Told[], restartAt: ReadonlySet<number> = new Set()): (readonly Statement[])[] {
  const scene = given(orders, {})
  return events.map((one, n) => {
    if (restartAt.has(n)) scene.restarted()
    return scene.when(one).answers
  })
}

test('[O2] whatever happens, an approval makes at most one order and every order has an approval that was told', () => {
  fc.assert(
    fc.property(history, (events) => {
      const sent = told(events)
        .flat()
        .filter(({ topic }) => topic === 'order.submitted') as Statement<'order.submitted'>[]
      const approvals = sent.map(({ payload }) => payload.approval)
      expect(new Set(approvals).size).toBe(approvals.length)
      const given = new Set(events.filter(({ topic }) => topic === 'risk.approved').map(({ id }) => id))
      for (const approval of approvals) expect(given.has(approval)).toBe(true)
    }),
  )
})

test('[O7] an order is asked to cancel at most once, and only when it was sent', () => {
  fc.assert(
    fc.property(history, (events) => {
      const sent = new Set<string>()
      const asked = new Set<string>()
      for (const { topic, payload } of told(events).flat()) {
        const { clientOrderId } = payload as PayloadOf<'order.submitted'>
        if (topic === 'order.submitted') sent.add(clientOrderId)
        if (topic !== 'order.cancel_requested') continue
        expect(sent.has(clientOrderId)).toBe(true)
        expect(asked.has(clientOrderId)).toBe(false)
        asked.add(clientOrderId)
      }
    }),
  )
})

test('[O17] restarted anywhere, it says what it would have said', () => {
  fc.assert(
    fc.property(history, fc.uniqueArray(fc.nat(30)), (events, restarts) => {
      expect(told(events, new Set(restarts))).toEqual(told(events))
    }),
  )
})
