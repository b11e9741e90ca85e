import { closeSync, openSync, readSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import { type Block, blockFilesIn, blocksOf } from './block-files.ts'

/** Takes the newest lines of a folder of block files, about so many (whole blocks), in order, without blocks that are damaged. */
export const newestLinesIn =
  (dir: string, onDamage: (file: string, offset: number) => void) =>
  (most: number, take: (line: string) => void): void => {
    const wanted: { readonly file: string; readonly block: Block }[] = []
    let lines = 0
    for (const file of blockFilesIn(dir).reverse())
      for (const block of blocksOf(file).reverse()) {
        if (lines >= most) break
        wanted.push({ file, block })
        lines += block.lines
      }
    for (const { file, block } of wanted.reverse()) {
      const whole = linesOf(file, block)
      if (whole === null) onDamage(file, block.offset)
      else for (const line of whole) take(line)
    }
  }

/** Null where the block is not what was written. */
function linesOf(file: string, { offset, bytes }: Block): string[] | null {
  const packed = Buffer.alloc(bytes)
  const fd = openSync(file, 'r')
  try {
    for (let done = 0; done < bytes; ) {
      const read = readSync(fd, packed, done, bytes - done, offset + done)
      if (read === 0) break
      done += read
    }
  } finally {
    closeSync(fd)
  }
  try {
    return zstdDecompressSync(packed).toString('utf8').trimEnd().split('\n')
  } catch {
    return null
  }
}
