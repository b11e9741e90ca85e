import { createHash } from 'node:crypto'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { makeFolder } from '#lib/files/make-folder.ts'
import { instrumentOfFact, type MarketFact } from '#lib/market/market-fact.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { DataSetLog, eventText } from './data-set-log.ts'
import {
  type DataSetManifest,
  hasManifest,
  type Origin,
  readManifest,
  readUnfinished,
  unfinishedFile,
  unwrittenFile,
  writeManifest,
  writeUnfinished,
} from './data-set-manifest.ts'

export type Written = {
  readonly manifest: DataSetManifest
  /** `unchanged`: it was there already, whole. */
  readonly how: 'new' | 'continued' | 'unchanged'
}

export type DataSetContents = {
  readonly origin: Origin
  readonly isSimulated: boolean
  /** The same facts in the same order every time it is asked; asked for only when there is something to write. */
  readonly facts: () => Iterable<MarketFact>
  /** Asked for once all facts have been read. */
  readonly leftOut: () => DataSetManifest['leftOut']
  readonly onProgress: (events: number) => void
}

/** The manifest of a data set with this origin, when the folder holds it whole already. Throws a UserError when it holds another. */
export function finishedDataSet(dir: string, origin: Origin): DataSetManifest | null {
  if (!hasManifest(dir)) return null
  // Killed after the manifest was in place: then this is all that was left to do.
  rmSync(unfinishedFile(dir), { force: true })
  const manifest = readManifest(dir)
  if (isDeepStrictEqual(manifest.origin, origin)) return manifest
  throw new UserError('this folder holds another data set', { file: dir, hint: hintWhere(manifest.origin, origin) })
}

/** What to do where a folder holds what has another origin. */
const hintWhere = (held: Origin, asked: Origin): string =>
  isDeepStrictEqual(inAnyOrder(held), inAnyOrder(asked))
    ? 'of these very files in another order, which decides what comes first at one instant: name them as then, or give another folder with --to'
    : 'give another folder with --to, or remove this one'

const inAnyOrder = ({ sources, ...rest }: Origin) => ({
  ...rest,
  sources: sources.map(({ name, sha256 }) => `${name} ${sha256}`).sort(),
})

/**
 * Makes the folder hold these contents: from nothing, or by going on where it was interrupted. However often it was killed,
 * the bytes are those of an undisturbed run; with the same contents in place it changes nothing.
 */
export function writeDataSet(dir: string, contents: DataSetContents): Written {
  const finished = finishedDataSet(dir, contents.origin)
  if (finished !== null) return { manifest: finished, how: 'unchanged' }
  const how = claim(dir, contents.origin)
  const log = new DataSetLog(dir)
  const hash = createHash('sha256')
  const tally = new Tally()
  const kept = log.head
  let seq = 0
  for (const fact of contents.facts()) {
    const text = eventText(fact, ++seq)
    hash.update(`${text}}\n`)
    tally.count(fact)
    if (seq > kept) log.append(text)
    if ((seq & 0xfff) === 0) contents.onProgress(seq)
  }
  log.close()
  contents.onProgress(seq)
  const manifest: DataSetManifest = {
    format: 'trader-data-set',
    version: 1,
    origin: contents.origin,
    isSimulated: contents.isSimulated,
    events: seq,
    ...tally.result(),
    leftOut: contents.leftOut(),
    contentHash: hash.digest('hex'),
  }
  writeManifest(dir, manifest)
  rmSync(unfinishedFile(dir))
  return { manifest, how }
}

/** Takes an empty folder, or one that the same import has left. */
function claim(dir: string, origin: Origin): 'new' | 'continued' {
  if (existsSync(dir) && readdirSync(dir).some((name) => name !== unwrittenFile)) {
    const begun = readUnfinished(dir)
    if (begun === null)
      throw new UserError('this folder is not empty', { file: dir, hint: 'give a new folder with --to' })
    if (isDeepStrictEqual(begun, origin)) return 'continued'
    const hint = hintWhere(begun, origin)
    throw new UserError('this folder holds an interrupted import of something else', { file: dir, hint })
  }
  makeFolder(dir)
  writeUnfinished(dir, origin)
  return 'new'
}

type Seen = { instrument: string; events: number; firstAt: number; lastAt: number; streams: Set<string> }

class Tally {
  readonly #topics = new Map<string, number>()
  readonly #instruments = new Map<string, Seen>()
  #firstAt: number | null = null
  #lastAt = 0

  count(fact: MarketFact): void {
    const { topic, at } = fact
    this.#topics.set(topic, (this.#topics.get(topic) ?? 0) + 1)
    this.#firstAt ??= at
    this.#lastAt = at
    const instrument = instrumentOfFact(fact)
    if (instrument === null) return
    const seen = this.#instruments.get(instrument) ?? {
      instrument,
      events: 0,
      firstAt: at,
      lastAt: at,
      streams: new Set<string>(),
    }
    if (seen.events === 0) this.#instruments.set(instrument, seen)
    seen.events++
    seen.lastAt = at
    if (topic === 'md.bar') seen.streams.add(fact.payload.interval)
    else if (topic === 'md.tick') seen.streams.add(fact.payload.kind)
  }

  result(): Pick<DataSetManifest, 'topics' | 'firstAt' | 'lastAt' | 'instruments'> {
    const byName = [...this.#topics].sort(([a], [b]) => (a < b ? -1 : 1))
    return {
      topics: Object.fromEntries(byName),
      firstAt: this.#firstAt ?? 0,
      lastAt: this.#lastAt,
      instruments: [...this.#instruments.values()].map((seen) => ({ ...seen, streams: [...seen.streams].sort() })),
    }
  }
}
