import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type CsvOptions, planCsvImport } from './import-csv.ts'
import type { ImportPlan } from './import-plan.ts'
import { sourceFiles } from './source-files.ts'

/** Parquet files, read as CSV with their columns: their rows are put into files beside the system's temporary ones until the plan is closed. */
export async function planParquetImport(named: readonly string[], options: CsvOptions): Promise<ImportPlan> {
  const { writeParquetAsCsv } = await import('#lib/files/parquet-csv.ts')
  const files = sourceFiles(named, ['.parquet', '.pq'])
  const folder = mkdtempSync(join(tmpdir(), 'trader-parquet-'))
  const close = () => rmSync(folder, { recursive: true, force: true })
  try {
    const converted: string[] = []
    for (const [i, { path }] of files.entries()) {
      const to = join(folder, `${i + 1}-${basename(path)}.csv`)
      await writeParquetAsCsv(path, to)
      converted.push(to)
    }
    return { ...planCsvImport(converted, options), files, close }
  } catch (error) {
    close()
    throw error
  }
}
