import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DamagedSegments } from '#lib/journal/damaged-segments.ts'
import type { LogDisk, ReadFile } from '#lib/journal/log-disk.ts'
import { namespacesIn, packedEnding, plainSegments, topicSegments } from '#lib/journal/log-files.ts'
import { isThere } from '#lib/journal/new-file.ts'
import { type Frame, PackedFile, seekTable } from '#lib/journal/packed-file.ts'
import { endOf } from '#lib/journal/segment-ends.ts'
import { repairHint } from '#lib/journal/segment-lines.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** Whole lines of about that much are a frame: what a reader has to unpack to get at one of them. */
const frameBytes = 256 << 10
/** Of a single segment that waits, between two frames; of many less, so that what is compressed keeps up with what is said. */
const pauseMs = 16
/** So much is made durable at a time: a commit has to wait for what the disk is about to write. */
const syncBytes = 1 << 20

export type PackOptions = {
  /** Segments up to there are durable, and no recovery cuts them. */
  readonly through: number
  readonly compress: (bytes: Buffer) => Promise<Buffer>
  /** Asked between two frames: nobody waits for this work. */
  readonly isWanted: () => boolean
  readonly damaged: DamagedSegments
}

/** Compresses sealed topic segments. Whatever dies meanwhile, each is there plain or compressed, whole. */
export async function packSegments(disk: LogDisk, folder: string, options: PackOptions): Promise<void> {
  for (const namespace of namespacesIn(disk, folder)) {
    const newest = topicSegments(disk, folder, namespace).at(-1)?.firstSeq ?? 0
    const waiting = plainSegments(disk, folder, namespace).filter(({ firstSeq }) => firstSeq < newest)
    for (const { path } of waiting) {
      if (options.damaged.has(path)) continue
      const footer = options.damaged.look(path, () => endOf(disk, path).footer)
      if (footer === null || footer.lastSeq > options.through) continue
      const pause = () => sleep(pauseMs / waiting.length)
      try {
        if (!(await packSegment(disk, path, footer, { ...options, pause }))) return
      } catch (error) {
        if (isThere(disk, freshOf(path))) disk.remove(freshOf(path))
        options.damaged.tell(path, error)
      }
    }
  }
}

const freshOf = (path: string): string => `${path}${packedEnding}.new`

/** False when it was stopped. */
async function packSegment(
  disk: LogDisk,
  path: string,
  footer: { bytes: number; sha256: string },
  { compress, isWanted, pause }: Pick<PackOptions, 'compress' | 'isWanted'> & { readonly pause: () => Promise<void> },
): Promise<boolean> {
  const packed = `${path}${packedEnding}`
  const fresh = freshOf(path)
  if (isThere(disk, fresh)) disk.remove(fresh)
  const from = disk.openToRead(path)
  const to = disk.create(fresh)
  const isStopped = async (at: number): Promise<boolean> => {
    if (at > 0) await pause()
    return !isWanted()
  }
  try {
    const frames: Frame[] = []
    let packedBytes = 0
    let syncedBytes = 0
    for (let at = 0; at < from.size; ) {
      if (await isStopped(at)) return false
      const plain = wholeLinesAt(from, at)
      const bytes = await compress(plain)
      to.write(bytes, packedBytes)
      frames.push({ packedBytes: bytes.length, plainBytes: plain.length })
      packedBytes += bytes.length
      at += plain.length
      if (packedBytes - syncedBytes < syncBytes) continue
      syncedBytes = packedBytes
      await to.sync('packed.file')
    }
    to.write(seekTable(frames), packedBytes)
    const whole = new PackedFile(to, fresh)
    const hash = createHash('sha256')
    const plain = Buffer.allocUnsafe(frameBytes)
    for (let at = 0; at < footer.bytes; ) {
      if (await isStopped(at)) return false
      const length = whole.read(plain.subarray(0, footer.bytes - at), at)
      if (length === 0) break
      hash.update(plain.subarray(0, length))
      at += length
    }
    if (hash.digest('hex') !== footer.sha256)
      throw new UserError('is not what was sealed: it stays as it is', { file: path, hint: repairHint })
    await to.sync('packed.file')
  } finally {
    from.close()
    to.close()
  }
  disk.rename(fresh, packed)
  disk.syncFolder(dirname(packed), 'packed.folder')
  disk.remove(path)
  return true
}

function wholeLinesAt(file: ReadFile, at: number): Buffer {
  for (let length = frameBytes; ; length *= 2) {
    const bytes = Buffer.allocUnsafe(Math.min(length, file.size - at))
    file.read(bytes, at)
    const end = at + bytes.length === file.size ? bytes.length : bytes.lastIndexOf(10) + 1
    if (end > 0) return bytes.subarray(0, end)
  }
}
