import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InProcess } from '#lib/kernel/in-process.ts'
import { anyService } from '#lib/kernel/service.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { orders } from '#services/orders/service.ts'
import { RiskConfig, risk } from '#services/risk/service.ts'
import type { Told } from '#test/given.ts'
import { dec } from './exact.ts'
import { Reference } from './reference.ts'
import { type Book, leavesOf } from './reference-books.ts'
import { account, bar, canceled, fill, listed, wish } from './risk-told.ts'

const strategies = Array.from({ length: 10 }, (_, n) => `s${n}`)
/** Every other one in yen, one in coins, an option on the first. */
const instruments = Array.from({ length: 12 }, (_, n) => `I${n}.X`)
const priceOf = (instrument: string): string =>
  instrument === 'I11.X' ? '5' : instrument === 'I10.X' ? '100' : String(50 + Number(instrument.slice(1, -2)))
const conversions = { JPY: { instrument: 'JPY.X', isInverse: true }, BTC: { instrument: 'BTC.X' } }
const market: readonly Told[] = [
  bar('JPY.X', '0.5'),
  bar('BTC.X', '100'),
  ...instruments.flatMap((instrument, n) => [
    listed(instrument, {
      lotSize: '1',
      ...(n === 10 ? { kind: 'perpetual', isInverse: true, currency: 'BTC', multiplier: '50' } : {}),
      ...(n === 11
        ? { kind: 'option', underlying: 'I0.X', strike: '55', right: 'call', multiplier: '10', expiry: '2030-01-18' }
        : {}),
      ...(n % 2 === 1 && n < 10 ? { currency: 'JPY' } : {}),
    }),
    bar(instrument, priceOf(instrument)),
  ]),
]

const roomy = { margin: undefined as object | undefined, startingCash: '100000000' }
const half = { kind: 'margin', rates: { initial: 0.5, maintenance: 0 } }
type Sum = (books: readonly Book[], reference: Reference) => readonly bigint[]
const by = (books: readonly Book[], whose: 'instrument' | 'strategy', field: 'units' | 'gross'): bigint[] => {
  const sums = new Map<string, bigint>()
  for (const book of books) sums.set(book[whose], (sums.get(book[whose]) ?? 0n) + book[field])
  return [...sums.values()]
}
const all = (books: readonly Book[], field: 'gross' | 'long' | 'low' | 'initial' | 'cost') =>
  books.reduce((sum, book) => sum + book[field], 0n)
const size = (amount: bigint) => (amount < 0n ? -amount : amount)

/** Each limit just tight enough for every order alone, and what never may be beyond it. */
type Case = readonly [name: string, code: string, limit: string, of: Sum, more?: object]
const limits: readonly Case[] = [
  ['maxPosition', 'POSITION_EXCEEDS_MAX', '70', (books) => by(books, 'instrument', 'units')],
  ['maxInstrumentExposure', 'INSTRUMENT_EXPOSURE_EXCEEDS_MAX', '9000', (books) => by(books, 'instrument', 'gross')],
  ['maxStrategyExposure', 'STRATEGY_EXPOSURE_EXCEEDS_MAX', '9000', (books) => by(books, 'strategy', 'gross')],
  ['maxGrossExposure', 'EXPOSURE_EXCEEDS_MAX', '9000', (books) => [all(books, 'gross')]],
  [
    'maxNetExposure',
    'NET_EXPOSURE_EXCEEDS_MAX',
    '9000',
    (books) => [size(all(books, 'long')), size(all(books, 'low'))],
  ],
  ['maxWorkingOrders', 'WORKING_ORDERS_EXCEED_MAX', '20', (_, { books }) => [BigInt(books.orders.size) * 10n ** 18n]],
  [
    'maxOrdersPerMinute',
    'ORDER_RATE_EXCEEDS_MAX',
    '300',
    (_, { said }) => [BigInt(said.get('approve') ?? 0) * 10n ** 18n],
  ],
  [
    'margin',
    'MARGIN_EXCEEDS_AVAILABLE',
    '9000',
    (books) => [all(books, 'initial')],
    { margin: half, startingCash: '9000' },
  ],
  [
    'cash',
    'MARGIN_EXCEEDS_AVAILABLE',
    '9000',
    (books, { books: { allCash } }) => [all(books, 'cost') + dec('9000') - allCash()],
    { margin: { kind: 'cash' }, startingCash: '9000' },
  ],
  ['maxOrderNotional', 'NOTIONAL_EXCEEDS_MAX_PER_ORDER', '5000', newestOrder],
]
function newestOrder(_: readonly Book[], { books }: Reference): bigint[] {
  const order = [...books.orders.values()].at(-1)
  if (order === undefined) return []
  const value = books.size(order.instrument, books.dearest(order), leavesOf(order))
  return [books.inAccount(value, books.listing(order.instrument).currency)]
}

