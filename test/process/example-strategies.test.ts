import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inMemoryRun } from '#compose/in-memory-run.ts'
import { readTopology } from '#compose/topology.ts'
import type { Event } from '#schemas/event.ts'
import { dataSetFeed } from '#services/md/adapters/dataset-feed.ts'
import { writeDataSet } from '#services/md/adapters/write-data-set.ts'
import { exampleMarket, exampleRoles } from '#test/example-market.ts'
import { repository, trader } from '#test/process/trader.ts'
import { eventsIn, LiveTree, removeFolder } from '#test/process/tree.ts'

let folder = ''
const names = readdirSync(join(repository, 'strategies')).map((file) => basename(file, '.yaml'))

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trader-examples-'))
  writeDataSet(join(folder, 'data'), {
    origin: { kind: 'generated', format: 'bars', options: {}, sources: [] },
    isSimulated: true,
    facts: () => exampleMarket(130),
    leftOut: () => ({ badLines: 0, rows: {} }),
    onProgress: () => undefined,
  })
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
    startsAt: Date.UTC(2021, 2, 1) * 1_000,
    feed: { kind: 'data-set', path: 'data', speed: 'max' },
    account: { currency: 'USD', startingCash: '1000000' },
    venue: { fill: 'next-open', fees: { takerBps: 1, makerBps: 0 } },
    strategies,
  }
  writeFileSync(file, JSON.stringify(text))
  return file
}

async function runTree(run: string, lockstep: boolean): Promise<Event[]> {
  const tree = new LiveTree(folder, run, topology(run, lockstep))
  await tree.drained(lockstep ? 500 : 1_500)
  expect(await tree.stop()).toBe(0)
  return eventsIn(tree.log)
}

const intentsIn = (events: readonly Event[]) =>
  events.flatMap(({ topic, id, at, payload }) => (topic === 'strategy.intent' ? [{ id, at, payload }] : []))

test('every example wishes the same in a lockstep tree as in the backtest of the same data', async () => {
  const file = topology('steps', true)
  const backtest: Event[] = []
  inMemoryRun(readTopology(file))(dataSetFeed(join(folder, 'data')), (event) => backtest.push({ ...event }))
  const expected = intentsIn(backtest)
  // The options of one come near to their expiry, and are rolled.
  expect(
    backtest.some(({ topic, payload }) => topic === 'instrument.resolved' && (payload as { isRoll?: true }).isRoll),
  ).toBe(true)
  // Without a process that says scores, the one that a model gates stays out.
  const silent = names.filter(
    (name) => !expected.some(({ payload }) => (payload as { strategy: string }).strategy === name),
  )
  expect(silent).toEqual(['calm-momentum'])
  expect(intentsIn(await runTree('steps', true))).toEqual(expected)
  expect((await trader(['verify', 'steps', '--logs', 'logs'], { cwd: folder })).exitCode).toBe(0)
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
