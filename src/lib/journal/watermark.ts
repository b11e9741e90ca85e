import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { isGone, type LogDisk, type LogFile, type ReadDisk } from '#lib/journal/log-disk.ts'
import { textOf } from '#lib/journal/new-file.ts'

/**
 * How far the log goes, for those who read its files: `durable` is on the disk, `acknowledged` is what readers may see. Written after every
 * commit and never synced: after a power cut it may be behind, or missing, but it never promises too much.
 */
export type Watermark = { readonly durable: number; readonly acknowledged: number }

const bytes = 48
// Not in the folder of the journal: it says what is missing where that is gone.
const pathIn = (folder: string): string => join(folder, 'watermark')

export class WatermarkFile {
  readonly #file: LogFile
  readonly #buffer = Buffer.alloc(bytes, ' ')

  constructor(disk: LogDisk, folder: string) {
    this.#file = openOrCreate(disk, pathIn(folder))
  }

  write({ durable, acknowledged }: Watermark): void {
    const text = `${durable} ${acknowledged}`
    this.#buffer.fill(32)
    this.#buffer.write(`${text} ${crc32(text).toString(16)}\n`)
    this.#file.write(this.#buffer, 0)
  }

  close(): void {
    this.#file.close()
  }
}

/** Null where there is none that can be believed. */
export function readWatermark(disk: Pick<ReadDisk, 'openToRead'>, folder: string): Watermark | null {
  const found = /^(\d+) (\d+) ([\da-f]+)\n/.exec(textOf(disk, pathIn(folder)) ?? '')
  if (found === null || crc32(`${found[1]} ${found[2]}`).toString(16) !== found[3]) return null
  return { durable: Number(found[1]), acknowledged: Number(found[2]) }
}

function openOrCreate(disk: LogDisk, path: string): LogFile {
  try {
    return disk.open(path)
  } catch (error) {
    if (!isGone(error)) throw error
    return disk.create(path)
  }
}
