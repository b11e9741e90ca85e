import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InProcess } from '#lib/kernel/in-process.ts'
import { anyService } from '#lib/kernel/service.ts'
import { orders } from '#services/orders/service.ts'
import { RiskConfig, risk } from '#services/risk/service.ts'
import type { Told } from '#test/given.ts'
import { Reference } from './reference.ts'
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

const half = { kind: 'margin', rates: { initial: 0.5, maintenance: 0 } }
/** Each limit just tight enough for every order alone. */
const limits: readonly (readonly [name: string, code: string, limit: string | number])[] = [
  ['maxPosition', 'POSITION_EXCEEDS_MAX', '70'],
  ['maxInstrumentExposure', 'INSTRUMENT_EXPOSURE_EXCEEDS_MAX', '9000'],
  ['maxStrategyExposure', 'STRATEGY_EXPOSURE_EXCEEDS_MAX', '9000'],
  ['maxGrossExposure', 'EXPOSURE_EXCEEDS_MAX', '9000'],
  ['maxNetExposure', 'NET_EXPOSURE_EXCEEDS_MAX', '9000'],
  ['maxWorkingOrders', 'WORKING_ORDERS_EXCEED_MAX', 20],
  ['maxOrdersPerMinute', 'ORDER_RATE_EXCEEDS_MAX', 300],
  ['maxStrategyOrdersPerMinute', 'STRATEGY_ORDER_RATE_EXCEEDS_MAX', 30],
  ['margin', 'MARGIN_EXCEEDS_AVAILABLE', '9000'],
  ['cash', 'MARGIN_EXCEEDS_AVAILABLE', '9000'],
  ['maxOrderNotional', 'NOTIONAL_EXCEEDS_MAX_PER_ORDER', '5000'],
]

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

  test.each(limits.map(([name, code, limit]) => ({ name, code, limit })))('$name', ({ name, code, limit }) => {
    const isMargin = name === 'margin' || name === 'cash'
    const more = isMargin ? { startingCash: limit, margin: name === 'cash' ? { kind: 'cash' } : half } : {}
    const own = account(isMargin ? {} : { [name]: limit }, {
      ...{ conversions, selfTrade: 'allow', startingCash: '100000000' },
      ...more,
    })
    const config = JSON.parse(JSON.stringify(own))
    const reference = new Reference(RiskConfig.parse(config))
    const run = new InProcess([anyService(risk), anyService(orders)], (event) => reference.take(event))
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
  })
})
