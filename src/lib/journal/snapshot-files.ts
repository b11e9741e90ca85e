import { join } from 'node:path'
import type { LogDisk, ReadDisk } from '#lib/journal/log-disk.ts'
import { makeFolders, replaceFile, syncAbove, textOf } from '#lib/journal/new-file.ts'
import {
  type FreshSnapshot,
  readSnapshotHead,
  readSnapshotText,
  type Snapshot,
  type SnapshotHead,
  snapshotText,
} from '#lib/kernel/snapshot.ts'

/** So many of a service are kept: the newest may turn out not to be whole. */
const kept = 2

const folderOf = (log: string, service: string): string => join(log, 'snapshots', service)
const pathOf = (log: string, service: string, seq: number): string =>
  join(folderOf(log, service), `${String(seq).padStart(12, '0')}.json`)

/** Where the snapshots of a service are in the folder of a log, oldest first. */
export const snapshotFiles = (disk: Pick<ReadDisk, 'list'>, log: string, service: string): string[] =>
  disk
    .list(folderOf(log, service))
    .filter(({ name }) => /^\d{12}\.json$/.test(name))
    .map(({ name }) => join(folderOf(log, service), name))
    .sort()

/**
 * Writes a snapshot, whole or not at all whatever dies meanwhile. Once there are two of its code up to it, all others are removed: older ones, those of
 * other code, and those of events behind it, which this log has not.
 */
export function writeSnapshot(disk: LogDisk, log: string, snapshot: FreshSnapshot): void {
  const { service, seq } = snapshot
  makeFolders(disk, folderOf(log, service))
  const path = pathOf(log, service, seq)
  replaceFile(disk, path, snapshotText(snapshot), { file: 'snapshot.file' })
  // Also the folders above it: events may be removed that this one need not hear again.
  syncAbove(disk, path, 'snapshot.folder')
  const own = readSnapshotHeads(disk, log, service).filter((head) => head.code === snapshot.code && head.seq <= seq)
  if (own.length < kept) return
  const newest = own.slice(0, kept).map((head) => pathOf(log, service, head.seq))
  for (const file of snapshotFiles(disk, log, service)) if (!newest.includes(file)) disk.remove(file)
}

type Disk = Pick<ReadDisk, 'list' | 'openToRead'>

/** Those of a service that are whole, newest first; of another, of one that cannot be read, and of a folder that cannot be listed, `onBroken` is told. */
export const readSnapshots = (
  disk: Disk,
  log: string,
  service: string,
  onBroken: (path: string) => void = unheard,
): Snapshot[] => wholeOnes(disk, listed(disk, log, service, onBroken), readSnapshotText, onBroken)

/** The same without their states. */
export const readSnapshotHeads = (disk: Disk, log: string, service: string): SnapshotHead[] =>
  wholeOnes(disk, listed(disk, log, service, unheard), readSnapshotHead, unheard)

const unheard = () => undefined

function wholeOnes<T>(
  disk: Disk,
  files: readonly string[],
  read: (text: string) => T | null,
  onBroken: (path: string) => void,
): T[] {
  return files.toReversed().flatMap((file) => {
    const text = readable(disk, file)
    // One that has just gone is not missed: newer ones are there.
    if (text === null) return []
    const snapshot = read(text)
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
