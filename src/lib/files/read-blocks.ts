import { closeSync, existsSync, globSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, zstdDecompressSync } from 'node:zlib'

/** Where a block of lines lies in its file, and of which time it is. One line of an index, with its checksum. */
export type Block = {
  readonly offset: number
  readonly bytes: number
  readonly lines: number
  readonly firstAt: number
  readonly lastAt: number
}

/** The files of a folder in order of time. */
export const blockFilesIn = (dir: string): string[] =>
  globSync('*/*.jsonl.zst', { cwd: dir })
    .sort()
    .map((name) => join(dir, name))

/** Has the file an index? Then it is one of blocks. */
export const isOfBlocks = (file: string): boolean => existsSync(indexOf(file))

const indexOf = (file: string): string => file.replace(/(\.jsonl\.zst)?$/, '.index')

/** The blocks of a file. Where a line of its index is damaged, what lies between those beside it is a block of unknown lines; what is torn at the end is in no line. */
export function blocksOf(file: string): Block[] {
  if (!isOfBlocks(file)) return []
  const blocks: Block[] = []
  let end = 0
  let lastAt = 0
  const fill = (to: number): void => {
    if (to > end) blocks.push({ offset: end, bytes: to - end, lines: 0, firstAt: lastAt, lastAt })
  }
  let isUnknown = false
  for (const line of readFileSync(indexOf(file), 'latin1').split('\n')) {
    if (line === '') continue
    const block = blockIn(line)
    isUnknown = block === null || block.offset < end
    if (block === null || isUnknown) continue
    fill(block.offset)
    blocks.push(block)
    end = block.offset + block.bytes
    lastAt = block.lastAt
  }
  // Blocks are whole before their lines are written.
  if (isUnknown) fill(statSync(file).size)
  return blocks
}

/** A block as a line of its index. */
export const indexLine = (block: Block): string => {
  const text = JSON.stringify(block)
  return `${text} ${crc32(text)}`
}

function blockIn(line: string): Block | null {
  const end = line.lastIndexOf(' ')
  const text = line.slice(0, end)
  return end > 0 && line.slice(end + 1) === String(crc32(text)) ? (JSON.parse(text) as Block) : null
}

/** The lines of a block as bytes; null where it is not what was written. */
export function unpackBlock(file: string, { offset, bytes }: Block): Buffer | null {
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
    return zstdDecompressSync(packed)
  } catch {
    return null
  }
}
