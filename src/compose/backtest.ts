import { join } from 'node:path'
import { makeFolder } from '#lib/files/make-folder.ts'
import { InProcess } from '#lib/kernel/in-process.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { Event, Fact } from '#schemas/event.ts'
import { feedSource } from '#services/md/adapters/open-feed.ts'
import { ResultBook } from './backtest-result.ts'
import { RunLog } from './run-log.ts'
import { configsOf } from './service-configs.ts'
import { everyService } from './services.ts'
import type { Topology } from './topology.ts'
import { type DataDescribed, type WrittenRun, writeRun } from './write-run.ts'

export type Backtest = {
  readonly topology: Topology
  /** The facts of the feed: source `md-feed`, epoch 1, n from 0. */
  readonly facts: Iterable<Fact>
  readonly data: DataDescribed
  readonly folder: string
  /** `2026-11-24` */
  readonly date: string
  readonly onFacts: (done: number) => void
}

/** Takes every fact through every service in this process and writes the run's folder. The manifest is written last. */
export function runBacktest(backtest: Backtest): WrittenRun {
  const { topology, facts, data, folder, date, onFacts } = backtest
  const configs = configsOf(topology)
  makeFolder(folder)
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
  return writeRun({ topology, configs, data, folder, book, startsAt, events: log.events, contentHash })
}
