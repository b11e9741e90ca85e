import { openLineSealed } from '#lib/journal/log-line.ts'
import { readRawLog } from '#lib/journal/read-log.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { readSnapshotHeads } from '#lib/journal/snapshot-files.ts'
import { type SnapshotHead, sha256Of } from '#lib/kernel/snapshot.ts'
import { codeHash } from '#lib/process/version.ts'

type At = { readonly folder: string; readonly run: string; readonly service: string }

/** Where this code begins in the log of a run: the newest snapshot of a service that is its own, and of an event that is there. [R25] */
export const newestBelieved = (at: At): SnapshotHead | undefined => headsOf(at).find((head) => isBelieved(head, at))

/** The one at which it begins should all others turn out not to be whole. */
export const oldestBelieved = (at: At): SnapshotHead | undefined => headsOf(at).findLast((head) => isBelieved(head, at))

const headsOf = ({ folder, service }: At) => readSnapshotHeads(realDisk, folder, service)

const isBelieved = (head: SnapshotHead, { folder, run, service }: At): boolean =>
  head.service === service && head.run === run && head.code === codeHash && isOf(folder, head)

function isOf(folder: string, { seq, eventHash }: SnapshotHead): boolean {
  try {
    for (const { line } of readRawLog(folder, { from: seq, to: seq, isKeptEnough: true }))
      return sha256Of(openLineSealed(line)) === eventHash
    return false
  } catch {
    // What cannot be read the service is not shown either.
    return false
  }
}
