import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InProcess } from '#lib/kernel/in-process.ts'
import { version } from '#lib/process/version.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { Event, Fact } from '#schemas/event.ts'
import { feedSource } from '#services/md/adapters/open-feed.ts'
import { type BacktestResult, ResultBook } from './backtest-result.ts'
import { RunLog } from './run-log.ts'
import { configsOf } from './service-configs.ts'
import { everyService } from './services.ts'
import type { Topology } from './topology.ts'

export type Backtest = {
  readonly topology: Topology
  /** The facts of the feed: source `md-feed`, epoch 1, n from 0. */
  readonly facts: Iterable<Fact>
  /** What the data is a function of, for the manifest. */
  readonly data: { readonly name: string; readonly hash: string; readonly isSimulated: boolean }
  readonly folder: string
  /** `2026-11-24` */
  readonly date: string
  readonly onFacts: (done: number) => void
}

export type BacktestManifest = {
  readonly run: string
  readonly version: string
  readonly strategies: readonly string[]
  readonly fill: string
  readonly configHash: string
  readonly data: Backtest['data']
  readonly startsAt: number
  readonly events: number
  readonly contentHash: string
}

/** Takes every fact through every service in this process and writes the run's folder. The manifest is written last. */
export function runBacktest(backtest: Backtest): { manifest: BacktestManifest; result: BacktestResult } {
  const { topology, facts, data, folder, date, onFacts } = backtest
  const configs = configsOf(topology)
  mkdirSync(folder, { recursive: true })
  const log = new RunLog(join(folder, 'log'), date)
  const book = new ResultBook(topology.account)
  const run = new InProcess(everyService, (event: Event) => {
    log.append(event)
    book.take(event)
  })
  let done = 0
  let startsAt = topology.startsAt ?? 0
  for (const fact of facts) {
    if (done++ === 0) {
      startsAt = topology.startsAt ?? fact.at
      for (const { name } of everyService) {
        const payload = { service: name, ...configs[name] }
        run.publish(name, { topic: 'system.config', payload, at: startsAt, epoch: 1, n: 0 } as Fact)
      }
    }
    run.publish(feedSource, fact)
    if ((done & 1_023) === 0) onFacts(done)
  }
  if (done <= 2) throw new UserError('there is no market data in that range', { hint: 'see: trader md stat DIR' })
  const contentHash = log.close()
  const result = book.result(topology.venue.fill, data.isSimulated)
  const manifest: BacktestManifest = {
    run: topology.run,
    version,
    strategies: topology.strategies.map(({ file }) => file),
    fill: topology.venue.fill,
    configHash: createHash('sha256').update(JSON.stringify(configs)).digest('hex'),
    data,
    startsAt,
    events: log.events,
    contentHash,
  }
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write('trades.csv', book.tradesCsv())
  write('equity.csv', book.equityCsv())
  write('result.json', `${JSON.stringify(result, null, 2)}\n`)
  write('topology.json', `${JSON.stringify(topology, null, 2)}\n`)
  write('manifest.json', `${JSON.stringify(manifest, null, 2)}\n`)
  return { manifest, result }
}
