import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configsOf } from '#compose/service-configs.ts'
import { everyService } from '#compose/services.ts'
import { Topology } from '#compose/topology.ts'
import { factId } from '#lib/kernel/event-id.ts'
import { Machine } from '#lib/kernel/machine.ts'
import { drawBelow, seedRandom } from '#lib/market/seeded-random.ts'
import { catalogue, type PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Fact } from '#schemas/event.ts'
import type { ServiceName } from '#schemas/service-rank.ts'
import { seededMarket } from '#services/md/adapters/seeded-market.ts'

type Said = { readonly source: string; readonly fact: Fact }

const startAt = Date.UTC(2026, 0, 5, 15) * 1_000
const seconds = 150
const at = (second: number) => startAt + second * 1_000_000

const strategies = {
  'fast.yaml': `name: fast
inputs:
  price: { role: underlying, timeframe: 1s }
  quick: { ema: [2], of: price }
  slow: { ema: [5], of: price }
entry: { long: quick crosses above slow, short: quick crosses below slow }
size: { quantity: 30 }
`,
  'resting.yaml': `name: resting
inputs:
  price: { role: underlying, timeframe: 2s }
  mean: { sma: [4], of: price }
  width: { bollinger: [6, 2], of: price }
entry: { long: price.close < mean, short: price.close > mean }
exit: { long: price.close > width.upper, short: price.close < width.lower }
size: { notional: 2000 }
rate_limit: { intents: 12, per: 1m }
`,
  'calls.yaml': `name: calls
inputs:
  price: { role: underlying, timeframe: 3s }
  quick: { rsi: [2], of: price }
entry: { long: quick > 60, short: quick < 40 }
size: { quantity: 1 }
trade: option
`,
}

/** The configuration of every service; with `size` another one, as after a hot reload. */
function configs(size: string) {
  const folder = mkdtempSync(join(tmpdir(), 'trader-rich-'))
  try {
    for (const [name, text] of Object.entries(strategies))
      writeFileSync(join(folder, name), text.replace('quantity: 30', `quantity: ${size}`))
    const file = (name: keyof typeof strategies) => join(folder, name)
    const underlying = 'ACME.SIM'
    const option = { option: { underlying, minDaysToExpiry: 5 } }
    return configsOf(
      Topology.parse({
        feed: { kind: 'seeded' },
        clock: { mode: 'replay', stepMicros: 1_000_000 },
        bars: ['1s', '2s', '3s'].map((interval) => ({ instrument: underlying, interval })),
        venue: { fill: 'touch', latencyMicros: 20_000, fees: { takerBps: 2, makerBps: -1 } },
        risk: {
          approvalTtlMs: 120,
          limits: { maxPosition: '80', maxGrossExposure: '6000', maxOrdersPerMinute: 40, maxDrawdown: 0.0008 },
        },
        strategies: [
          { file: file('fast.yaml'), roles: { underlying } },
          {
            file: file('resting.yaml'),
            roles: { underlying },
            orders: { entry: { type: 'limit', limitBps: 3 }, exit: { type: 'limit', limitBps: 3 } },
          },
          { file: file('calls.yaml'), roles: { underlying, option } },
        ],
      }),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A market with options, and an operator who halts, resumes, cancels and reloads, in order of time. */
function facts(): Said[] {
  const said: Said[] = []
  const first = configs('30')
  const config = (name: ServiceName, from: typeof first, time: number, n: number) => {
    const payload = { service: name, ...from[name] } as PayloadOf<'system.config'>
    said.push({ source: name, fact: { topic: 'system.config', payload, at: time, epoch: 1, n } })
  }
  for (const { name } of everyService) config(name, first, startAt, 0)
  for (const fact of seededMarket({ seed: 11, eventsPerSecond: 16, startAt, until: at(seconds) }))
    said.push({ source: 'md-feed', fact })
  const orders: readonly [second: number, command: PayloadOf<'system.command'>['command'], target?: string][] = [
    [30, 'halt'],
    [36, 'resume'],
    [50, 'cancel_all'],
    [60, 'strategy.halt', 'fast'],
    [68, 'strategy.resume', 'fast'],
    [80, 'cancel_all', 'resting'],
    [82, 'strategy.halt', 'nobody'],
    [100, 'resume'],
    [120, 'resume'],
  ]
  orders.forEach(([second, command, target], n) => {
    const payload = { command, reason: 'drill', operator: 'ann', ...(target === undefined ? {} : { target }) }
    said.push({ source: 'operator', fact: { topic: 'system.command', payload, at: at(second), epoch: 1, n } })
  })
  config('strategy', configs('20'), at(90), 1)
  config('risk', { ...first, risk: configs('30').risk }, at(95), 1)
  return said
    .map((one, i) => ({ one, i }))
    .sort((a, b) => a.one.fact.at - b.one.fact.at || a.i - b.i)
    .map(({ one }) => one)
}

/**
 * The log of a tree that runs free, drawn from a seed: every service answers whenever it comes to it, up to `lag` events behind,
 * all answers to one input in one group.
 */
export function richLog(seed: number, lag: number): Event[] {
  const random = seedRandom(seed)
  const log: Event[] = []
  const services = everyService.map((service) => ({ machine: new Machine(service), seen: 0 }))
  const append = (event: Event) => log.push({ ...event, seq: log.length + 1 } as Event)
  const goOn = (service: (typeof services)[number], to: number) => {
    while (service.seen < to) {
      const event = log[service.seen++] as Event
      const isOwn = event.source === service.machine.name && event.cause !== null
      if (isOwn || !service.machine.hears(event)) continue
      const answers = service.machine.step(event)
      answers.forEach(append)
      if (answers.length > 0) return
    }
  }
  for (const { source, fact } of facts()) {
    const { topic, payload, epoch, n } = fact
    append({
      ...fact,
      seq: 0,
      id: factId(source, epoch, n),
      v: catalogue[topic].v,
      source,
      cause: null,
      payload,
    } as Event)
    for (let turn = 0; turn < 24; turn++) {
      const service = services[drawBelow(random, services.length)] as (typeof services)[number]
      if (log.length - service.seen > lag || drawBelow(random, 3) === 0) goOn(service, log.length)
    }
  }
  while (services.some(({ seen }) => seen < log.length)) for (const service of services) goOn(service, log.length)
  return JSON.parse(JSON.stringify(log.map(plainEvent))) as Event[]
}

/** The fields of an event and no other, in their order. */
const plainEvent = ({ seq, id, topic, v, at: time, source, cause, payload }: Event) => ({
  ...{ seq, id, topic, v, at: time, source, cause, payload },
})
