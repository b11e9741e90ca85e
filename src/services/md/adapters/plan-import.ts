import { UserError } from '#lib/terminal/user-error.ts'
import { InstrumentId } from '#schemas/primitives.ts'
import type { NamedColumns } from './csv/csv-columns.ts'
import { planArchiveImport } from './import-archive.ts'
import { planChainImport } from './import-chain.ts'
import { type CsvOptions, planCsvImport } from './import-csv.ts'
import { planLeanImport } from './import-lean.ts'
import { planParquetImport } from './import-parquet.ts'
import type { ImportPlan, Listed } from './import-plan.ts'
import { planRawImport } from './import-raw.ts'

export const importFormats = ['lean', 'csv', 'parquet', 'archive', 'chain', 'raw'] as const
export type ImportFormat = (typeof importFormats)[number]

/** What a user may say of an import besides its files; each format takes some. */
export type ImportChoices = {
  readonly side?: 'bid' | 'ask' | 'mid'
  readonly bars?: 'trade' | 'quote'
  readonly keepSuspicious?: true
  readonly venue?: string
  /** One for all files, or one for each that is named. */
  readonly instrument?: readonly string[]
  readonly kind?: Listed['kind']
  readonly interval?: string
  readonly timeFormat?: string
  readonly timeIs?: 'start' | 'end'
  readonly zone?: string
  readonly delimiter?: string
  readonly columns?: NamedColumns
}

const choicesOf: Readonly<Record<ImportFormat, readonly (keyof ImportChoices)[]>> = {
  lean: ['side', 'bars', 'keepSuspicious'],
  raw: ['venue'],
  archive: ['venue'],
  chain: [],
  csv: ['instrument', 'kind', 'interval', 'timeFormat', 'timeIs', 'zone', 'delimiter', 'columns'],
  parquet: ['instrument', 'kind', 'interval', 'timeFormat', 'timeIs', 'zone', 'columns'],
}

/** What will be read. Throws a UserError on a choice that the format does not have, and on one that is missing. */
export async function planImport(
  format: ImportFormat,
  files: readonly string[],
  choices: ImportChoices,
): Promise<ImportPlan> {
  const made = (Object.keys(choices) as (keyof ImportChoices)[]).filter((choice) => choices[choice] !== undefined)
  const stray = made.find((choice) => !choicesOf[format].includes(choice))
  if (stray !== undefined) throw new UserError(`${flagsOf(stray, choices)} does not go with --format ${format}`)
  switch (format) {
    case 'lean':
      return planLeanImport(files, { ...choices, keepsSuspicious: choices.keepSuspicious })
    case 'raw':
      if (choices.venue === undefined)
        throw new UserError('whose frames are they?', { hint: 'say it with --venue, like binance or deribit' })
      return planRawImport(files, choices.venue)
    case 'archive':
      return planArchiveImport(files, choices.venue)
    case 'chain':
      return planChainImport(files)
    case 'parquet':
      return planEach(files, choices, planParquetImport)
    case 'csv':
      return planEach(files, choices, planCsvImport)
  }
}

/** Files that do not say what they are of: all of one instrument, or each of its own. */
async function planEach(
  files: readonly string[],
  { instrument: instruments = [], ...choices }: ImportChoices,
  planFiles: (files: readonly string[], options: CsvOptions) => ImportPlan | Promise<ImportPlan>,
): Promise<ImportPlan> {
  const [first, ...others] = instruments
  if (first === undefined)
    throw new UserError('the file does not say what it is of', {
      hint: 'say it with --instrument, like BTCUSDT.BINANCE',
    })
  const wrong = instruments.find((instrument) => !InstrumentId.safeParse(instrument).success)
  if (wrong !== undefined)
    throw new UserError(`not an instrument: ${wrong}`, { hint: '--instrument takes one like BTCUSDT.BINANCE' })
  if (others.length === 0) return planFiles(files, { ...choices, instrument: first })
  if (instruments.length !== files.length)
    throw new UserError(`${instruments.length} instruments of ${files.length} files`, {
      hint: '--instrument once for all of them, or once for each, in their order',
    })
  const plans: ImportPlan[] = []
  const close = () => plans.forEach((plan) => void plan.close?.())
  try {
    for (const [i, file] of files.entries())
      plans.push(await planFiles([file], { ...choices, instrument: instruments[i] as string }))
  } catch (error) {
    close()
    throw error
  }
  return {
    files: plans.flatMap((plan) => plan.files),
    sources: plans.flatMap((plan) => plan.sources),
    listed: new Map(plans.flatMap((plan) => [...plan.listed])),
    notes: plans.flatMap((plan) => plan.notes),
    close,
  }
}

const flagsOf = (choice: keyof ImportChoices, { columns }: ImportChoices): string =>
  (choice === 'columns' ? Object.keys(columns ?? {}) : [choice]).map((name) => `--${kebab(name)}`).join(' ')

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
