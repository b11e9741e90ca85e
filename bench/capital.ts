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

const plain = timed({})
const limited = timed(limits)
console.log('| intents | without limits, intents/s | with five limits, intents/s |')
console.log('|---:|---:|---:|')
for (const count of [1_000, 10_000, 100_000])
  console.log(`| ${count} | ${perSecond(count, plain)} | ${perSecond(count, limited)} |`)
const ratio = (times: Map<number, number>) =>
  ((times.get(100_000) as number) / (times.get(10_000) as number)).toFixed(1)
console.log(`\ntime(100k) / time(10k): ${ratio(plain)} without limits, ${ratio(limited)} with them`)

function timed(gate: object): Map<number, number> {
  play(20_000, gate)
  return new Map([1_000, 10_000, 100_000].map((count) => [count, play(count, gate)]))
}

function perSecond(count: number, times: Map<number, number>): string {
  return Math.round((count * 1_000) / (times.get(count) as number)).toLocaleString('en-US')
}

/** Each intent reverses a position of ten: one approval, one order, one fill. Milliseconds. */
function play(count: number, gate: object): number {
  let fills = 0
  const services = [anyService(venue), anyService(orders), anyService(pnl), anyService(risk)]
  const run = new InProcess(services, ({ topic }) => {
    if (topic === 'order.fill') fills++
  })
  let [n, at] = [0, 0]
  const publish = (topic: string, payload: unknown) =>
    run.publish('bench', { topic, payload, at, epoch: 1, n: n++ } as never)
  const configs = {
    venue: { fill: 'touch', currency: 'USD', fees: { takerBps: 1, makerBps: 0, perUnit: '0' } },
    orders: {},
    pnl: account,
    risk: { ...account, limits: gate },
  }
  for (const [service, config] of Object.entries(configs))
    publish('system.config', { service, hash: '0'.repeat(64), config })
  const listing = { tickSize: '0.01', lotSize: '1', multiplier: '1', currency: 'USD', isSimulated: true }
  publish('md.instrument', { instrument: 'SPY.USA', kind: 'equity', ...listing })
  const started = performance.now()
  for (let i = 0; i < count; i++) {
    at += 1_000
    const bid = `${100 + (i % 7)}.00`
    const sides = { bid, bidSize: '500', ask: `${100 + (i % 7)}.01`, askSize: '500' }
    publish('md.tick', { kind: 'quote', instrument: 'SPY.USA', ...sides })
    const target = i % 2 === 0 ? '10' : '-10'
    const wish = { strategy: 's', role: 'r', instrument: 'SPY.USA', target, orderType: 'market', referencePrice: bid }
    publish('instrument.resolved', { intent: `strategy:${i}.0`, ...wish })
  }
  const ms = performance.now() - started
  if (fills !== count) throw new Error(`expected ${count} fills, found ${fills}`)
  return ms
}