/** It only takes what is held towards zero, which no limit of size is about. */
function isClosing({ books }: Reference, { strategy, instrument, side }: PayloadOf<'risk.approved'>): boolean {
  const position = books.position(strategy, instrument)
  return side === 'sell' ? position > 0n : position < 0n
}

const step = fc.record({
  strategy: fc.constantFrom(...strategies),
  instrument: fc.constantFrom(...instruments),
  target: fc.integer({ min: 1, max: 70 }),
  end: fc.integer({ min: 0, max: 9 }),
  part: fc.integer({ min: 1, max: 70 }),
})

describe('[R7] 10 strategies wish 1,000 times each in a burst that would pass the limit: together they never do, at any instant', () => {
  const seed = Number(process.env.TRADER_SEED ?? Date.now() % 1_000_000)
  console.log(`race of risk: seed ${seed} (TRADER_SEED=${seed} repeats it)`)

  test.each(limits.map((one) => ({ name: one[0], one })))(
    '$name',
    ({ one: [name, code, limit, sumsOf, more = {}] }) => {
      const own =
        name === 'margin' || name === 'cash'
          ? {}
          : { [name]: /^max(Working|OrdersPer)/.test(name) ? Number(limit) : limit }
      const config = JSON.parse(JSON.stringify(account(own, { conversions, selfTrade: 'allow', ...roomy, ...more })))
      const reference = new Reference(RiskConfig.parse(config))
      const run = new InProcess([anyService(risk), anyService(orders)], (event) => {
        reference.take(event)
        if (event.topic !== 'risk.approved' || isClosing(reference, event.payload)) return
        for (const found of sumsOf(reference.books.books(), reference)) expect(found).toBeLessThanOrEqual(dec(limit))
      })
      let n = 0
      const publish = ({ topic, payload }: Told) =>
        run.publish('test', { topic, payload, at: 1_000_000, epoch: 1, n: ++n } as never)
      for (const [service, value] of [
        ['risk', config],
        ['orders', {}],
      ] as const)
        publish({ topic: 'system.config', payload: { service, hash: '0'.repeat(64), config: value } })
      for (const told of market) publish(told)
      for (const { strategy, instrument, target, end, part } of fc.sample(step, { seed, numRuns: 10_000 })) {
        // A third of the market is sold.
        const sign = name !== 'cash' && Number(instrument.slice(1, -2)) % 3 === 0 ? '-' : ''
        publish(wish(`${sign}${target}`, { strategy, instrument }))
        // Now and then the venue answers for the oldest order.
        const [oldest] = reference.books.orders.values()
        if (end > 2 || !oldest) continue
        const leaves = Number(oldest.quantity / 10n ** 18n)
        const filled = Math.min(part, leaves)
        const told = {
          strategy: oldest.strategy,
          instrument: oldest.instrument,
          tradeId: `x${n}`,
          price: priceOf(oldest.instrument),
        }
        publish(fill(oldest.id, oldest.side, String(filled), { ...told, leavesQuantity: String(leaves - filled) }))
        if (filled < leaves) publish(canceled(oldest.id))
      }
      reference.finish()
      console.log(`${name}: ${JSON.stringify(Object.fromEntries(reference.said))}`)
      expect(reference.said.get('approve')).toBeGreaterThan(10)
      expect(reference.said.get(code)).toBeGreaterThan(100)
    },
  )
})
