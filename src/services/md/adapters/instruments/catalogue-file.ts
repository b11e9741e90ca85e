import { existsSync } from 'node:fs'
import { fileLines } from '#lib/files/file-lines.ts'
import { writeWholeFile } from '#lib/files/write-whole-file.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { CatalogueEntry } from './catalogue-entry.ts'

/** By instrument. */
export type Catalogue = Map<string, CatalogueEntry>

/** Reads a catalogue, an instrument a line; an empty one where there is no file yet and that is allowed. Throws a UserError with file and line. */
export function readCatalogue(file: string, mayBeMissing = false): Catalogue {
  const catalogue: Catalogue = new Map()
  if (!existsSync(file)) {
    if (mayBeMissing) return catalogue
    throw new UserError('there is no such catalogue', { file, hint: 'trader instruments import makes one' })
  }
  let line = 0
  for (const text of fileLines(file)) {
    line++
    if (text.trim() === '') continue
    const entry = entryIn(text)
    if (typeof entry === 'string') throw new UserError(entry, { file, line })
    catalogue.set(entry.instrument, entry)
  }
  return catalogue
}

/** Writes a catalogue in order of its instruments, whole or not at all. */
export function writeCatalogue(file: string, catalogue: Catalogue): void {
  const entries = [...catalogue.values()].sort((a, b) => (a.instrument < b.instrument ? -1 : 1))
  writeWholeFile(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
}

function entryIn(text: string): CatalogueEntry | string {
  try {
    const entry = CatalogueEntry.safeParse(JSON.parse(text))
    if (entry.success) return entry.data
    const [issue] = entry.error.issues
    return `${issue?.path.join('.')}: ${issue?.message}`
  } catch (error) {
    if (error instanceof SyntaxError) return `is not JSON: ${error.message}`
    throw error
  }
}
