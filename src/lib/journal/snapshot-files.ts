import { join } from 'node:path'
import type { LogDisk, ReadDisk } from '#lib/journal/log-disk.ts'
import { makeFolders, replaceFile, syncAbove, textOf } from '#lib/journal/new-file.ts'
import { type FreshSnapshot, readSnapshotText, type Snapshot, snapshotText } from '#lib/kernel/snapshot.ts'

/** So many of a service are kept: the newest may turn out not to be whole. */
const kept = 2

const folderOf = (log: string, service: string): string => join(log, 'snapshots', service)

/** Where the snapshots of a service are in the folder of a log, oldest first. */
export const snapshotFiles = (disk: Pick<ReadDisk, 'list'>, log: string, service: string): string[] =>
  disk
    .list(folderOf(log, service))
    .filter(({ name }) => /^\d{12}\.json$/.test(name))
    .map(({ name }) => join(folderOf(log, service), name))
    .sort()

/** Writes a snapshot, whole or not at all whatever dies meanwhile, and then removes those that are older than the last two. */
export function writeSnapshot(disk: LogDisk, log: string, snapshot: FreshSnapshot): void {
  const { service, seq } = snapshot
  makeFolders(disk, folderOf(log, service))
  const path = join(folderOf(log, service), `${String(seq).padStart(12, '0')}.json`)
  replaceFile(disk, path, snapshotText(snapshot), { file: 'snapshot.file' })
  // Also the folders above it: events may be removed that this one need not hear again.
  syncAbove(disk, path, 'snapshot.folder')
  for (const old of snapshotFiles(disk, log, service).slice(0, -kept)) disk.remove(old)
}

/** Those of a service that are whole, newest first; of another, of one that cannot be read, and of a folder that cannot be listed, `onBroken` is told. */
export function readSnapshots(
  disk: Pick<ReadDisk, 'list' | 'openToRead'>,
  log: string,
  service: string,
  onBroken: (path: string) => void = () => undefined,
): Snapshot[] {
  return listed(disk, log, service, onBroken)
    .reverse()
    .flatMap((file) => {
      const text = readable(disk, file)
      // One that has just gone is not missed: newer ones are there.
      if (text === null) return []
      const snapshot = readSnapshotText(text)
      if (snapshot === null) onBroken(file)
      return snapshot === null ? [] : [snapshot]
    })
}

function listed(
  disk: Pick<ReadDisk, 'list'>,
  log: string,
  service: string,
  onBroken: (path: string) => void,
): string[] {
  try {
    return snapshotFiles(disk, log, service)
  } catch {
    onBroken(folderOf(log, service))
    return []
  }
}

/** Empty where it cannot be read. */
function readable(disk: Pick<ReadDisk, 'openToRead'>, file: string): string | null {
  try {
    return textOf(disk, file)
  } catch {
    return ''
  }
}
