import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inMemoryRun } from '#compose/in-memory-run.ts'
import { readTopology } from '#compose/topology.ts'
import type { Event } from '#schemas/event.ts'
import { dataSetFeed } from '#services/md/adapters/dataset-feed.ts'
import { hourlyRun, hourlyStart, hourlyStrategy, hourlyTrades, wishesIn } from '#test/hourly-market.ts'
import { writeMadeDataSet } from '#test/made-data-set.ts'
import { trader } from '#test/process/trader.ts'
import { eventsIn, LiveTree, removeFolder } from '#test/process/tree.ts'

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trader-two-timeframes-'))
  writeFileSync(join(folder, 'two.yaml'), hourlyStrategy)
  writeMadeDataSet(join(folder, 'data'), () => hourlyTrades(1_500))
})
afterAll(() => removeFolder(folder))

function topology(run: string, lockstep: boolean): string {
  const file = join(folder, `${run}.yaml`)
  const text = {
    run,
    logs: join(folder, 'logs'),
    keys: join(folder, 'keys'),
    router: { port: 0 },
    lockstep,
    startsAt: hourlyStart,
    feed: { kind: 'data-set', path: 'data', speed: 'max' },
    bars: [{ interval: '1m' }, { interval: '1h' }],
    ...hourlyRun('two.yaml'),
  }
  writeFileSync(file, JSON.stringify(text))
  return file
}

async function runTree(run: string, lockstep: boolean): Promise<Event[]> {
  const tree = new LiveTree(folder, run, topology(run, lockstep))
  await tree.drained(lockstep ? 500 : 1_500)
  expect(await tree.stop()).toBe(0)
  expect((await trader(['verify', run, '--logs', 'logs'], { cwd: folder })).exitCode).toBe(0)
  return eventsIn(tree.log)
}

/** Without what answers a refusal: who refuses the last order of a feed that ends, and when, is the venue's. */
const ofConditions = (events: readonly Event[]) =>
  events.filter(({ payload }) => !('reason' in payload && payload.reason?.startsWith('entry refused') === true))

test('[T6] two timeframes wish the same in a backtest, in a lockstep tree and in a free tree at full speed', async () => {
  const backtest: Event[] = []
  inMemoryRun(readTopology(topology('steps', true)))(dataSetFeed(join(folder, 'data')), (event) =>
    backtest.push({ ...event }),
  )
  const expected = wishesIn(ofConditions(backtest))
  expect(expected.length).toBeGreaterThan(10)
  expect(wishesIn(ofConditions(await runTree('steps', true)))).toEqual(expected)
  expect(wishesIn(ofConditions(await runTree('free', false)))).toEqual(expected)
}, 240_000)
