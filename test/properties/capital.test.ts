import fc from 'fast-check'
import { expect, test } from 'vitest'
import { statusAfter } from '#lib/domain/order-lifecycle.ts'
import { InProcess } from '#lib/kernel/in-process.ts'
import { anyService } from '#lib/kernel/service.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { orders } from '#services/orders/service.ts'
import { pnl } from '#services/pnl/service.ts'
import { RiskConfig, risk } from '#services/risk/service.ts'
import { venue } from '#services/venue/service.ts'
import { event, type Told } from '#test/given.ts'
import { abs, one, sum } from '#test/services/risk/exact.ts'
import { Reference } from '#test/services/risk/reference.ts'
import { configs, conversions, instruments, mark, marks, spy } from './capital-market.ts'

type Known = { approval: string; quantity: number; filled: number; status: string; isExit: boolean }

/** What must hold of orders; what must hold of the gate and of the money is kept by the reference. */
class Model {
  readonly orders = new Map<string, Known>()
  readonly reports: Event[] = []
  readonly reference: Reference
  constructor(config: RiskConfig) {
    this.reference = new Reference(config)
  }
}

const start = Date.UTC(2026, 0, 5) * 1_000

/** Gate, order engine, venue and books, with every event checked as it is said. */
class Real {
  readonly run: InProcess
  readonly model: Model
  #n = 0
  at = start

