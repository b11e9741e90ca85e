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
import { below, chanceOf } from '#test/faults/chance.ts'
import { type LoneProcess, startLone } from '#test/process/lone-process.ts'
import { eventsIn, removeFolder } from '#test/process/tree.ts'

// The real log, router, resolver, gate, order engine and venue, a process each; ten strategies wish as fast as the router takes it.
const folder = mkdtempSync(join(tmpdir(), 'trader-race-'))
const keys = join(folder, 'keys')
const log = join(folder, 'logs', 'race')
const instrument = 'ACME.SIM'
const strategies = Array.from({ length: 10 }, (_, i) => `racer-${i}`)
const each = 1_000
const maxPosition = 250
const maxGross = 20_000
const price = 100
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
  const limits = `{ maxPosition: '${maxPosition}', maxGrossExposure: '${maxGross}', maxOrderNotional: '5000' }`
  const lines = [
    'run: race',
    'feed: { kind: seeded }',
    'bars: [{ interval: 5s }]',
    "account: { currency: USD, startingCash: '1000000' }",
    'venue: { fill: touch }',
    `risk: { limits: ${limits}, selfTrade: allow, approvalTtlMs: 60000 }`,
    'strategies:',
    ...strategies.map((name) => `  - { file: ${name}.yaml, roles: { underlying: ${instrument} } }`),
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
  const quote = { bid: '99.99', bidSize: '40', ask: '100.00', askSize: '40' }
  await publish('md', [
    { topic: 'md.instrument', at, payload: { instrument, kind: 'equity', ...listing } },
    { topic: 'md.tick', at, payload: { kind: 'quote', instrument, ...quote } },
    { topic: 'md.tick', at, payload: { kind: 'trade', instrument, price: '100.00', size: '1', aggressor: 'buy' } },
  ])
  const wishes = Array.from({ length: strategies.length * each }, (_, i) => ({
    topic: 'strategy.intent',
    at,
    payload: {
      strategy: strategies[i % strategies.length],
      hash: 'a'.repeat(64),
      role: 'underlying',
      target: 'long',
      size: { kind: 'quantity', quantity: String(1 + below(chance, 60)) },
      // Some take what is displayed, the rest stays on the book.
      limitBps: below(chance, 2) === 0 ? 5 : 0,
      reason: 'race',
    },
  }))
  await publish('strategy', wishes as never)
  const events = await whenAnswered(wishes.length)
  const approved = worstCases(events, 'risk.approved')
  const submitted = worstCases(events, 'order.submitted')
  expect(approved.units).toBeLessThanOrEqual(Math.min(maxPosition, maxGross / price))
  expect(submitted.units).toBeLessThanOrEqual(approved.units)
  // Checked one by one, without the others, all of it would have passed.
  expect(approved.units).toBeGreaterThan(0.9 * Math.min(maxPosition, maxGross / price))
  const refused = new Set(of(events, 'risk.rejected').map(({ code }) => code))
  expect([...refused]).toContain('EXPOSURE_EXCEEDS_MAX')
  expect(of(events, 'order.submitted').length).toBe(of(events, 'risk.approved').length)
}, 180_000)

async function publish(identity: 'md' | 'strategy', facts: readonly Omit<Fact, 'epoch' | 'n'>[]): Promise<void> {
  const publisher = new FeedPublisher({
    url,
    identity,
    source: `${identity}-race`,
    secret: readSecret(keys, identity),
    open: async function* () {
      yield facts.map((fact, n) => ({ ...fact, epoch: 1, n })) as readonly Fact[]
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

/** The most that could have been held at any event, all strategies added up: positions and all that is on its way. */
function worstCases(events: readonly Event[], from: 'risk.approved' | 'order.submitted'): { units: number } {
  const working = new Map<string, { strategy: string; signed: number }>()
  const held = new Map<string, number>()
  let units = 0
  for (const { id, topic, payload } of events) {
    if (topic === from && topic === 'risk.approved') work(id.replace('risk:', 't-').replace('.', '-'), payload)
    else if (topic === from && topic === 'order.submitted') work(payload.clientOrderId, payload)
    else if (topic === 'order.fill') {
      const signed = payload.side === 'buy' ? Number(payload.quantity) : -Number(payload.quantity)
      held.set(payload.strategy, (held.get(payload.strategy) ?? 0) + signed)
      const order = working.get(payload.clientOrderId)
      if (order) order.signed -= signed
    } else if (['order.canceled', 'order.expired', 'order.rejected', 'order.denied'].includes(topic))
      working.delete((payload as { clientOrderId: string }).clientOrderId)
    let sum = 0
    for (const strategy of strategies) {
      const own = [...working.values()].filter((order) => order.strategy === strategy).map(({ signed }) => signed)
      const position = held.get(strategy) ?? 0
      const buys = own.reduce((total, signed) => total + Math.max(0, signed), position)
      const sells = own.reduce((total, signed) => total + Math.min(0, signed), position)
      sum += Math.max(Math.abs(buys), Math.abs(sells))
    }
    units = Math.max(units, sum)
  }
  return { units }

  function work(
    clientOrderId: string,
    { strategy, side, quantity }: { strategy: string; side: string; quantity: string },
  ) {
    working.set(clientOrderId, { strategy, signed: side === 'buy' ? Number(quantity) : -Number(quantity) })
  }
}

const of = <T extends Topic>(events: readonly Event[], topic: T): PayloadOf<T>[] =>
  events.filter((event) => event.topic === topic).map(({ payload }) => payload as PayloadOf<T>)
