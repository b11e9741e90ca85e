import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe } from 'vitest'

/** Recordings and expected values that are kept beside the repository, or where TRADER_SHARED says. */
export const sharedDir = process.env.TRADER_SHARED ?? fileURLToPath(new URL('../../shared/', import.meta.url))
export const hasShared = existsSync(sharedDir)

/** A suite that is skipped, and counted as skipped, where the shared folder is not there. Its body runs there too: what that reads goes through `ifShared`. */
export const describeShared = describe.skipIf(!hasShared)

/** What a suite's body reads of the shared folder; `without` where that is not there. */
export const ifShared = <T>(read: () => T, without: T): T => (hasShared ? read() : without)

/** A JSON file of the shared folder, trusted to have the shape that the caller names. */
export const readSharedJson = <T>(path: string): T => JSON.parse(readFileSync(`${sharedDir}${path}`, 'utf8')) as T

/** A CSV file of the shared folder without quoting: one object a line, by column name. */
export function readSharedCsv(path: string): Record<string, string>[] {
  const [header = '', ...lines] = readFileSync(`${sharedDir}${path}`, 'utf8').trimEnd().split(/\r?\n/)
  const columns = header.split(',')
  return lines.map((line) => {
    const cells = line.split(',')
    return Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? '']))
  })
}
