import { join } from 'node:path'
import type { LogFault } from '#lib/journal/check-segment.ts'
import type { Checkpoint } from '#lib/journal/checkpoint.ts'
import { isOfSystem, type ReadDisk } from '#lib/journal/log-disk.ts'
import { firstSeqOf, openNow, topicSegments } from '#lib/journal/log-files.ts'
import type { Retained } from '#lib/journal/retained.ts'
import { endOf } from '#lib/journal/segment-ends.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** The topic files that are gone, or shorter than they were at a checkpoint. */
export function* shortFiles(
  disk: ReadDisk,
  folder: string,
  files: Checkpoint['files'],
  removed: () => Retained | null,
): Generator<LogFault> {
  for (const [namespace, { path, bytes }] of Object.entries(files)) {
    const firstSeq = firstSeqOf(path)
    const segment = topicSegments(disk, folder, namespace).find((one) => one.firstSeq === firstSeq)
    // Before a file is removed it is said there.
    if (firstSeq <= (removed()?.namespaces[namespace]?.to ?? 0)) continue
    const fault = { file: segment?.path ?? join(folder, path), kind: 'missing' } as const
    if (segment === undefined) yield { ...fault, offset: 0, seq: firstSeq, message: 'is missing' }
    else {
      const end = endNow(disk, segment)
      const message = `ends at byte ${end?.bytes}, and had ${bytes}`
      if (end !== null && end.bytes < bytes) yield { ...fault, offset: end.bytes, seq: end.lastSeq + 1, message }
    }
  }
}

/** Null where it cannot be read, which is a fault of its own. */
function endNow(disk: ReadDisk, segment: { path: string; firstSeq: number }) {
  try {
    return openNow(disk, segment, (path) => endOf(disk, path))
  } catch (error) {
    if (!isOfSystem(error) && !(error instanceof UserError)) throw error
    return null
  }
}
