import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toUnits } from '#lib/domain/decimal.ts'
import { statusAfter } from '#lib/domain/order-lifecycle.ts'
import { InProcess } from '#lib/kernel/in-process.ts'
import { anyService } from '#lib/kernel/service.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { orders } from '#services/orders/service.ts'
import { pnl } from '#services/pnl/service.ts'
import { risk } from '#services/risk/service.ts'
import { venue } from '#services/venue/service.ts'

const spy = 'SPY.USA'
const maxPosition = 40
const startingCash = 1_000_000

type Known = { approval: string; quantity: number; filled: number; status: 'submitted' | string; isExit: boolean }

/** What must hold, kept by plain arithmetic: money in 10^-6 of the currency, prices in cents. */
class Model {
  cash = BigInt(startingCash) * 1_000_000n
  mark = 0n
  readonly held = new Map<string, number>()
  readonly orders = new Map<string, Known>()
  readonly reports: Event[] = []
  commands = 0
}

/** Gate, order engine, venue and books, with every event checked as it is said. */
class Real {
  readonly run: InProcess
  readonly model: Model
  #n = 0
  #at = 1_000_000

  constructor(model: Model) {
    this.model = model
    const services = [anyService(venue), anyService(orders), anyService(pnl), anyService(risk)]
    this.run = new InProcess(services, (event) => this.#check(event))
    const account = { currency: 'USD', startingCash: String(startingCash) }
    const fees = { takerBps: 1, makerBps: 1, perUnit: '0' }
    this.say('system.config', config('venue', { fill: 'touch', currency: 'USD', fees, jitterMicros: 1_500 }))
    this.say('system.config', config('orders', {}))
    this.say('system.config', config('pnl', account))
    const limits = { maxPosition: String(maxPosition), maxOrdersPerMinute: 500 }
    this.say('system.config', config('risk', { ...account, limits, selfTrade: 'allow', approvalTtlMs: 60_000 }))
    const listing = { tickSize: '0.01', lotSize: '1', multiplier: '1', currency: 'USD', isSimulated: true }
    this.say('md.instrument', { instrument: spy, kind: 'equity', ...listing })
  }

  say(topic: string, payload: unknown): void {
    this.#at += 1_000
    this.run.publish('test', { topic, payload, at: this.#at, epoch: 1, n: this.#n++ } as never)
  }

  /** Loses a process: its state goes through JSON text and comes back. */
  crash(nth: number): void {
    const machine = this.run.machines[nth % this.run.machines.length]
    machine?.restore(JSON.parse(JSON.stringify(machine.snapshot())), machine.configHash as string)
  }

  #check(event: Event): void {
    const { model } = this
    seen.set(event.topic, (seen.get(event.topic) ?? 0) + 1)
    switch (event.topic) {
      case 'order.submitted': {
        const { clientOrderId, approval, quantity, closes } = event.payload
        expect(model.orders.has(clientOrderId)).toBe(false)
        if (closes === undefined)
          expect([...model.orders.values()].some((one) => !one.isExit && one.approval === approval)).toBe(false)
        const isExit = closes !== undefined
        model.orders.set(clientOrderId, {
          approval,
          quantity: Number(quantity),
          filled: 0,
          status: 'submitted',
          isExit,
        })
        return
      }
      case 'order.accepted':
      case 'order.triggered':
      case 'order.canceled':
      case 'order.expired':
        this.#move(event.payload.clientOrderId, happening[event.topic])
        if (event.source === 'venue') model.reports.push(event)
        return
      case 'order.fill':
        if (event.source === 'venue') this.#fill(event.payload)
        if (event.source === 'venue') model.reports.push(event)
        return
      case 'system.alert':
        throw new Error(`an alert: ${JSON.stringify(event.payload)}`)
      case 'pnl.snapshot': {
        let equity = model.cash
        for (const units of model.held.values()) equity += BigInt(units) * model.mark
        expect(toUnits(event.payload.equity, 6)).toBe(equity)
      }
    }
  }

  #fill({ clientOrderId, quantity, price, fee, side, strategy, leavesQuantity }: PayloadOf<'order.fill'>): void {
    const { model } = this
    const order = model.orders.get(clientOrderId) as Known
    order.filled += Number(quantity)
    expect(order.filled).toBeLessThanOrEqual(order.quantity)
    this.#move(clientOrderId, leavesQuantity === '0' ? 'filled' : 'partially_filled')
    const signed = side === 'buy' ? Number(quantity) : -Number(quantity)
    model.held.set(strategy, (model.held.get(strategy) ?? 0) + signed)
    model.cash -= BigInt(signed) * toUnits(price, 6) + toUnits(fee, 6)
    const gross = [...model.held.values()].reduce((sum, units) => sum + Math.abs(units), 0)
    expect(gross).toBeLessThanOrEqual(maxPosition)
  }

  #move(clientOrderId: string, what: Parameters<typeof statusAfter>[1]): void {
    const order = this.model.orders.get(clientOrderId)
    if (order === undefined) throw new Error(`a report about ${clientOrderId}, which was never sent`)
    const next = statusAfter(order.status as Parameters<typeof statusAfter>[0], what)
    if (next === null) throw new Error(`${clientOrderId} is ${order.status}, and then ${what}`)
    order.status = next
  }
}

