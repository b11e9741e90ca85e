import { UserError } from '#lib/terminal/user-error.ts'
import { InstrumentId } from '#schemas/primitives.ts'
import type { NamedColumns } from './csv/csv-columns.ts'
import { planArchiveImport } from './import-archive.ts'
import { planChainImport } from './import-chain.ts'
import { planCsvImport } from './import-csv.ts'
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
  readonly instrument?: string
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
      return planParquetImport(files, { ...choices, instrument: instrumentIn(choices.instrument) })
    case 'csv':
      return planCsvImport(files, { ...choices, instrument: instrumentIn(choices.instrument) })
  }
}

function instrumentIn(instrument: string | undefined): string {
  if (instrument === undefined)
    throw new UserError('the file does not say what it is of', {
      hint: 'say it with --instrument, like BTCUSDT.BINANCE',
    })
  if (InstrumentId.safeParse(instrument).success) return instrument
  throw new UserError(`not an instrument: ${instrument}`, { hint: '--instrument takes one like BTCUSDT.BINANCE' })
}

const flagsOf = (choice: keyof ImportChoices, { columns }: ImportChoices): string =>
  (choice === 'columns' ? Object.keys(columns ?? {}) : [choice]).map((name) => `--${kebab(name)}`).join(' ')

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
