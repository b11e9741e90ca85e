import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { serviceTopics } from '#compose/assignments.ts'
import { awaitConfigs } from '#compose/await-configs.ts'
import { readRights } from '#compose/read-rights.ts'
import { configsOf } from '#compose/service-configs.ts'
import { readTopology } from '#compose/topology.ts'
import { connectBus } from '#lib/bus/bus-client.ts'
import { MemoryLog } from '#lib/journal/memory-log.ts'
import type { Fact } from '#schemas/event.ts'
import { openBus, secret } from '../lib/bus/bus-of-test.ts'

const folder = mkdtempSync(join(tmpdir(), 'trader-await-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = 1_764_000_000_000_000

test('the market begins when every service is configured and every strategy has said what it asks for, not before', async () => {
  const keys = join(folder, 'keys')
  mkdirSync(keys)
  writeFileSync(join(keys, 'md.secret'), secret, { mode: 0o600 })
  for (const name of ['one', 'two'])
    writeFileSync(
      join(folder, `${name}.yaml`),
      `name: ${name}
inputs: { price: { role: underlying, timeframe: 5s }, slow: { sma: [3], of: price } }
entry: { long: price.close > slow, short: price.close < slow }
size: { quantity: 1 }
`,
    )
  writeFileSync(
    join(folder, 'topology.yaml'),
    `feed: { kind: seeded }
bars: [{ interval: 5s }]
venue: { fill: touch }
strategies:
  - { file: one.yaml, roles: { underlying: ACME.SIM } }
  - { file: two.yaml, roles: { underlying: ACME.SIM } }
`,
  )
  const topology = readTopology(join(folder, 'topology.yaml'))
  const bus = await openBus(new MemoryLog(), { secretOf: () => secret, mayRead: readRights(serviceTopics(topology)) })
  let isBegun = false
  const begun = awaitConfigs(
    { url: bus.url, keys, assigned: false },
    topology,
    new AbortController().signal,
    () => undefined,
  )
  void begun.then(() => {
    isBegun = true
  })
  const say = async (identity: string, topic: Fact['topic'], n: number, payload: unknown) => {
    const door = await connectBus({ url: bus.url, identity, secret, from: null, topics: null })
    await door.publishFacts([{ topic, at, epoch: 1, n, payload } as Fact])
    await door.close()
  }
  const configs = Object.entries(configsOf(topology))
  // The strategies' configuration is neither the first nor the last.
  for (const [service, config] of configs) await say(service, 'system.config', 0, { service, ...config })
  const hash = '0'.repeat(64)
  await say('strategy', 'strategy.loaded', 1, { strategy: 'one', hash, requests: [] })
  // Whoever would begin too early has had the time for it.
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(isBegun).toBe(false)
  await say('strategy', 'strategy.loaded', 2, { strategy: 'two', hash, requests: [] })
  await begun
  expect(isBegun).toBe(true)
  await bus.close()
})
