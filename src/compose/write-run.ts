import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { version } from '#lib/process/version.ts'
import type { BacktestResult, ResultBook } from './backtest-result.ts'
import type { configsOf } from './service-configs.ts'
import { placed, type Topology } from './topology.ts'
import { simulatedVenue } from './venue-settings.ts'

/** What the data is a function of. */
export type DataDescribed = { readonly name: string; readonly hash: string; readonly isSimulated: boolean }

export type BacktestManifest = {
  /** Its id: the name of its folder. */
  readonly run: string
  readonly version: string
  /** The files, and the SHA-256 of each as it was run. */
  readonly strategies: readonly { readonly file: string; readonly hash: string }[]
  readonly fill: string
  readonly configHash: string
  readonly data: DataDescribed
  readonly startsAt: number
  readonly events: number
  /** SHA-256 over the content of every event, a line each. */
  readonly contentHash: string
}

export type FinishedRun = {
  readonly topology: Topology
  readonly configs: ReturnType<typeof configsOf>
  readonly data: DataDescribed
  readonly folder: string
  readonly book: ResultBook
  readonly startsAt: number
  readonly events: number
  readonly contentHash: string
}

/** `equity`: the last value of each day. */
export type WrittenRun = {
  readonly manifest: BacktestManifest
  readonly result: BacktestResult
  readonly equity: readonly number[]
}

/** Writes what stands beside the log of a backtest. The manifest is written last. */
export function writeRun(run: FinishedRun): WrittenRun {
  const { topology, configs, data, folder, book, startsAt, events, contentHash } = run
  const { fill } = simulatedVenue(topology.venue)
  const result = book.result(fill, data.isSimulated)
  const { strategies = [] } = (configs.strategy?.config ?? {}) as { strategies?: readonly { readonly hash: string }[] }
  const manifest: BacktestManifest = {
    run: basename(resolve(folder)),
    version,
    strategies: topology.strategies.map(({ file }, i) => ({ file, hash: strategies[i]?.hash as string })),
    fill,
    configHash: createHash('sha256').update(JSON.stringify(configs)).digest('hex'),
    data,
    startsAt,
    events,
    contentHash,
  }
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  const writeJson = (name: string, value: unknown) => write(name, `${JSON.stringify(value, null, 2)}\n`)
  write('trades.csv', book.tradesCsv())
  write('equity.csv', book.equityCsv())
  writeJson('result.json', result)
  writeJson('topology.json', { ...placed(topology), run: manifest.run })
  writeJson('manifest.json', manifest)
  return { manifest, result, equity: book.equityByDay }
}