  constructor(model: Model, config: unknown) {
    this.model = model
    const services = [anyService(venue), anyService(orders), anyService(pnl), anyService(risk)]
    this.run = new InProcess(services, (event) => this.#check(event))
    const { startingCash } = model.reference.config
    const fees = { takerBps: 1, makerBps: 1, perUnit: '0' }
    const currencies = Object.keys(conversions)
    this.configure('venue', { fill: 'touch', currency: 'USD', currencies, fees, jitterMicros: 1_500 })
    this.configure('orders', {})
    this.configure('pnl', { currency: 'USD', startingCash, conversions })
    this.configure('risk', config)
    for (const { listing } of instruments) this.say(event('md.instrument', listing))
    for (const one of marks) this.say(mark(one, 0))
    for (const { quote } of instruments) this.say(quote(0, 1, 9))
    const odd = { tickSize: '0.01', lotSize: '1', multiplier: '1', isSimulated: true, currency: 'USD' } as const
    this.say(event('md.instrument', { instrument: 'SPX.INDEX', kind: 'index', ...odd }))
    this.say(event('md.instrument', { instrument: 'GONE.USA', kind: 'future', expiresAt: start, ...odd }))
    this.say(event('md.instrument', { instrument: 'UNPRICED.USA', kind: 'equity', ...odd }))
    this.say(event('md.instrument', { instrument: 'POUND.LSE', kind: 'equity', ...odd, currency: 'GBP' }))
  }

  say({ topic, payload }: Told): void {
    this.at += 1_000
    this.run.publish('test', { topic, payload, at: this.at, epoch: 1, n: this.#n++ } as never)
  }

  configure(service: string, config: unknown): void {
    const plain = JSON.parse(JSON.stringify(config))
    this.say({ topic: 'system.config', payload: { service, hash: '0'.repeat(64), config: plain } })
  }

  /** Loses a process: its state goes through JSON text and comes back. */
  crash(nth: number): void {
    const machine = this.run.machines[nth % this.run.machines.length]
    machine?.restore(JSON.parse(JSON.stringify(machine.snapshot())), machine.configHash as string)
  }

  #check(event: Event): void {
    const { model } = this
    model.reference.take(event)
    seen.set(event.topic, (seen.get(event.topic) ?? 0) + 1)
    switch (event.topic) {
      case 'order.submitted': {
        const { clientOrderId, approval, quantity, closes } = event.payload
        const isExit = closes !== undefined
        expect(model.orders.has(clientOrderId)).toBe(false)
        if (!isExit)
          expect([...model.orders.values()].some((one) => !one.isExit && one.approval === approval)).toBe(false)
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
      case 'order.update_requested':
      case 'order.updated':
      case 'order.update_rejected':
        this.#move(event.payload.clientOrderId, happening[event.topic])
        if (event.topic === 'order.updated') this.#shrink(event.payload)
        if (event.source === 'venue') model.reports.push(event)
        return
      case 'order.fill':
        if (event.source === 'venue') this.#fill(event.payload)
        if (event.source === 'venue') model.reports.push(event)
        return
      case 'system.alert':
        if (!told.includes(event.payload.code) && !event.payload.subject.startsWith(stranger))
          throw new Error(`an alert: ${JSON.stringify(event.payload)}`)
    }
  }

  #fill({ clientOrderId, quantity, leavesQuantity }: PayloadOf<'order.fill'>): void {
    const order = this.model.orders.get(clientOrderId) as Known
    order.filled += Number(quantity)
    expect(order.filled).toBeLessThanOrEqual(order.quantity)
    this.#move(clientOrderId, leavesQuantity === '0' ? 'filled' : 'partially_filled')
  }

  #shrink({ clientOrderId, quantity }: PayloadOf<'order.updated'>): void {
    const order = this.model.orders.get(clientOrderId)
    if (order === undefined || quantity === undefined) return
    expect(Number(quantity)).toBeLessThan(order.quantity)
    expect(Number(quantity)).toBeGreaterThan(order.filled)
    order.quantity = Number(quantity)
    shrunk++
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
  'order.update_requested': 'update_requested',
  'order.updated': 'updated',
  'order.update_rejected': 'update_rejected',
} as const
const stranger = 'stranger'
let shrunk = 0
/** Alerts of what a halt does; any other means that a report was refused. */
const told: readonly string[] = ['FLATTEN_FAILED', 'PROTECTION_LOST', 'PROTECTION_SHARED']

class Command implements fc.Command<Model, Real> {
  readonly #name: string
  readonly #run: (real: Real) => void
  constructor(name: string, run: (real: Real) => void) {
    this.#name = name
    this.#run = run
  }
  check = () => true
  run(_: Model, real: Real): void {
    counted++
    this.#run(real)
  }
  toString = () => this.#name
}

let counted = 0
const seen = new Map<string, number>()
let wishes = 0
const strategies = ['a', 'b', 'c'] as const
const price = fc.nat(39)

/** Terms with numbers of prices in place of prices: each instrument has its own. */
const terms = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ orderType: 'market' }) },
  price.map((limitPrice) => ({ orderType: 'limit', limitPrice })),
  price.map((limitPrice) => ({ orderType: 'limit', limitPrice, timeInForce: 'IOC' })),
  price.map((stopPrice) => ({ orderType: 'stop', stopPrice })),
  fc.tuple(price, price).map(([stopPrice, limitPrice]) => ({ orderType: 'stop_limit', stopPrice, limitPrice })),
  fc.constant({ orderType: 'trailing_stop', trailingOffset: 0 }),
  fc.tuple(price, price).map(([stopLoss, takeProfit]) => ({ orderType: 'market', bracket: { stopLoss, takeProfit } })),
  fc.tuple(price, price, price).map(([limitPrice, stopLoss, takeProfit]) => ({
    orderType: 'limit',
    limitPrice,
    bracket: { stopLoss, takeProfit },
  })),
  fc.constant({ orderType: 'market', isReduceOnly: true }),
)

function termsOf(prices: readonly string[], told: Record<string, unknown>, isOff: boolean, isShort: boolean): object {
  const priced = ([name, value]: [string, unknown]): [string, unknown] => {
    if (typeof value === 'object') return [name, termsOf(prices, value as Record<string, unknown>, false, isShort)]
    if (name === 'trailingOffset') return [name, prices === instruments[5]?.prices ? '600' : '0.5']
    if (typeof value !== 'number') return [name, value]
    const at = prices[value % prices.length] as string
    return [name, isOff ? `${at.includes('.') ? at : `${at}.`}00005` : at]
  }
  const found = Object.fromEntries(Object.entries(told).map(priced))
  const { stopLoss, takeProfit } = found
  if (stopLoss === undefined) return found
  return Number(stopLoss) < Number(takeProfit) !== isShort ? found : { stopLoss: takeProfit, takeProfit: stopLoss }
}

