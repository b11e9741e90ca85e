import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import { version } from '#lib/process/version.ts'
import type { BacktestResult, ResultBook } from './backtest-result.ts'
import type { configsOf } from './service-configs.ts'
import { strategiesIn } from './strategies-in.ts'
import { placed, type Topology } from './topology.ts'
import { simulatedVenue } from './venue-settings.ts'

/** What the data is a function of. */
const DataDescribed = z.object({ name: z.string(), hash: z.string(), isSimulated: z.boolean() })
export type DataDescribed = z.infer<typeof DataDescribed>

export const BacktestManifest = z.object({
  /** Its id: the name of its folder. */
  run: z.string(),
  version: z.string(),
  /** The files, and the SHA-256 of each as it was run. */
  strategies: z.array(z.object({ file: z.string(), hash: z.string() })),
  fill: z.string(),
  configHash: z.string(),
  data: DataDescribed,
  startsAt: z.int(),
  events: z.int(),
  /** SHA-256 over the content of every event, a line each. */
  contentHash: z.string(),
})
export type BacktestManifest = z.infer<typeof BacktestManifest>

type Configs = ReturnType<typeof configsOf>

export type FinishedRun = {
  readonly topology: Topology
  readonly configs: Configs
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
  const hashes = strategyHashes(configs)
  const manifest: BacktestManifest = {
    run: basename(resolve(folder)),
    version,
    strategies: topology.strategies.map(({ file }, i) => ({ file, hash: hashes[i] as string })),
    fill,
    configHash: configHash(configs),
    data,
    startsAt,
    events,
    contentHash,
  }
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  for (const [name, text] of Object.entries(resultFiles(book, result))) write(name, text)
  write('topology.json', jsonText({ ...placed(topology), run: manifest.run }))
  write('manifest.json', jsonText(manifest))
  return { manifest, result, equity: book.equityByDay }
}

/** What follows from the log alone. */
export const resultFiles = (book: ResultBook, result: BacktestResult): Readonly<Record<string, string>> => ({
  'trades.csv': book.tradesCsv(),
  'equity.csv': book.equityCsv(),
  'result.json': jsonText(result),
})

export const configHash = (configs: Configs): string =>
  createHash('sha256').update(JSON.stringify(configs)).digest('hex')

/** In the order of the configuration. */
export const strategyHashes = ({ strategy }: Configs): readonly string[] =>
  strategiesIn(strategy?.config).map(({ hash }) => hash)

const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
