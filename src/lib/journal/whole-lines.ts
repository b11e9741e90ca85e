import { LineFile } from '#lib/journal/line-file.ts'
import type { ReadDisk, ReadFile } from '#lib/journal/log-disk.ts'
import { isPacked, openNow, packedEnding, type Segment } from '#lib/journal/log-files.ts'
import { unpackWhole } from '#lib/journal/packed-file.ts'

export type WholeLine = { readonly seq: number; readonly text: string }

/** The lines of a segment that are whole, whatever else is damaged in it. */
export function* wholeLines(disk: ReadDisk, segment: Segment): Generator<WholeLine> {
  const file = openNow(disk, segment, (path) =>
    isPacked(path)
      ? new LineFile({ list: () => [], openToRead: () => unpacked(disk, path) }, path.slice(0, -packedEnding.length))
      : new LineFile(disk, path),
  )
  try {
    while (file?.next()) if (file.isIntact) yield { seq: file.seq, text: file.line }
  } finally {
    file?.close()
  }
}

function unpacked(disk: ReadDisk, path: string): ReadFile {
  const file = disk.openToRead(path)
  try {
    const packed = Buffer.alloc(file.size)
    const plain = unpackWhole(packed.subarray(0, file.read(packed, 0)))
    return { size: plain.length, read: (buffer, at) => plain.copy(buffer, 0, at), close: () => undefined }
  } finally {
    file.close()
  }
}
