import { closeSync, openSync, readSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import { type Block, blockFilesIn, blocksOf } from './block-files.ts'

/** Takes the newest lines of a folder of block files, about so many (whole blocks), in order. */
export const newestLinesIn =
  (dir: string) =>
  (most: number, take: (line: string) => void): void => {
    const wanted: { readonly file: string; readonly block: Block }[] = []
    let lines = 0
    for (const file of blockFilesIn(dir).reverse())
      for (const block of blocksOf(file).reverse()) {
        if (lines >= most) break
        wanted.push({ file, block })
        lines += block.lines
      }
    for (const { file, block } of wanted.reverse()) for (const line of linesOf(file, block)) take(line)
  }

function linesOf(file: string, { offset, bytes }: Block): string[] {
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
  return zstdDecompressSync(packed).toString('utf8').trimEnd().split('\n')
}
