import { readZipEntry, type ZipEntry, zipEntries } from '#lib/files/zip-archive.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { ImportFile, ImportPlan, Listed } from './import-plan.ts'
import { factorFileAt, splitsIn, withSplits } from './lean/factor-file.ts'
import { leanClock } from './lean/lean-clock.ts'
import { type Listing, leanListing } from './lean/lean-instrument.ts'
import { type LeanPath, parseLeanPath } from './lean/lean-path.ts'
import { leanReader, type Side } from './lean/lean-reader.ts'
import { type LeanZone, leanZones } from './lean/lean-zone.ts'
import { readSymbolProperties, termsOf } from './lean/symbol-properties.ts'
import { LineFault } from './line-fault.ts'
import type { MarketSource } from './market-source.ts'
import { mergeByTime } from './merge-by-time.ts'
import { readLines } from './read-lines.ts'
import type { ReadReport } from './read-report.ts'
import { filesIn, sourceFiles } from './source-files.ts'

export type LeanOptions = {
  /** Which price of quote bars becomes the bar: the middle where nothing is said. */
  readonly side?: Side
  /** Of an instrument that has both trade bars and quote bars of a width, which are taken: trades where nothing is said. */
  readonly bars?: 'trade' | 'quote'
  readonly keepsSuspicious?: boolean
}

/** LEAN's zips, by their places in its folders; rules [MD-I1].. in SPEC.md. */
export function planLeanImport(named: readonly string[], options: LeanOptions = {}): ImportPlan {
  const found = sourceFiles(named, ['.zip'])
  const factors = found.filter(({ path }) => factorFileAt(path) !== null)
  const files = found
    .filter((file) => !factors.includes(file))
    .map((file) => ({ ...file, lean: parseLeanPath(file.path) }))
  const { taken, notes } = withoutRivals(files, options.bars ?? 'trade')
  const propertiesOf = once(readSymbolProperties)
  const zonesOf = once(leanZones)
  const guessed = new Map<string, string>()
  const listed = new Map<string, Listed>()
  const sources: MarketSource[] = []
  for (const { path, lean } of taken) {
    const { zone, isKnown }: LeanZone = zonesOf(lean.root)(lean)
    if (!isKnown) guessed.set(`${lean.type}/${lean.market}`, zone)
    for (const entry of entriesOf(path, lean)) {
      const listing = listingOf(path, lean, entry)
      listed.set(listing.instrument, { ...listing, ...termsOf(propertiesOf(lean.root), lean) })
      sources.push(entrySource(path, { lean, zone }, entry, listing.instrument, options))
    }
  }
  for (const { path } of factors) takeSplits(path, taken, sources, ({ root, ...of }) => zonesOf(root)(of).zone)
  notes.push(...factorsLeftOut(named, taken, factors))
  for (const [market, zone] of guessed)
    notes.push(`no market hours of ${market} beside the files: their times are read as ${zone}`)
  return { files: [...taken, ...factors].map(({ path, as }) => ({ path, as })), sources, listed, notes }
}

/** Factor files of a folder are taken by name alone: prices of before a split stay as they were told. */
function factorsLeftOut(
  named: readonly string[],
  taken: readonly LeanFile[],
  factors: readonly ImportFile[],
): readonly string[] {
  const known = new Set(factors.map(({ path }) => path))
  const left = named
    .flatMap((path) => filesIn(path, ['.csv']))
    .filter(({ path }) => !known.has(path) && taken.some(({ lean }) => isFactorFileOf(path, lean)))
  const [one] = left
  if (one === undefined) return []
  return [`splits of ${left.length} factor files left out: name them too, like ${one.path}, and they are told`]
}

const isFactorFileOf = (path: string, { type, market, ticker }: LeanPath): boolean => {
  const of = factorFileAt(path)
  return type === 'equity' && market === of?.market && ticker === of.ticker
}

/** The splits of a factor file go among the prices of its shares, whose sources become one. */
function takeSplits(
  path: string,
  taken: readonly LeanFile[],
  sources: MarketSource[],
  zoneOf: (lean: LeanPath) => string,
): void {
  const own = taken.filter(({ lean }) => isFactorFileOf(path, lean))
  const [first] = own
  if (first === undefined)
    throw new UserError('is the factor file of shares whose prices are not imported', { file: path })
  const { instrument } = leanListing(first.lean, '')
  const splits = inFile(path, () => splitsIn(path, instrument, zoneOf(first.lean)))
  const prices = sources.filter(({ file: name }) => own.some((one) => name.startsWith(`${one.path}:`)))
  const rest = sources.filter((source) => !prices.includes(source))
  const one: MarketSource = {
    file: path,
    notBefore: Math.min(...prices.map(({ notBefore }) => notBefore)),
    facts: (report) => withSplits(mergeByTime(prices, report), splits),
  }
  sources.splice(0, sources.length, ...rest, one)
}

