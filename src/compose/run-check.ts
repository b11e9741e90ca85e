import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { jsonIn } from '#lib/files/json-in.ts'
import type { Event } from '#schemas/event.ts'
import type { ServiceName } from '#schemas/service-rank.ts'
import { ResultBook } from './backtest-result.ts'
import type { ServiceConfig } from './service-configs.ts'
import { everyService } from './services.ts'
import { BacktestManifest, configHash, resultFiles, strategyHashes } from './write-run.ts'

/**
 * Compares what stands beside the log of a backtest with what the log says: all of the result, and of the manifest what a log can tell. Where the
 * data came from and which version ran it cannot.
 */
export class RunCheck {
  readonly #configs = new Map<string, ServiceConfig>()
  #startsAt: number | null = null
  #book: ResultBook | null = null

  take(event: Event): void {
    this.#book?.take(event)
    if (event.topic !== 'system.config') return
    const { service, hash, config } = event.payload
    this.#startsAt ??= event.at
    if (this.#configs.has(service)) return
    this.#configs.set(service, { hash, config })
    if (service === 'pnl') this.#book = new ResultBook(config as { currency: string; startingCash: string })
  }

  /** A sentence for each thing that the log has otherwise. Empty where all is the same, and where nothing stands there. */
  faults(folder: string, log: { readonly events: number; readonly contentHash: string }): readonly string[] {
    const file = join(folder, 'manifest.json')
    if (!existsSync(file)) return []
    const manifest = BacktestManifest.safeParse(jsonIn(file))
    if (!manifest.success) return ['manifest.json is no manifest of a backtest']
    const { fill, data, ...said } = manifest.data
    const configs = Object.fromEntries(
      everyService.flatMap(({ name }) => {
        const config = this.#configs.get(name)
        return config === undefined ? [] : [[name as ServiceName, config] as const]
      }),
    )
    const told = {
      startsAt: this.#startsAt,
      ...log,
      configHash: configHash(configs),
      strategies: strategyHashes(configs).join(' '),
    }
    const promised = { ...said, strategies: said.strategies.map(({ hash }) => hash).join(' ') }
    const differing = (Object.keys(told) as (keyof typeof told)[]).filter((key) => told[key] !== promised[key])
    return [
      ...differing.map((key) => `manifest.json says ${key} ${promised[key]}, the log ${told[key]}`),
      ...this.#otherFiles(folder, fill, data.isSimulated),
    ]
  }

  #otherFiles(folder: string, fill: string, isSimulated: boolean): readonly string[] {
    if (this.#book === null) return []
    const files = resultFiles(this.#book, this.#book.result(fill, isSimulated))
    return Object.entries(files).flatMap(([name, text]) => {
      const file = join(folder, name)
      if (!existsSync(file)) return [`${name} is missing`]
      return readFileSync(file, 'utf8') === text ? [] : [`${name} is not what the log says`]
    })
  }
}
