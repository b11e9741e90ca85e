import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeKeys } from '#compose/tree-keys.ts'
import { readSecret } from '#lib/bus/auth.ts'
import { FeedPublisher } from '#lib/bus/feed-publisher.ts'
import type { PayloadOf, Topic } from '#schemas/catalogue.ts'
import type { Event, Fact } from '#schemas/event.ts'
import { RiskConfig } from '#services/risk/service.ts'
import { below, chanceOf } from '#test/faults/chance.ts'
import { type LoneProcess, startLone } from '#test/process/lone-process.ts'
import { eventsIn, removeFolder } from '#test/process/tree.ts'
import { Reference } from '#test/services/risk/reference.ts'

// The real log, router, resolver, gate, order engine and venue, a process each; ten strategies wish as fast as the router takes it.
const folder = mkdtempSync(join(tmpdir(), 'trader-race-'))
const keys = join(folder, 'keys')
const log = join(folder, 'logs', 'race')
const strategies = Array.from({ length: 10 }, (_, i) => `racer-${i}`)
/** Some at the price, some beyond it. */
const limit = (racer: number) => `{ type: limit, limitBps: ${racer % 4 === 0 ? 0 : 5} }`
/** Two strategies in each; the last is sold. */
const instruments = ['A', 'B', 'C', 'D', 'E'].map((name) => `${name}.SIM`)
const instrumentOf = (racer: number) => instruments[racer >> 1] as string
const each = 1_000
/** So many at once, and then a moment in which the venue answers. */
const burst = 100
/** Each limit just tight enough for every order alone. */
const risk = [
  'selfTrade: allow, approvalTtlMs: 60000, timeInForce: IOC, margin: { kind: margin, rates: { initial: 0.5, maintenance: 0 } }',
  "limits: { maxOrderNotional: '5500', maxGrossExposure: '20000', maxNetExposure: '14000', maxWorkingOrders: 7, maxOrdersPerMinute: 3000 }",
  "instruments: { A.SIM: { maxPosition: '70' }, B.SIM: { maxInstrumentExposure: '7000' } }",
  "strategies: { racer-4: { maxStrategyExposure: '2500' } }",
].join(', ')
const started: LoneProcess[] = []
let url = ''

beforeAll(async () => {
  makeKeys(keys, log)
  for (const name of strategies) {
    const inputs = 'inputs: { price: { role: underlying, timeframe: 5s } }'
    const text = [`name: ${name}`, inputs, 'entry: { long: price.close > 0 }', 'size: { quantity: 1 }', ''].join('\n')
    writeFileSync(join(folder, `${name}.yaml`), text)
  }
  const topology = join(folder, 'race.yaml')
  const lines = [
    'run: race',
    'feed: { kind: seeded }',
    'bars: [{ interval: 5s }]',
    "account: { currency: USD, startingCash: '9000' }",
    'venue: { fill: touch }',
    `risk: { ${risk} }`,
    'strategies:',
    ...strategies.map(
      (name, i) =>
        `  - { file: ${name}.yaml, roles: { underlying: ${instrumentOf(i)} }, orders: { entry: ${limit(i)}, exit: ${limit(i)} } }`,
    ),
  ]
  writeFileSync(topology, `${lines.join('\n')}\n`)
  const start = async (name: string, args: readonly string[]) => {
    const one = await startLone(folder, [name, '--topology', topology, ...args])
    started.unshift(one)
    return one
  }
  const { url: logUrl } = await start('log', ['--run', 'race', '--port', '0'])
  url = (await start('router', ['--port', '0', '--log', logUrl])).url
  for (const name of ['venue', 'orders', 'resolver', 'risk']) await start(name, ['--url', url])
}, 60_000)
afterAll(async () => {
  for (const one of started) await one.stop()
  removeFolder(folder)
})

test('10 strategies wish 1,000 times each in a burst: what is approved is never beyond a limit, at any event', async () => {
  const chance = chanceOf(1)
  const at = Date.now() * 1_000
  const listing = { tickSize: '0.01', lotSize: '1', multiplier: '1', currency: 'USD', isSimulated: true } as const
  const quote = { bid: '99.99', bidSize: '4000', ask: '100.00', askSize: '4000' }
  const told = (instrument: string) =>
    [
      { topic: 'md.instrument', at, payload: { instrument, kind: 'equity', ...listing } },
      { topic: 'md.tick', at, payload: { kind: 'quote', instrument, ...quote } },
      { topic: 'md.tick', at, payload: { kind: 'trade', instrument, price: '100.00', size: '1', aggressor: 'buy' } },
    ] as const
  await publish('md', instruments.flatMap(told))
  const wishes = Array.from({ length: strategies.length * each }, (_, i) => ({
    topic: 'strategy.intent',
    at,
    payload: {
      strategy: strategies[i % strategies.length],
      hash: 'a'.repeat(64),
      role: 'underlying',
      target: i % strategies.length < 8 ? 'long' : 'short',
      size: { kind: 'quantity', quantity: String(1 + below(chance, 60)) },
      reason: 'race',
    },
  }))
  await publish('strategy', wishes as never)
  const events = await whenAnswered(wishes.length)
  const config = of(events, 'system.config').find(({ service }) => service === 'risk')?.config
  const reference = new Reference(RiskConfig.parse(config))
  for (const event of events) reference.take(event)
  reference.finish()
  console.log(`race of processes: ${JSON.stringify(Object.fromEntries(reference.said))}`)
  const codes = [
    'POSITION_EXCEEDS_MAX',
    'INSTRUMENT_EXPOSURE_EXCEEDS_MAX',
    'STRATEGY_EXPOSURE_EXCEEDS_MAX',
    'EXPOSURE_EXCEEDS_MAX',
  ]
  const more = ['NET_EXPOSURE_EXCEEDS_MAX', 'MARGIN_EXCEEDS_AVAILABLE', 'NOTIONAL_EXCEEDS_MAX_PER_ORDER']
  expect([...codes, ...more].filter((code) => !reference.said.has(code))).toEqual([])
  expect(of(events, 'order.submitted').length).toBe(of(events, 'risk.approved').length)
}, 180_000)

async function publish(identity: 'md' | 'strategy', facts: readonly Omit<Fact, 'epoch' | 'n'>[]): Promise<void> {
  const publisher = new FeedPublisher({
    url,
    identity,
    source: `${identity}-race`,
    secret: readSecret(keys, identity),
    open: async function* () {
      const all = facts.map((fact, n) => ({ ...fact, epoch: 1, n })) as readonly Fact[]
      for (let from = 0; from < all.length; from += burst) {
        yield all.slice(from, from + burst)
        await sleep(25)
      }
    },
    onFault: (message) => {
      throw new Error(message)
    },
  })
  await publisher.ended
  await publisher.close()
}

/** The log, once every wish is resolved and nothing more comes. */
async function whenAnswered(wishes: number): Promise<Event[]> {
  for (let length = -1; ; ) {
    await sleep(1_000)
    const events = eventsIn(log)
    if (of(events, 'instrument.resolved').length === wishes && events.length === length) return events
    length = events.length
  }
}

const of = <T extends Topic>(events: readonly Event[], topic: T): PayloadOf<T>[] =>
  events.filter((event) => event.topic === topic).map(({ payload }) => payload as PayloadOf<T>)