const wish = (instrument: string, target: string, strategy: string, more: object, at?: number) => ({
  ...event('instrument.resolved', {
    intent: `strategy:${++wishes}.0`,
    strategy,
    role: 'r',
    instrument,
    target,
    referencePrice: '100',
    orderType: 'market',
    ...more,
  }),
  at,
})

let newest: Told | null = null
const rare = fc.nat(30).map((n) => n === 0)
const quotes = fc.tuple(fc.nat(7), price, fc.nat(20), fc.integer({ min: 1, max: 9 })).map(
  ([nth, n, wide, size]) =>
    new Command(`quote ${nth} ${n} +${wide} x ${size}`, (real) => {
      real.say((instruments[nth] as (typeof instruments)[number]).quote(n, wide + 1, size))
    }),
)
const wanted = fc
  .tuple(fc.nat(7), fc.constantFrom(...strategies), fc.integer({ min: -15, max: 15 }), terms, rare, rare)
  .map(([nth, strategy, target, told, isOff, isSplit]) => {
    const { listing, prices } = instruments[nth] as (typeof instruments)[number]
    const size = isSplit ? `${target}.5` : String(target)
    return new Command(`wish ${strategy} ${listing.instrument} ${size} ${JSON.stringify(told)}`, (real) => {
      newest = wish(listing.instrument, size.replace('-0.5', '0.5'), strategy, termsOf(prices, told, isOff, target < 0))
      real.say(newest)
    })
  })
/** Out of what a strategy holds into another instrument, as much as would be worth the same or a little more. */
const atMarket = { weight: 3, arbitrary: fc.constant({ orderType: 'market' }) }
const rollTerms = fc.oneof(atMarket, { weight: 1, arbitrary: terms })
const rolls = fc
  .tuple(fc.nat(7), fc.constantFrom(...strategies), fc.constantFrom(80, 100, 100, 120), rollTerms, rollTerms, fc.nat(1))
  .map(([nth, strategy, percent, left, taken, more]) => {
    const { listing, prices } = instruments[nth] as (typeof instruments)[number]
    return new Command(`roll ${1 + more} of ${strategy} into ${percent} % of ${listing.instrument}`, (real) => {
      const { books } = real.model.reference
      const worth = (instrument: string, units: bigint) =>
        books.inAccount(abs(books.size(instrument, books.mid(instrument), units)), books.listing(instrument).currency)
      const held = instruments
        .filter((one) => one.listing !== listing && books.position(strategy, one.listing.instrument) !== 0n)
        .slice(0, 1 + more)
      if (held.length === 0) return
      const room = sum(
        held.map((one) => worth(one.listing.instrument, books.position(strategy, one.listing.instrument))),
      )
      const target = (room * BigInt(percent)) / (worth(listing.instrument, 100n * one) || 1n)
      const intent = `strategy:${++wishes}.0`
      const leg = (n: number) => ({ intent, leg: n, legs: held.length + 1, isRoll: true })
      for (const [n, one] of held.entries())
        real.say(
          wish(one.listing.instrument, '0', strategy, { ...termsOf(one.prices, left, false, false), ...leg(n + 1) }),
        )
      const terms = { ...termsOf(prices, taken, false, false), ...leg(held.length + 1) }
      real.say(wish(listing.instrument, String(target), strategy, terms))
    })
  })
const moves = fc
  .tuple(fc.nat(2), fc.nat(11))
  .map(([nth, n]) => new Command(`mark ${nth} ${n}`, (real) => real.say(mark(marks[nth] as string, n))))
const odd = fc
  .constantFrom('SPX.INDEX', 'GONE.USA', 'UNPRICED.USA', 'POUND.LSE', 'UNKNOWN.USA')
  .map((instrument) => new Command(`wish ${instrument}`, (real) => real.say(wish(instrument, '1', 'a', {}))))
