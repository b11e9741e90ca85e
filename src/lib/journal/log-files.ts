import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export type Segment = { readonly path: string; readonly firstSeq: number }

export const journalFolder = (folder: string): string => join(folder, 'journal')
export const segmentName = (firstSeq: number): string => `${String(firstSeq).padStart(12, '0')}.jsonl`

/** The files of the journal, in order of seq; none for a finished run. */
export const journalSegments = (folder: string): Segment[] => segmentsIn(journalFolder(folder))

/** The namespaces that have a folder. */
export const namespacesIn = (folder: string): string[] =>
  foldersIn(folder, /^[a-z][a-z0-9_]*$/).filter((name) => name !== 'journal')

/** The files of a namespace, of all dates, in order of seq. */
export function topicSegments(folder: string, namespace: string): Segment[] {
  const dates = foldersIn(join(folder, namespace), /^\d{4}-\d{2}-\d{2}$/)
  return dates.flatMap((date) => segmentsIn(join(folder, namespace, date))).sort((a, b) => a.firstSeq - b.firstSeq)
}

function segmentsIn(folder: string): Segment[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => /^\d{12}\.jsonl$/.test(name))
  return names.sort().map((name) => ({ path: join(folder, name), firstSeq: Number(name.slice(0, 12)) }))
}

function foldersIn(folder: string, pattern: RegExp): string[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory() && pattern.test(entry.name)).map(({ name }) => name)
  return names.sort()
}
