import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { readRaw } from '#lib/files/read-chunks.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { barsApart } from './bars-apart.ts'
import type { Origin } from './data-set-manifest.ts'
import type { ImportFile, ImportPlan } from './import-plan.ts'
import type { MarketSource } from './market-source.ts'
import { mergeByTime } from './merge-by-time.ts'
import type { ImportChoices } from './plan-import.ts'
import { countingReport, type LeftOut, nothingLeftOut } from './read-report.ts'
import { checkTerms, instrumentsOf, type Survey, surveyFacts, type Terms, tooFine } from './survey.ts'
import { finishedDataSet, type Written, writeDataSet } from './write-data-set.ts'

export type ImportRequest = {
  readonly dir: string
  readonly format: string
  readonly plan: ImportPlan
  /** Everything the user said that changes the contents. */
  readonly choices: ImportChoices
  readonly terms: Terms
  readonly skipsBadLines: boolean
  readonly progress: ImportProgress
}

/** An import reads everything twice: once to check it and to know its instruments, once to write it. */
export type ImportProgress = {
  checking(facts: number): void
  writing(events: number, total: number): void
}

/** `lost`: what is missing of files that are cut. */
export type Imported = Written & { readonly firstBadLines: readonly string[]; readonly lost: readonly string[] }

/** Makes `dir` the data set of the plan's files. A file that cannot be read is found before anything is written. */
export function importMarketData(request: ImportRequest): Imported {
  const { dir, plan, terms, skipsBadLines, progress } = request
  checkTerms(terms)
  const origin = originOf(request)
  const finished = finishedDataSet(dir, origin)
  if (finished !== null) return { manifest: finished, how: 'unchanged', firstBadLines: [], lost: [] }

  let leftOut = nothingLeftOut()
  const read = (into: LeftOut) => {
    const report = countingReport(into, skipsBadLines)
    let newest: MarketSource | undefined
    const facts = mergeByTime(plan.sources, report, (source) => {
      newest = source
    })
    return barsApart(facts, { report, skipsOverlapping: skipsBadLines, file: () => newest?.file })
  }
  let survey = surveyFacts(read(leftOut), plan.listed, terms, progress.checking)
  const fine = tooFine(survey)
  if (fine.length > 0 && plan.refuseOddPrices !== undefined) {
    plan.refuseOddPrices(fine)
    leftOut = nothingLeftOut()
    survey = surveyFacts(read(leftOut), plan.listed, terms, progress.checking)
  }
  if (survey.facts === 0) throw new UserError('these files hold no market data', { file: plan.files[0]?.path })
  const listings = instrumentsOf(survey, plan.listed, terms)
  const written = writeDataSet(dir, {
    origin,
    isSimulated: false,
    facts: () => {
      leftOut = nothingLeftOut()
      return listedFirst(listings, survey, read(leftOut))
    },
    leftOut: () => ({ badLines: leftOut.badLines, rows: leftOut.rows }),
    onProgress: (events) => progress.writing(events, listings.length + survey.facts),
  })
  return { ...written, firstBadLines: leftOut.firstBadLines, lost: leftOut.lost }
}

function* listedFirst(
  listings: ReturnType<typeof instrumentsOf>,
  { firstAt }: Survey,
  facts: Iterable<MarketFact>,
): Generator<MarketFact> {
  for (const payload of listings) yield { at: firstAt, topic: 'md.instrument', payload }
  yield* facts
}

const originOf = ({ format, choices, terms, skipsBadLines, plan }: ImportRequest): Origin => ({
  kind: 'import',
  format,
  // What was not said is left out, as JSON does.
  options: JSON.parse(JSON.stringify({ ...choices, ...terms, skipsBadLines: skipsBadLines || undefined })),
  sources: plan.files.map(fingerprint),
})

function fingerprint({ path, as }: ImportFile): Origin['sources'][number] {
  const hash = createHash('sha256')
  for (const chunk of readRaw(path)) hash.update(chunk)
  return { name: as, bytes: statSync(path).size, sha256: hash.digest('hex') }
}
