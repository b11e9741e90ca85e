import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clientOrderIdOf } from '#lib/domain/client-order-id.ts'
import { InProcess } from '#lib/kernel/in-process.ts'
import { anyService } from '#lib/kernel/service.ts'
import type { Event } from '#schemas/event.ts'
import { orders } from '#services/orders/service.ts'
import { risk } from '#services/risk/service.ts'
import type { Told } from '#test/given.ts'
import { account, bar, canceled, fill, listed, wish } from './risk-told.ts'

const strategies = Array.from({ length: 10 }, (_, n) => `s${n}`)
const instruments = Array.from({ length: 40 }, (_, n) => `I${n}.X`)
const limits = {
  maxPosition: '60',
  maxOrderNotional: '3000',
  maxInstrumentExposure: '5000',
  maxStrategyExposure: '20000',
  maxGrossExposure: '100000',
  maxNetExposure: '60000',
  maxWorkingOrders: 250,
}
const config = account(limits, {
  startingCash: '90000',
  margin: { kind: 'margin', rates: { initial: 0.5, maintenance: 0 } },
})
const priceOf = (instrument: string) => 50 + Number(instrument.slice(1, -2))

type Sent = { id: string; strategy: string; instrument: string; side: 'buy' | 'sell'; leaves: number }

/** Our own books, by plain arithmetic: what is held, what is at work, and what the worst of both comes to. */
class Reference {
  readonly held = new Map<string, number>()
  readonly atWork = new Map<string, Sent>()
  readonly worst = new Map<string, { strategy: string; instrument: string; units: number; value: number }>()
  refusals = new Map<string, number>()
  approvals = 0

  take(event: Event): void {
    if (event.topic === 'risk.rejected')
      this.refusals.set(event.payload.code, (this.refusals.get(event.payload.code) ?? 0) + 1)
    if (event.topic !== 'risk.approved') return
    this.approvals++
    const { strategy, instrument, side, quantity } = event.payload
    const sent = { id: clientOrderIdOf(event.id), strategy, instrument, side, leaves: Number(quantity) }
    this.atWork.set(sent.id, sent)
    this.reckon(strategy, instrument)
    this.check(sent, Number(quantity))
  }

  reckon(strategy: string, instrument: string): void {
    const held = this.held.get(`${strategy} ${instrument}`) ?? 0
    let [buys, sells] = [0, 0]
    for (const order of this.atWork.values())
      if (order.strategy === strategy && order.instrument === instrument) {
        if (order.side === 'buy') buys += order.leaves
        else sells += order.leaves
      }
    const units = Math.max(Math.abs(held + buys), Math.abs(held - sells))
    this.worst.set(`${strategy} ${instrument}`, { strategy, instrument, units, value: units * priceOf(instrument) })
  }

  sum(isMeant: (strategy: string, instrument: string) => boolean, isValued: boolean): number {
    let sum = 0
    for (const { strategy, instrument, units, value } of this.worst.values())
      if (isMeant(strategy, instrument)) sum += isValued ? value : units
    return sum
  }

  check({ strategy, instrument, side }: Sent, quantity: number): void {
    const held = this.held.get(`${strategy} ${instrument}`) ?? 0
    const isReducing = side === 'sell' ? held > 0 : held < 0
    if (isReducing) return
    expect(quantity * priceOf(instrument)).toBeLessThanOrEqual(3_000)
    expect(this.sum((_, one) => one === instrument, false)).toBeLessThanOrEqual(60)
    expect(this.sum((_, one) => one === instrument, true)).toBeLessThanOrEqual(5_000)
    expect(this.sum((one) => one === strategy, true)).toBeLessThanOrEqual(20_000)
    expect(this.sum(() => true, true)).toBeLessThanOrEqual(100_000)
    expect(this.sum(() => true, true) / 2).toBeLessThanOrEqual(90_000)
    expect(this.atWork.size).toBeLessThanOrEqual(250)
  }
}

test('[R7] 10 strategies wish 1,000 times each in a burst that would pass every limit: together they never do, at any instant', () => {
  const seed = Number(process.env.TRADER_SEED ?? Date.now() % 1_000_000)
  console.log(`race of risk: seed ${seed} (TRADER_SEED=${seed} repeats it)`)
  const reference = new Reference()
  const run = new InProcess([anyService(risk), anyService(orders)], (event) => reference.take(event))
  let n = 0
  const publish = ({ topic, payload }: Told) =>
    run.publish('test', { topic, payload, at: 1_000_000, epoch: 1, n: ++n } as never)
  for (const [service, value] of [
    ['risk', config],
    ['orders', {}],
  ] as const)
    publish({ topic: 'system.config', payload: { service, hash: '0'.repeat(64), config: value } })
  for (const instrument of instruments) {
    publish(listed(instrument))
    publish(bar(instrument, String(priceOf(instrument))))
  }
  const step = fc.record({
    strategy: fc.constantFrom(...strategies),
    instrument: fc.constantFrom(...instruments),
    target: fc.integer({ min: 1, max: 70 }),
    end: fc.integer({ min: 0, max: 9 }),
    part: fc.integer({ min: 1, max: 70 }),
  })
  for (const { strategy, instrument, target, end, part } of fc.sample(step, { seed, numRuns: 10_000 })) {
    // One half of the market is sold.
    const sign = Number(instrument.slice(1, -2)) % 2 === 0 ? '' : '-'
    publish(wish(`${sign}${target}`, { strategy, instrument }))
    // Now and then the venue answers for the oldest order.
    const [oldest] = reference.atWork.values()
    if (end > 2 || !oldest) continue
    const more = { strategy: oldest.strategy, instrument: oldest.instrument, tradeId: `x${n}` }
    const size = Math.min(part, oldest.leaves)
    oldest.leaves -= size
    const key = `${oldest.strategy} ${oldest.instrument}`
    reference.held.set(key, (reference.held.get(key) ?? 0) + (oldest.side === 'buy' ? size : -size))
    if (oldest.leaves === 0) reference.atWork.delete(oldest.id)
    reference.reckon(oldest.strategy, oldest.instrument)
    publish(fill(oldest.id, oldest.side, String(size), { ...more, price: String(priceOf(oldest.instrument)) }))
    reference.atWork.delete(oldest.id)
    reference.reckon(oldest.strategy, oldest.instrument)
    if (oldest.leaves > 0) publish(canceled(oldest.id))
  }
  console.log(`${reference.approvals} approved; refused: ${JSON.stringify(Object.fromEntries(reference.refusals))}`)
  expect(reference.approvals).toBeGreaterThan(200)
  expect([...reference.refusals.keys()]).toContain('EXPOSURE_EXCEEDS_MAX')
})
