import { createHash } from 'node:crypto'
import { instrumentOfFact } from '#lib/market/market-fact.ts'
import { eventText } from './data-set-log.ts'
import type { DataSetManifest } from './data-set-manifest.ts'
import { readDataSet } from './read-data-set.ts'

/** How the events of an instrument lie in time: counts in equal parts of the data set's range. */
export type Coverage = { readonly instrument: string; readonly counts: readonly number[] }

export type Looked = {
  readonly coverage: readonly Coverage[]
  /** Of the events as they are now; not the manifest's when they have been changed. */
  readonly contentHash: string
}

/** Reads every event once. Listings are no prices and do not count. */
export function lookThrough(dir: string, { instruments, firstAt, lastAt }: DataSetManifest, parts: number): Looked {
  const counts = new Map(instruments.map(({ instrument }) => [instrument, new Array<number>(parts).fill(0)]))
  const perPart = (lastAt - firstAt + 1) / parts
  const hash = createHash('sha256')
  let seq = 0
  for (const fact of readDataSet(dir)) {
    hash.update(`${eventText(fact, ++seq)}}\n`)
    const instrument = instrumentOfFact(fact)
    if (fact.topic === 'md.instrument' || instrument === null) continue
    const own = counts.get(instrument)
    const part = Math.min(parts - 1, Math.floor((fact.at - firstAt) / perPart))
    if (own !== undefined) own[part] = (own[part] as number) + 1
  }
  return {
    coverage: [...counts].map(([instrument, own]) => ({ instrument, counts: own })),
    contentHash: hash.digest('hex'),
  }
}

/** One character a part: blank where there is nothing, higher where there is more. */
export function sparkline(counts: readonly number[]): string {
  const most = Math.max(1, ...counts)
  return counts.map((count) => (count === 0 ? ' ' : blocks[Math.ceil((count / most) * blocks.length) - 1])).join('')
}

const blocks = '▁▂▃▄▅▆▇█'
