import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '#lib/files/make-folder.ts'
import { readLog } from '#lib/journal/read-log.ts'
import type { Progress } from '#lib/terminal/progress.ts'
import type { Event } from '#schemas/event.ts'
import { generateMarketData } from '#services/md/adapters/generate-market-data.ts'
import { type BacktestData, seededGeneration } from './backtest-data.ts'
import { ResultBook } from './backtest-result.ts'
import { configsOf } from './service-configs.ts'
import { placed, type Topology } from './topology.ts'
import { runTreeToEnd } from './tree-to-end.ts'
import { type WrittenRun, writeRun } from './write-run.ts'

type LockstepBacktest = {
  readonly topology: Topology
  readonly data: BacktestData
  readonly folder: string
  readonly progress: Progress
}

/** The same backtest as a tree of processes, one event at a time: its log has the content hash of the one in this process. */
export async function runLockstepBacktest(backtest: LockstepBacktest): Promise<WrittenRun> {
  const { topology, data, folder, progress } = backtest
  const configs = configsOf(topology)
  makeFolder(folder)
  const feed = topology.feed.kind === 'seeded' ? seededDataSet(join(folder, 'data'), topology.feed.seed) : topology.feed
  // Its log is in <folder>/log, as that of every backtest.
  const place = { run: 'log', logs: folder, lockstep: true, router: { host: '127.0.0.1', port: 0 } }
  const tree = placed({ ...topology, ...place, feed })
  const file = join(folder, 'topology.json')
  writeFileSync(file, `${JSON.stringify(tree, null, 2)}\n`)
  await runTreeToEnd(tree, progress)
  const book = new ResultBook(topology.account)
  const hash = createHash('sha256')
  let events = 0
  for (const { content } of readLog(join(folder, 'log'))) {
    hash.update(`${content}\n`)
    book.take(JSON.parse(content) as Event)
    events++
  }
  const { startsAt = 0 } = topology
  const whole = {
    topology: { ...topology, feed, lockstep: true },
    configs,
    data: data.described,
    folder,
    book,
    startsAt,
    events,
  }
  return writeRun({ ...whole, contentHash: hash.digest('hex') })
}

/** The bars of the built-in market for the processes to read. */
function seededDataSet(path: string, seed: number): Topology['feed'] {
  generateMarketData(path, seededGeneration(seed), () => undefined)
  return { kind: 'data-set', path, speed: 'max' }
}