const happening = {
  'order.accepted': 'accepted',
  'order.triggered': 'triggered',
  'order.canceled': 'canceled',
  'order.expired': 'expired',
} as const

const config = (service: string, value: object) => ({
  service,
  hash: '0'.repeat(64),
  config: JSON.parse(JSON.stringify(value)),
})
const cents = (n: number) => `${Math.floor(n / 100)}.${String(n % 100).padStart(2, '0')}`

class Command implements fc.Command<Model, Real> {
  readonly #name: string
  readonly #run: (real: Real) => void
  constructor(name: string, run: (real: Real) => void) {
    this.#name = name
    this.#run = run
  }
  check = () => true
  run(model: Model, real: Real): void {
    model.commands++
    counted++
    this.#run(real)
  }
  toString = () => this.#name
}

let counted = 0
const seen = new Map<string, number>()
let wishes = 0
const price = fc.integer({ min: 9_800, max: 10_200 })
const terms = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ orderType: 'market' }) },
  price.map((at) => ({ orderType: 'limit', limitPrice: cents(at) })),
  price.map((at) => ({ orderType: 'limit', limitPrice: cents(at), timeInForce: 'IOC' })),
  price.map((at) => ({ orderType: 'stop', stopPrice: cents(at) })),
  fc.constant({ orderType: 'trailing_stop', trailingOffset: '0.50' }),
  fc.tuple(price, price).map(([a, b]) => ({
    orderType: 'market',
    bracket: { stopLoss: cents(Math.min(a, b)), takeProfit: cents(Math.max(a, b)) },
  })),
)

const commands = [
  fc.tuple(price, fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 9 })).map(
    ([bid, spread, size]) =>
      new Command(`quote ${cents(bid)} +${spread} x ${size}`, (real) => {
        const sides = { bid: cents(bid), bidSize: String(size), ask: cents(bid + spread), askSize: String(size) }
        real.model.mark = BigInt(2 * bid + spread) * 5_000n
        real.say('md.tick', { kind: 'quote', instrument: spy, ...sides })
      }),
  ),
  fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: -20, max: 20 }), terms).map(
    ([strategy, target, more]) =>
      new Command(`wish ${strategy} ${target} ${JSON.stringify(more)}`, (real) => {
        const wish = { intent: `strategy:${++wishes}.0`, strategy, role: 'r', instrument: spy, target: String(target) }
        real.say('instrument.resolved', { ...wish, referencePrice: '100', ...more })
      }),
  ),
  fc.constant(new Command('time', (real) => real.say('system.time', { now: 0 }))),
  fc.nat(50).map(
    (nth) =>
      new Command(`repeat ${nth}`, (real) => {
        const { reports } = real.model
        const report = reports[reports.length - 1 - (nth % Math.max(1, reports.length))]
        if (report?.topic === 'order.fill' || report?.topic === 'order.canceled') real.say(report.topic, report.payload)
      }),
  ),
  fc.nat(3).map((nth) => new Command(`crash ${nth}`, (real) => real.crash(nth))),
  fc
    .constantFrom('halt', 'resume', 'cancel_all')
    .map(
      (word) =>
        new Command(word, (real) => real.say('system.command', { command: word, reason: 'x', operator: 'ann' })),
    ),
]

test('whatever is wished, filled, halted, repeated or lost: one order an approval, no limit passed, equity to the last digit', () => {
  const wanted = Number(process.env.TRADER_COMMANDS ?? 100_000)
  const seed = Number(process.env.TRADER_SEED ?? Date.now() % 1_000_000)
  const started = performance.now()
  for (let round = 0; counted < wanted; round++) {
    const all = fc.commands(commands, { maxCommands: 150, size: 'max' })
    const property = fc.property(all, (told) => {
      const model = new Model()
      fc.modelRun(() => ({ model, real: new Real(model) }), told)
    })
    fc.assert(property, { numRuns: 20, seed: seed + round })
  }
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  const [fills, exits] = [seen.get('order.fill') ?? 0, seen.get('order.triggered') ?? 0]
  expect(Math.min(fills, exits, seen.get('risk.superseded') ?? 0, seen.get('order.canceled') ?? 0)).toBeGreaterThan(20)
  console.log(`capital: ${JSON.stringify(Object.fromEntries(seen))}`)
  console.log(`capital: ${counted} commands in ${seconds} s, seed ${seed} (TRADER_SEED=${seed} repeats them)`)
}, 600_000)
