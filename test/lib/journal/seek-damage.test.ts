import { expect, it } from 'vitest'
import { contentOf } from '#lib/codec/event-text.ts'
import { lineOf } from '#lib/journal/log-line.ts'
import { makeFolders } from '#lib/journal/new-file.ts'
import { packFrame, seekTable } from '#lib/journal/packed-file.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { below, chanceOf } from '#test/faults/chance.ts'
import { SimDisk } from '#test/faults/sim-disk.ts'
import { fact } from './bodies.ts'

const folder = '/logs/live'
const date = `${folder}/md/2026-11-27`
const perFrame = 5
const frames = 10
const chance = chanceOf(20_261_127)

/** Of a namespace that has every other event of the log, each long enough that a file of them is searched. */
const seqs = Array.from({ length: frames * perFrame }, (_, i) => 2 * i + 1)
const lines = seqs.map((seq) => {
  const text = Array.from({ length: 300 + below(chance, 300) }, () => below(chance, 1e9)).join()
  return `${lineOf(contentOf(seq, fact('md', 1, seq, 'md.bar', text)), { durable: seq - 1 })}\n`
})
const last = seqs.at(-1) as number

function diskWith(name: string, bytes: Buffer, at: number): SimDisk {
  const disk = new SimDisk(chance)
  makeFolders(disk, date)
  const damaged = Buffer.from(bytes)
  damaged[at] = (damaged[at] as number) ^ 1
  disk.put(`${date}/${name}`, damaged)
  return disk
}

/** What a reader is given, and what it is told then. */
function read(disk: SimDisk, from: number): { seqs: number[]; refusal: string | null } {
  const given: number[] = []
  try {
    for (const { seq } of readLog(folder, { disk, from, topics: ['md'], acknowledged: last })) given.push(seq)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { seqs: given, refusal: `${error.file}: ${error.message}` }
  }
  return { seqs: given, refusal: null }
}

/** Whoever begins behind what is damaged, events `first` to `end`, gets all; who has to pass it what is in front of it. */
function expectAround(disk: SimDisk, name: string, { first, end }: { first: number; end: number }): void {
  for (let from = 1; from <= last; from += 1 + below(chance, 12)) expectFrom(from)
  for (const from of [first - 1, first, end, end + 1, end + 2]) if (from > 0 && from <= last) expectFrom(from)
  function expectFrom(from: number) {
    const { seqs: given, refusal } = read(disk, from)
    if (from > end + 1) expect({ given, refusal }).toEqual({ given: seqs.filter((seq) => seq >= from), refusal: null })
    else {
      expect(given).toEqual(seqs.filter((seq) => seq >= from && seq < first))
      expect(refusal).toMatch(new RegExp(`^${date}/${name}: event \\d+ is damaged.* at byte \\d+`))
    }
  }
}

it('[J11] [J20] one damaged frame of a compressed segment keeps readers from its events, and from no others', async () => {
  const packed = await Promise.all(
    Array.from({ length: frames }, (_, i) =>
      packFrame(Buffer.from(lines.slice(i * perFrame, (i + 1) * perFrame).join(''))),
    ),
  )
  const sizes = packed.map((frame, i) => ({
    packedBytes: frame.length,
    plainBytes: Buffer.byteLength(lines.slice(i * perFrame, (i + 1) * perFrame).join('')),
  }))
  const name = '000000000001.jsonl.zst'
  let at = 0
  for (const [i, frame] of packed.entries()) {
    const disk = diskWith(
      name,
      Buffer.concat([...packed, seekTable(sizes)]),
      at + 20 + below(chance, frame.length - 20),
    )
    const first = seqs[i * perFrame] as number
    expectAround(disk, name, { first, end: first + 2 * (perFrame - 1) })
    at += frame.length
  }
})

it('[J11] one damaged line of a plain segment keeps readers from its event, and from no others', () => {
  const whole = Buffer.from(lines.join(''))
  for (let i = 0; i < lines.length; i += 1 + below(chance, 20)) {
    const line = Buffer.from(lines[i] as string)
    const at = Buffer.from(lines.slice(0, i).join('')).length + below(chance, line.length - 1)
    const name = '000000000001.jsonl'
    expectAround(diskWith(name, whole, at), name, { first: seqs[i] as number, end: seqs[i] as number })
  }
})
