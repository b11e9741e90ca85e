import { zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { contentOf } from '#lib/codec/event-text.ts'
import { LineFile } from '#lib/journal/line-file.ts'
import type { ReadDisk } from '#lib/journal/log-disk.ts'
import { lineOf } from '#lib/journal/log-line.ts'
import { frameParams, seekTable } from '#lib/journal/packed-file.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { below, type Chance, chanceOf, pick } from '#test/faults/chance.ts'
import { fact, groupOf } from '#test/lib/journal/bodies.ts'

const seed = Number(process.env.TRADER_SEED ?? 20_261_125)
const corruptions = Number(process.env.TRADER_CORRUPTIONS ?? 1_000_000)

const bodies = [fact('md', 1, 0), fact('md', 1, 1), ...groupOf('risk', 1, 3), fact('clock', 1, 0, 'system.time')]
const lines = bodies.map((body, i) => lineOf(contentOf(i + 1, body), { durable: i, following: i === 2 ? 2 : 0 }))
const plain = Buffer.from(lines.map((line) => `${line}\n`).join(''))

describe('a log with wrong bits', () => {
  it(`[J15] shows each of ${corruptions} corruptions of one bit, several or a run of them`, {
    timeout: 600_000,
  }, () => {
    const undetected = corrupt(plain, 'log.jsonl', corruptions)
    process.stderr.write(`integrity: ${corruptions} corruptions of lines, ${undetected} undetected, seed ${seed}\n`)
    expect(undetected).toBe(0)
  })

  it('[J20] shows each of 5,000 in a compressed segment', { timeout: 120_000 }, () => {
    const half = plain.indexOf(10, plain.length / 2) + 1
    const parts = [plain.subarray(0, half), plain.subarray(half)]
    const frames = parts.map((part) => zstdCompressSync(part, frameParams))
    const table = seekTable(
      frames.map((frame, i) => ({ packedBytes: frame.length, plainBytes: parts[i]?.length ?? 0 })),
    )
    expect(corrupt(Buffer.concat([...frames, table]), 'log.jsonl.zst', 5_000)).toBe(0)
  })
})

/** How many of so many corruptions leave a file that reads as if nothing were wrong, and is not what was written. */
function corrupt(whole: Buffer, path: string, times: number): number {
  const chance = chanceOf(seed)
  const bytes = Buffer.from(whole)
  const disk = diskWith(bytes)
  let undetected = 0
  for (let i = 0; i < times; i++) {
    flip(bytes, chance)
    const isPacked = path.endsWith('.zst')
    const read = readWhole(disk, path, isPacked)
    if (read !== null && !bytes.equals(whole) && !(isPacked && read === plain.toString())) undetected++
    whole.copy(bytes)
  }
  expect(readWhole(disk, path, true)).toBe(plain.toString())
  return undetected
}

/** What is in the file, where that is wanted; null when something is wrong with it. */
function readWhole(disk: ReadDisk, path: string, isTextWanted: boolean): string | null {
  try {
    const file = new LineFile(disk, path)
    let text = ''
    let seq = 0
    while (file.next()) {
      if (!file.isIntact || file.seq !== ++seq) return null
      if (isTextWanted) text += file.bytes.toString()
    }
    return seq === lines.length ? text : null
  } catch (error) {
    if (error instanceof UserError) return null
    throw error
  }
}

function flip(bytes: Buffer, chance: Chance): void {
  const flipAt = (at: number, mask: number) => {
    bytes[at] = (bytes[at] as number) ^ mask
  }
  switch (pick(chance, ['bit', 'bits', 'run'] as const)) {
    case 'bit':
      flipAt(below(chance, bytes.length), 1 << below(chance, 8))
      return
    case 'bits':
      for (let n = 2 + below(chance, 7); n > 0; n--) flipAt(below(chance, bytes.length), 1 << below(chance, 8))
      return
    case 'run': {
      const from = below(chance, bytes.length)
      for (let at = from; at < Math.min(bytes.length, from + 1 + below(chance, 12)); at++)
        flipAt(at, 1 + below(chance, 255))
    }
  }
}

const diskWith = (bytes: Buffer): ReadDisk => ({
  list: () => [],
  openToRead: () => ({
    size: bytes.length,
    read: (buffer, at) => bytes.copy(buffer, 0, at),
    close: () => undefined,
  }),
})