const again = fc.constant(new Command('the newest wish again', (real) => newest && real.say(newest)))
const time = fc.constant(new Command('time', (real) => real.say(event('system.time', { now: 0 }))))
const passing = fc.constantFrom(100, 700, 3_000, 25_000, 86_400_000).map(
  (ms) =>
    new Command(`${ms} ms pass`, (real) => {
      real.at += ms * 1_000
      real.say(event('system.time', { now: 0 }))
    }),
)
const repeats = fc.nat(50).map(
  (nth) =>
    new Command(`repeat ${nth}`, (real) => {
      const { reports } = real.model
      const report = reports[reports.length - 1 - (nth % Math.max(1, reports.length))]
      if (report?.topic === 'order.fill' || report?.topic === 'order.canceled') real.say(report as Told)
    }),
)
const crashes = fc.nat(3).map((nth) => new Command(`crash ${nth}`, (real) => real.crash(nth)))
/** In a running tree: other limits, and of what was asked for before perhaps none. */
const reloads = configs.map(
  (told) =>
    new Command('other limits', (real) => {
      const { startingCash } = real.model.reference.config
      real.configure('risk', { ...told, startingCash })
    }),
)
const replaces = fc.tuple(fc.nat(9), price).map(
  ([nth, n]) =>
    new Command(`replace ${nth} ${n}`, (real) => {
      const all = [...real.model.reference.books.orders.values()].filter(({ limit }) => limit !== undefined)
      const order = all[nth % Math.max(1, all.length)]
      const made = instruments.find(({ listing }) => listing.instrument === order?.instrument)
      if (order === undefined || made === undefined) return
      const limitPrice = made.prices[n % made.prices.length]
      const asked = { command: 'order.replace', order: order.id, reason: 'x', operator: 'ann' } as const
      // To so many sevenths of it, where that is whole.
      const lots = Math.floor((Number(real.model.orders.get(order.id)?.quantity ?? 0) * (nth % 7)) / 7)
      const change = nth % 2 === 0 || lots === 0 ? { limitPrice } : { quantity: String(lots) }
      real.say(event('system.command', { ...asked, ...change } as PayloadOf<'system.command'>))
    }),
)
const strangers = fc.tuple(fc.constantFrom('buy' as const, 'sell' as const), fc.constantFrom('EUR', 'JPY', 'USD')).map(
  ([side, asset]) =>
    new Command(`a trade of a stranger ${side}, fee in ${asset}`, (real) => {
      const id = `${stranger}-${real.run.head}`
      const fee = { fee: '0', currency: 'USD', feePaid: { asset, amount: '0.02' }, liquidity: 'taker' } as const
      const rest = {
        strategy: 'a',
        instrument: spy,
        side,
        price: '99.5',
        quantity: '1',
        leavesQuantity: '0',
      } as const
      real.say(event('order.fill', { clientOrderId: id, venueOrderId: id, tradeId: id, ...rest, ...fee, filledAt: 1 }))
    }),
)
/** Two sessions of a feed, each with two connections that take turns. */
const connections = fc.constantFrom('x-1.1', 'x-1.2', 'x-2.1', 'x-2.2')
const states = [
  ...['connected', 'connected', 'connected', 'connected', 'disconnected'],
  ...['stalled', 'flagged', 'measured', 'started'],
] as const
const feeds = fc.tuple(fc.constantFrom(...states), connections).map(
  ([state, own]) =>
    new Command(`the feed: ${state} ${own}`, (real) => {
      const of = state === 'connected' || state === 'disconnected' ? { connection: own } : {}
      real.say(event('md.status', { feed: 'x', isSimulated: true, ...of, state } as PayloadOf<'md.status'>))
    }),
)
const operators = fc
  .constantFrom(
    'halt',
    'resume',
    'resume',
    'resume',
    'resume',
    'cancel_all',
    'strategy.halt',
    'strategy.resume',
    'strategy.resume',
  )
  .chain((command) =>
    fc.tuple(fc.constantFrom(...strategies), fc.constantFrom(undefined, 'reduce', 'refuse', 'flatten')).map(
      ([target, whenHalted]) =>
        new Command(`${command} ${target} ${whenHalted}`, (real) => {
          const more = command.startsWith('strategy.')
            ? { target }
            : whenHalted && command === 'halt'
              ? { whenHalted }
              : {}
          real.say(
            event('system.command', { command, reason: 'x', operator: 'ann', ...more } as PayloadOf<'system.command'>),
          )
        }),
    ),
  )

