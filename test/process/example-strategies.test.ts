import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inMemoryRun } from '#compose/in-memory-run.ts'
import { readTopology } from '#compose/topology.ts'
import { ensureSecret, readSecret } from '#lib/bus/auth.ts'
import { connectBus } from '#lib/bus/bus-client.ts'
import { parseEventId } from '#lib/kernel/event-id.ts'
import type { Event, Fact } from '#schemas/event.ts'
import { serviceRank } from '#schemas/service-rank.ts'
import { exampleMarket, exampleRoles } from '#test/example-market.ts'
import { writeMadeDataSet } from '#test/made-data-set.ts'
import { repository, trader } from '#test/process/trader.ts'
import { contentHash, eventsIn, LiveTree, removeFolder } from '#test/process/tree.ts'

let folder = ''
const names = readdirSync(join(repository, 'strategies')).map((file) => basename(file, '.yaml'))

const startsAt = Date.UTC(2021, 2, 1) * 1_000

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trader-examples-'))
  ensureSecret(join(folder, 'keys'), 'ml')
  writeMadeDataSet(join(folder, 'data'), () => exampleMarket(130))
})
afterAll(() => removeFolder(folder))

/** All examples in one tree, each on its own roles. */
function topology(run: string, lockstep: boolean): string {
  const file = join(folder, `${run}.yaml`)
  const strategies = names.map((name) => ({
    file: join(repository, 'strategies', `${name}.yaml`),
    roles: exampleRoles[name],
  }))
  const text = {
    run,
    logs: join(folder, 'logs'),
    keys: join(folder, 'keys'),
    router: { port: 0 },
    lockstep,
    startsAt,
    feed: { kind: 'data-set', path: 'data', speed: 'max' },
    account: { currency: 'USD', startingCash: '1000000' },
    venue: { fill: 'next-open', fees: { takerBps: 1, makerBps: 0 } },
    strategies,
  }
  writeFileSync(file, JSON.stringify(text))
  return file
}

/** Runs a tree; once every service has its configuration a model says that DAY.SIM is calm, as the process of a model would. */
async function runTree(run: string, lockstep: boolean): Promise<Event[]> {
  const tree = new LiveTree(folder, run, topology(run, lockstep))
  await tree.until(serviceRank.length + names.length)
  await sayScore(tree.routerUrl as string)
  await tree.drained(lockstep ? 500 : 1_500)
  expect(await tree.stop()).toBe(0)
  return eventsIn(tree.log)
}

async function sayScore(url: string): Promise<void> {
  const secret = readSecret(join(folder, 'keys'), 'ml')
  const bus = await connectBus({ url, identity: 'ml', secret, from: null, topics: null })
  const payload = { model: 'calm-market', instrument: 'DAY.SIM', score: 0.8 }
  await bus.publishFacts([{ topic: 'ml.signal', payload, at: startsAt, epoch: 1, n: 0 }])
  await bus.close()
}

const intentsIn = (events: readonly Event[]) =>
  events.flatMap(({ topic, id, at, payload }) => (topic === 'strategy.intent' ? [{ id, at, payload }] : []))

/** The backtest of what entered a run from outside, in its order. */
function backtestOf(events: readonly Event[], file: string): Event[] {
  const facts = events.flatMap(({ id, cause, topic, at, payload }) => {
    const { major, n } = parseEventId(id)
    return cause === null && topic !== 'system.config' ? [{ topic, at, payload, epoch: major, n } as Fact] : []
  })
  const log: Event[] = []
  inMemoryRun(readTopology(file))(facts, (event) => log.push({ ...event }))
  return log
}

test('every example wishes the same in a lockstep tree as in the backtest and in a replay of it', async () => {
  const events = await runTree('steps', true)
  const intents = intentsIn(events)
  const wishing = new Set(intents.map(({ payload }) => (payload as { strategy: string }).strategy))
  expect([...wishing].sort()).toEqual([...names].sort())
  // The options of one come near to their expiry, and are rolled.
  expect(events.some(({ topic, payload }) => topic === 'instrument.resolved' && 'isRoll' in payload)).toBe(true)
  expect(intentsIn(backtestOf(events, topology('steps', true)))).toEqual(intents)
  const logs = ['--logs', 'logs']
  expect((await trader(['verify', 'steps', ...logs], { cwd: folder })).exitCode).toBe(0)
  const replayed = await trader(['replay', 'steps', ...logs, '--run', 'again', '--json'], { cwd: folder })
  expect(JSON.parse(replayed.stdout as string)).toMatchObject({ isSame: true, isWhole: true })
  expect(contentHash(join(folder, 'logs', 'again'))).toBe(contentHash(join(folder, 'logs', 'steps')))
}, 240_000)

test('run free every example is proven by verify, and explained clause by clause from the log', async () => {
  const events = await runTree('free', false)
  const { stdout, exitCode } = await trader(['verify', 'free', '--logs', 'logs', '--json'], { cwd: folder })
  expect(JSON.parse(stdout as string)).toMatchObject({ isProven: true })
  expect(exitCode).toBe(0)
  expect(events.some(({ topic }) => topic === 'order.denied')).toBe(false)
  const last = intentsIn(events).findLast(({ payload }) => (payload as { strategy: string }).strategy === 'ema-cross')
  const explained = await trader(['strategy', 'explain', 'free', 'ema-cross', '--logs', 'logs'], { cwd: folder })
  expect(explained.stderr).toBe('')
  expect(explained.stdout).toContain(`last intent ${last?.id}`)
  expect(explained.stdout).toMatch(
    /entry\.(long|short) +true +fast crosses (above|below) slow {3}\[fast = [\d.]+, fast, 1 before = /,
  )
  const unclear = await trader(['strategy', 'explain', 'free', '--logs', 'logs'], { cwd: folder })
  expect(unclear.exitCode).toBe(2)
  expect(unclear.stderr).toContain('this run has several strategies: name one (it runs ')
}, 240_000)
