/** Intents through the gate, the order engine, the simulated venue and the books, in process: how many a second, and whether the cost grows. */
import { InProcess } from '#lib/kernel/in-process.ts'
import { anyService } from '#lib/kernel/service.ts'
import { orders } from '#services/orders/service.ts'
import { pnl } from '#services/pnl/service.ts'
import { risk } from '#services/risk/service.ts'
import { venue } from '#services/venue/service.ts'

const account = { currency: 'USD', startingCash: '1000000' }
const limits = {
  maxPosition: '1000',
  maxOrderNotional: '1000000',
  maxGrossExposure: '10000000',
  maxInstrumentExposure: '10000000',
  maxStrategyExposure: '10000000',
}

const listing = { tickSize: '0.01', lotSize: '1', multiplier: '1', currency: 'USD', isSimulated: true }

const plain = timed({})
const limited = timed(limits)
console.log('| intents | without limits, intents/s | with five limits, intents/s |')
console.log('|---:|---:|---:|')
for (const count of [1_000, 10_000, 100_000])
  console.log(`| ${count} | ${perSecond(count, plain)} | ${perSecond(count, limited)} |`)
const ratio = (times: Map<number, number>) =>
  ((times.get(100_000) as number) / (times.get(10_000) as number)).toFixed(1)
console.log(`\ntime(100k) / time(10k): ${ratio(plain)} without limits, ${ratio(limited)} with them`)

const everyLimit = {
  ...limits,
  maxPosition: '100000000',
  maxGrossExposure: '1000000000000',
  maxInstrumentExposure: '1000000000000',
  maxStrategyExposure: '1000000000000',
  maxNetExposure: '1000000000000',
  maxWorkingOrders: 1_000_000,
}
console.log('\n| orders at work | instruments | cash account, µs an intent | margin account, µs an intent |')
console.log('|---:|---:|---:|---:|')
atWork(1_000, { kind: 'cash' })
for (const count of [1_000, 10_000, 100_000]) {
  const [cash, margin] = [{ kind: 'cash' }, { kind: 'margin' }].map((model) => atWork(count, model).toFixed(0))
  console.log(`| ${count.toLocaleString('en-US')} | ${(count / 10).toLocaleString('en-US')} | ${cash} | ${margin} |`)
}

function timed(gate: object): Map<number, number> {
  play(20_000, gate)
  return new Map([1_000, 10_000, 100_000].map((count) => [count, play(count, gate)]))
}

function perSecond(count: number, times: Map<number, number>): string {
  return Math.round((count * 1_000) / (times.get(count) as number)).toLocaleString('en-US')
}

/** Of ten strategies in many instruments every one has a limit order at work; then others come, each with a quote before it. Microseconds an intent. */
function atWork(count: number, margin: object): number {
  const instruments = Array.from({ length: count / 10 }, (_, i) => `I${i}.USA`)
  let fills = 0
  const { publish, publishAt } = started({ limits: everyLimit, margin, startingCash: '1000000000000' }, (topic) => {
    if (topic === 'order.fill') fills++
  })
  const wish = (strategy: string, instrument: string, target: string, more: object) =>
    publishAt('instrument.resolved', { strategy, role: 'r', instrument, target, referencePrice: '100', ...more })
  const quote = (instrument: string, bid: number) => {
    const sides = { bid: `${bid}.00`, bidSize: '500', ask: `${bid}.01`, askSize: '500' }
    publish('md.tick', { kind: 'quote', instrument, ...sides })
  }
  for (const instrument of instruments) {
    publish('md.instrument', { instrument, kind: 'equity', ...listing })
    quote(instrument, 100)
    for (let s = 0; s < 10; s++) wish(`s${s}`, instrument, '1', { orderType: 'limit', limitPrice: '50' })
  }
  const intents = 5_000
  const at = performance.now()
  for (let i = 0; i < intents; i++) {
    const instrument = instruments[(i * 7) % instruments.length] as string
    quote(instrument, 100 + (i % 3))
    wish('other', instrument, String(1 + (i % 2) + Math.floor((i * 7) / instruments.length)), { orderType: 'market' })
  }
  const micros = ((performance.now() - at) * 1_000) / intents
  if (fills < intents / 4) throw new Error(`expected fills of most of ${intents} intents, found ${fills}`)
  return micros
}

/** Each intent reverses a position of ten: one approval, one order, one fill. Milliseconds. */
function play(count: number, gate: object): number {
  let fills = 0
  const { publish, publishAt } = started({ limits: gate }, (topic) => {
    if (topic === 'order.fill') fills++
  })
  publish('md.instrument', { instrument: 'SPY.USA', kind: 'equity', ...listing })
  const at = performance.now()
  for (let i = 0; i < count; i++) {
    const bid = `${100 + (i % 7)}.00`
    const sides = { bid, bidSize: '500', ask: `${100 + (i % 7)}.01`, askSize: '500' }
    publish('md.tick', { kind: 'quote', instrument: 'SPY.USA', ...sides })
    const target = i % 2 === 0 ? '10' : '-10'
    const wish = { strategy: 's', role: 'r', instrument: 'SPY.USA', target, orderType: 'market', referencePrice: bid }
    publishAt('instrument.resolved', wish)
  }
  const ms = performance.now() - at
  if (fills !== count) throw new Error(`expected ${count} fills, found ${fills}`)
  return ms
}

/** Gate, engine, venue and books, configured; `publishAt` moves the time on and numbers what it says as an intent. */
function started(gate: object, hear: (topic: string) => void) {
  const services = [anyService(venue), anyService(orders), anyService(pnl), anyService(risk)]
  const run = new InProcess(services, ({ topic }) => hear(topic))
  let [n, at, intents] = [0, 0, 0]
  const publish = (topic: string, payload: unknown) =>
    run.publish('bench', { topic, payload, at, epoch: 1, n: n++ } as never)
  const publishAt = (topic: string, payload: object) => {
    at += 1_000
    publish(topic, { intent: `strategy:${++intents}.0`, ...payload })
  }
  const configs = {
    venue: { fill: 'touch', currency: 'USD', fees: { takerBps: 1, makerBps: 0, perUnit: '0' } },
    orders: {},
    pnl: account,
    risk: { ...account, ...gate },
  }
  for (const [service, config] of Object.entries(configs))
    publish('system.config', { service, hash: '0'.repeat(64), config })
  return { publish, publishAt }
}