/** How often each comes, of 44. */
const commands = [
  ...[...Array(11)].map(() => quotes),
  ...[...Array(16)].map(() => wanted),
  ...[rolls, rolls, rolls, time, time, moves, passing, repeats, crashes, crashes, replaces, replaces],
  fc.oneof(odd, again, strangers),
  ...[feeds, operators, operators, reloads],
]

/** All of them are said in a run of 100,000 commands: nothing of the gate goes untried. */
const codes = [
  ...['HALTED', 'STRATEGY_HALTED', 'REDUCE_ONLY', 'DUPLICATE_INTENT', 'INSTRUMENT_UNKNOWN', 'INSTRUMENT_NOT_TRADABLE'],
  ...['INSTRUMENT_HALTED', 'CURRENCY_MISMATCH', 'QUANTITY_PRECISION_INVALID', 'PRICE_PRECISION_INVALID', 'NO_PRICE'],
  ...['PRICE_STALE', 'FEED_DOWN', 'COOLDOWN', 'ALREADY_AT_TARGET', 'QUANTITY_BELOW_MIN_PER_ORDER', 'SELF_TRADE'],
  ...['QUANTITY_EXCEEDS_MAX_PER_ORDER', 'NOTIONAL_BELOW_MIN_PER_ORDER', 'NOTIONAL_EXCEEDS_MAX_PER_ORDER'],
  ...[
    'PRICE_OUTSIDE_COLLAR',
    'BRACKET_ON_WRONG_SIDE',
    'POSITION_EXCEEDS_MAX',
    'INSTRUMENT_EXPOSURE_EXCEEDS_MAX',
    'EXPOSURE_EXCEEDS_MAX',
  ],
  ...['STRATEGY_EXPOSURE_EXCEEDS_MAX', 'NET_EXPOSURE_EXCEEDS_MAX', 'SHORT_NOT_ALLOWED', 'MARGIN_EXCEEDS_AVAILABLE'],
  ...[
    'ORDER_RATE_EXCEEDS_MAX',
    'STRATEGY_ORDER_RATE_EXCEEDS_MAX',
    'CANCEL_RATE_EXCEEDS_MAX',
    'WORKING_ORDERS_EXCEED_MAX',
    'ROLL_REFUSED',
    'ORDERS_AT_WORK',
    'PROTECTION_SHARED',
    'roll taken',
  ],
]

test('whatever is wished, filled, moved, halted, repeated or lost: one order an approval, each verdict the reference’s, equity to the last digit', () => {
  const many = Number(process.env.TRADER_COMMANDS ?? 100_000)
  const seed = Number(process.env.TRADER_SEED ?? Date.now() % 1_000_000)
  const started = performance.now()
  const said = new Map<string, number>()
  for (let round = 0; counted < many; round++) {
    const all = fc.commands(commands, { maxCommands: 150, size: 'max' })
    const property = fc.property(configs, all, (told, run) => {
      const model = new Model(RiskConfig.parse(JSON.parse(JSON.stringify(told))))
      fc.modelRun(() => ({ model, real: new Real(model, told) }), run)
      model.reference.finish()
      for (const [code, times] of model.reference.said) said.set(code, (said.get(code) ?? 0) + times)
    })
    fc.assert(property, { numRuns: 20, seed: seed + round })
  }
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  console.log(`capital: ${JSON.stringify(Object.fromEntries(seen))}`)
  console.log(`capital: ${JSON.stringify(Object.fromEntries(said))}`)
  console.log(`capital: ${counted} commands in ${seconds} s, seed ${seed} (TRADER_SEED=${seed} repeats them)`)
  const heard = [
    'order.fill',
    'order.triggered',
    'order.canceled',
    'order.updated',
    'risk.superseded',
    'risk.strategy_halted',
  ]
  console.log(`capital: ${shrunk} orders made smaller`)
  if (many < 100_000) return
  expect(shrunk).toBeGreaterThan(20)
  expect(heard.filter((topic) => (seen.get(topic) ?? 0) < 20)).toEqual([])
  expect(codes.filter((code) => !said.has(code))).toEqual([])
}, 600_000)
