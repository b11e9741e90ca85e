import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseExact } from '#lib/bars/exact-decimal.ts'
import { moneyOf } from '#lib/domain/money.ts'
import { notionalOf } from '#lib/domain/notional.ts'
import { pnl } from '#services/pnl/service.ts'
import { event, given, type Told } from '#test/given.ts'
import { bar, future, listed, quote, spy, time } from './pnl-told.ts'

const cents = fc.integer({ min: 1, max: 50_000 }).map((n) => (n / 100).toFixed(2))
const instrument = fc.constantFrom(spy, future)

const step: fc.Arbitrary<Told> = fc.oneof(
  fc.tuple(instrument, cents).map(([named, close]) => bar(named, close)),
  fc.tuple(instrument, cents, cents).map(([named, bid, ask]) => quote(named, bid, ask)),
  fc.constant(time()),
  fc
    .record({
      instrument,
      strategy: fc.constantFrom('a', 'b'),
      side: fc.constantFrom('buy' as const, 'sell' as const),
      quantity: fc.integer({ min: 1, max: 300 }).map((n) => (n / 7).toFixed(8)),
      price: cents,
      fee: fc.integer({ min: -50, max: 200 }).map((n) => (n / 100).toFixed(2)),
      tradeId: fc.nat(40).map(String),
    })
    .map((fill) =>
      event('order.fill', {
        clientOrderId: `order-${fill.tradeId}`,
        venueOrderId: 'v',
        leavesQuantity: '0',
        currency: 'USD',
        liquidity: 'taker',
        filledAt: 0,
        ...fill,
      }),
    ),
)
const steps = fc.array(step, { maxLength: 40, size: 'max' })
const config = { currency: 'USD', startingCash: '10000', maxDrawdown: 0.1 }
const listings = [listed(spy), listed(future, { multiplier: '50' })]
const told = (all: readonly Told[], restartAt?: number) => {
  const scene = given(pnl, config, ...listings)
  return all.map((one, i) => (i === restartAt ? scene.restarted() : scene).when(one).answers)
}

test('[P7] cash + positions at their marks is the equity of every snapshot, to the last digit', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const multipliers: Record<string, string> = { [spy]: '1', [future]: '50' }
      const marks: Record<string, bigint> = {}
      const cash = { total: moneyOf(config.startingCash) as bigint }
      const known = new Set<string>()
      const held: { instrument: string; units: bigint }[] = []
      const answers = told(all)
      all.forEach(({ topic, payload }, i) => {
        const { instrument: named = '', ...rest } = payload as Record<string, string>
        const multiplier = parseExact(multipliers[named] ?? '1')
        // Marks in half cents.
        const halves = (text: string | undefined) => BigInt(Math.round(Number(text) * 200))
        if (topic === 'md.bar') marks[named] = halves(rest.close)
        if (topic === 'md.tick') marks[named] = (halves(rest.bid) + halves(rest.ask)) / 2n
        if (topic === 'order.fill' && !known.has(rest.tradeId as string)) {
          known.add(rest.tradeId as string)
          const quantity = parseExact(rest.quantity as string)
          const signed = rest.side === 'buy' ? quantity.units : -quantity.units
          cash.total -= notionalOf(parseExact(rest.price as string), { ...quantity, units: signed }, multiplier)
          cash.total -= moneyOf(rest.fee as string)
          held.push({ instrument: named, units: signed })
          marks[named] ??= halves(rest.price)
        }
        if (topic !== 'system.time') return
        const worth = held.reduce((sum, { instrument: of, units }) => {
          const perUnit = (marks[of] as bigint) * BigInt(multipliers[of] as string)
          return sum + units * perUnit * 5n * 10n ** 7n
        }, 0n)
        const [said] = answers[i] as readonly { payload: { equity: string; realized: string } }[]
        expect(moneyOf(said?.payload.equity as string)).toBe(cash.total + worth)
      })
    }),
  )
})

test('[P13] stopped and restored anywhere, it says the same', () => {
  fc.assert(
    fc.property(steps, fc.nat(40), (all, at) => {
      expect(told(all, at)).toEqual(told(all))
    }),
    { numRuns: 60 },
  )
})
