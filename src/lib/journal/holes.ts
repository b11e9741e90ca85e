import { z } from 'zod'
import { checkedLine, checkedText, holesFile } from '#lib/journal/checked-file.ts'
import type { LogDisk, ReadDisk } from '#lib/journal/log-disk.ts'
import { replaceFile } from '#lib/journal/new-file.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** Events [from, to] that a log no longer has whole: they were damaged, and put into quarantine. */
const Hole = z.object({ from: z.int().min(1), to: z.int().min(1) })
export type Hole = z.infer<typeof Hole>

/** In order of seq. Throws a UserError where the file says what cannot be believed: then nobody knows what is missing. */
export function readHoles(disk: Pick<ReadDisk, 'openToRead'>, folder: string): readonly Hole[] {
  const file = holesFile(folder)
  const line = checkedLine(disk, file)
  if (line === null) return []
  if (line === undefined)
    throw new UserError('is not what was written: what the log lacks is not known', {
      file,
      hint: 'trader log repair finds it out anew',
    })
  return z.array(Hole).parse(JSON.parse(line))
}

/** Adds a hole to those that are known. */
export function addHole(disk: LogDisk, folder: string, hole: Hole): void {
  const holes = [...readHoles(disk, folder), hole].sort((a, b) => a.from - b.from)
  const joined: Hole[] = []
  for (const next of holes) {
    const last = joined.at(-1)
    if (last !== undefined && next.from <= last.to + 1)
      joined[joined.length - 1] = { ...last, to: Math.max(last.to, next.to) }
    else joined.push(next)
  }
  replaceFile(disk, holesFile(folder), checkedText(joined), { file: 'holes.file', folder: 'holes.folder' })
}

/** The first seq from `seq` on that is in no hole. */
export function behindHoles(holes: readonly Hole[], seq: number): number {
  let at = seq
  for (const { from, to } of holes) if (from <= at && at <= to) at = to + 1
  return at
}
