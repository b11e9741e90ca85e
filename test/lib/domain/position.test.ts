import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseExact } from '#lib/bars/exact-decimal.ts'
import { fromUnits } from '#lib/domain/decimal.ts'
import { moneyOf, moneyText } from '#lib/domain/money.ts'
import { notionalOf } from '#lib/domain/notional.ts'
import {
  averagePriceOf,
  type Execution,
  flat,
  type Position,
  positionAfter,
  positionFromJson,
  positionToJson,
  quantityText,
  unrealizedOf,
} from '#lib/domain/position.ts'

const linear = (multiplier: string) => ({ multiplier: parseExact(multiplier), isInverse: false })
const one = linear('1')
const fill = (side: 'buy' | 'sell', quantity: string, price: string, fee = '0'): Execution => ({
  side,
  quantity,
  price,
  fee,
})
const after = (fills: readonly Execution[], contract = one) =>
  fills.reduce<Position>((position, execution) => positionAfter(position, execution, contract), flat)

test('opening and adding average the price; fees stand apart', () => {
  const position = after([fill('buy', '1', '100', '0.1'), fill('buy', '3', '104', '-0.3')])
  expect(averagePriceOf(position, one)).toBe('103')
  expect(positionToJson(position)).toEqual({ quantity: '4', cost: '412', realized: '0', fees: '-0.2', paid: '0' })
})

test('reducing realizes and keeps the average; closing leaves nothing', () => {
  const reduced = after([fill('sell', '4', '103'), fill('buy', '1', '101')])
  expect([quantityText(reduced), averagePriceOf(reduced, one), moneyText(reduced.realized)]).toEqual(['-3', '103', '2'])
  const closed = positionAfter(reduced, fill('buy', '3.0', '104'), one)
  expect([quantityText(closed), averagePriceOf(closed, one), moneyText(closed.realized)]).toEqual(['0', null, '-1'])
  expect([closed.cost, unrealizedOf(closed, parseExact('7'), one)]).toEqual([0n, 0n])
})

test('through zero everything is closed and the rest opens at the price', () => {
  const turned = after([fill('buy', '2', '10'), fill('sell', '5', '12.5')])
  expect([quantityText(turned), averagePriceOf(turned, one), moneyText(turned.realized)]).toEqual(['-3', '12.5', '5'])
})

test('the multiplier counts in money and not in the average price', () => {
  const fifty = linear('50')
  const position = after([fill('buy', '2', '4000.25'), fill('buy', '1', '4001')], fifty)
  expect(averagePriceOf(position, fifty)).toBe('4000.5')
  expect(moneyText(unrealizedOf(position, parseExact('4000.625'), fifty))).toBe('18.75')
})

const decimal = (max: bigint, scale: number, min = 0n) =>
  fc.bigInt({ min, max }).map((units) => fromUnits(units, scale))
const execution = fc.record({
  side: fc.constantFrom('buy' as const, 'sell' as const),
  quantity: decimal(10n ** 12n, 8, 1n),
  price: decimal(10n ** 11n, 7, -(10n ** 8n)),
  fee: decimal(10n ** 9n, 8, -(10n ** 8n)),
})

test('cash + position * mark = realized + unrealized - fees after every fill, to the last digit', () => {
  fc.assert(
    fc.property(
      fc.array(execution, { maxLength: 40 }),
      fc.constantFrom('1', '0.1', '50', '0.001'),
      decimal(10n ** 11n, 7),
      (executions, factor, markText) => {
        const contract = linear(factor)
        const { multiplier } = contract
        const mark = parseExact(markText)
        let position = flat
        let cash = 0n
        for (const step of executions) {
          position = positionAfter(position, step, contract)
          const paid = notionalOf(parseExact(step.price), parseExact(step.quantity), multiplier)
          cash += (step.side === 'buy' ? -paid : paid) - moneyOf(step.fee)
          const worth = notionalOf(mark, position.quantity, multiplier)
          expect(cash + worth).toBe(position.realized + unrealizedOf(position, mark, contract) - position.fees)
        }
        expect(positionToJson(positionFromJson(positionToJson(position)))).toEqual(positionToJson(position))
      },
    ),
    { numRuns: 500 },
  )
})

test('realized and cost stay within 1e-15 of the rational reckoning, whatever the sequence', () => {
  fc.assert(
    fc.property(fc.array(execution, { maxLength: 25 }), (executions) => {
      let position = flat
      const oracle = new RationalPosition()
      for (const step of executions) {
        position = positionAfter(position, step, one)
        oracle.fill(step)
        expect(near(position.cost, oracle.cost)).toBe(true)
        expect(near(position.realized, oracle.realized)).toBe(true)
      }
    }),
    { numRuns: 300 },
  )
})

type Rational = readonly [numerator: bigint, denominator: bigint]

/** Golden CONVENTIONS.md, "Accounting", in fractions without any rounding. */
class RationalPosition {
  cost: Rational = [0n, 1n]
  realized: Rational = [0n, 1n]
  #quantity = 0n

  fill({ side, quantity, price }: Execution): void {
    const eighths = (text: string) => (parseExact(text).units * 10n ** 8n) / 10n ** BigInt(parseExact(text).scale)
    const moved = side === 'buy' ? eighths(quantity) : -eighths(quantity)
    const paid = (lots: bigint): Rational => [
      lots * parseExact(price).units,
      10n ** BigInt(8 + parseExact(price).scale),
    ]
    const held = this.#quantity
    this.#quantity += moved
    if (held === 0n || held > 0n === moved > 0n) {
      this.cost = plus(this.cost, paid(moved))
      return
    }
    const abs = (n: bigint) => (n < 0n ? -n : n)
    const closing = abs(moved) > abs(held) ? -held : moved
    const closedCost: Rational = [this.cost[0] * abs(closing), this.cost[1] * abs(held)]
    const [n, d] = plus(paid(closing), closedCost)
    this.realized = plus(this.realized, [-n, d])
    this.cost = plus(plus(this.cost, [-closedCost[0], closedCost[1]]), paid(moved - closing))
  }
}

const plus = ([a, b]: Rational, [c, d]: Rational): Rational => {
  const n = a * d + c * b
  const g = gcd(n < 0n ? -n : n, b * d)
  return [n / g, (b * d) / g]
}

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b))

const near = (money: bigint, [n, d]: Rational): boolean => {
  const off = money * d - n * 10n ** 18n
  return (off < 0n ? -off : off) <= 1000n * d
}