/** What lies beside the files of a folder is read once. */
function once<Known>(read: (root: string) => Known): (root: string) => Known {
  const known = new Map<string, Known>()
  return (root) => {
    const one = known.get(root) ?? read(root)
    known.set(root, one)
    return one
  }
}

type LeanFile = ImportFile & { readonly lean: LeanPath }

/** Trade bars and quote bars of one instrument and width would be the same bars twice; open interest is no price. */
function withoutRivals(
  files: readonly LeanFile[],
  preferred: 'trade' | 'quote',
): { taken: LeanFile[]; notes: string[] } {
  const seriesOf = ({ type, market, resolution, ticker }: LeanPath) => `${type}/${market}/${resolution}/${ticker}`
  const hasPreferred = new Set(files.filter(({ lean }) => lean.content === preferred).map(({ lean }) => seriesOf(lean)))
  const taken: LeanFile[] = []
  let rivals = 0
  let openInterest = 0
  for (const file of files) {
    const { lean } = file
    const isOption = lean.type === 'option' || lean.type === 'indexoption' || lean.type === 'futureoption'
    const isRival =
      lean.resolution !== 'tick' && !isOption && lean.content !== preferred && hasPreferred.has(seriesOf(lean))
    if (lean.content === 'openinterest') openInterest++
    else if (isRival) rivals++
    else taken.push(file)
  }
  const other = preferred === 'trade' ? 'quote' : 'trade'
  const notes: string[] = []
  if (rivals > 0)
    notes.push(
      `${rivals} files of ${other} bars left out, since there are ${preferred} bars of the same width (--bars ${other} takes them instead)`,
    )
  if (openInterest > 0) notes.push(`${openInterest} files of open interest left out: they hold no prices`)
  return { taken, notes }
}

/** Each entry once: some archives hold the same one twice, under two names. */
function entriesOf(file: string, { type }: LeanPath): ZipEntry[] {
  const holdsMany = type === 'option' || type === 'indexoption' || type === 'futureoption' || type === 'future'
  const once = new Map<string, ZipEntry>()
  for (const entry of inFile(file, () => zipEntries(file))) {
    const content = `${entry.crc},${entry.unpackedBytes}`
    const key = holdsMany ? `${entry.name},${content}` : content
    if (!once.has(key)) once.set(key, entry)
  }
  const entries = [...once.values()]
  if (holdsMany || entries.length <= 1) return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  throw new UserError(`holds ${entries.length} files that differ, expected one`, { file })
}

function listingOf(file: string, lean: LeanPath, entry: ZipEntry): Listing {
  return inFile(file, () => leanListing(lean, entry.name))
}

function entrySource(
  file: string,
  { lean, zone }: { readonly lean: LeanPath; readonly zone: string },
  entry: ZipEntry,
  instrument: string,
  options: LeanOptions,
): MarketSource {
  const notBefore = inFile(file, () => (lean.date === undefined ? 0 : leanClock(zone, 'tick', lean.date).startOf('0')))
  const { side = 'mid', keepsSuspicious = false } = options
  const name = `${file}:${entry.name}`
  return {
    file: name,
    notBefore,
    facts(report: ReadReport) {
      const onSuspicious = () => report.leaveOut('called suspicious by their source')
      const onAbsentSide = () => report.leaveOut(`quote bars without ${side === 'mid' ? 'both sides' : `a ${side}`}`)
      const clock = leanClock(zone, lean.resolution, lean.date)
      const read = leanReader({ path: lean, clock, instrument, side, keepsSuspicious, onSuspicious, onAbsentSide })
      return readLines(name, readZipEntry(file, entry), read, report)
    },
  }
}

/** What is wrong with a file as a whole is the user's to mend. */
function inFile<T>(file: string, open: () => T): T {
  try {
    return open()
  } catch (error) {
    if (error instanceof LineFault || (error instanceof Error && !(error instanceof UserError)))
      throw new UserError(error.message, { file })
    throw error
  }
}
