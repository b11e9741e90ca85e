import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { BlockFiles } from '#lib/files/block-files.ts'
import type { Damage } from '#lib/files/block-lines.ts'
import { blockFilesIn, blocksOf } from '#lib/files/read-blocks.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { drawBelow, seedRandom } from '#lib/market/seeded-random.ts'
import { rawLine } from '#services/md/adapters/raw/raw-line.ts'
import { readEvents } from '#services/md/adapters/read-events.ts'
import { rebuild, recordedLine } from '#services/md/adapters/rebuild.ts'
import { readRecordingNote, writeRecordingNote } from '#services/md/adapters/recording-note.ts'
import { venueNamed } from '#services/md/adapters/venues.ts'
import type { Fault } from '#test/venues/exchange-box.ts'
import { type Wire, wires } from '#test/venues/made-market.ts'
import { playSchedule } from '#test/venues/virtual-session.ts'

const root = mkdtempSync(join(tmpdir(), 'damaged-'))
afterAll(() => rmSync(root, { recursive: true }))

const firstSeed = Number(process.env.FLIP_SEED ?? 1)
const flips = Number(process.env.FLIPS ?? 120)

/** Frames and events of a played market, in blocks of a few lines, with a file that ends in mid-run. */
async function recorded(wire: Wire): Promise<string> {
  const dir = join(root, wire.name)
  const faults = new Map<number, Fault>([
    [60, 'drop'],
    [150, 'abort'],
  ])
  const { facts: said, records } = playSchedule({ wire, seed: 5, faults, frames: 300 })
  const status = (at: number, state: 'started' | 'ended'): MarketFact => ({
    ...{ at, topic: 'md.status', payload: { feed: wire.name, state, isSimulated: false } },
  })
  const facts = [status(said[0]?.at ?? 0, 'started'), ...said, status(said.at(-1)?.at ?? 0, 'ended')]
  const keep = async (
    folder: string,
    lines: readonly { readonly at: number; readonly text: string }[],
  ): Promise<void> => {
    const files = new BlockFiles(join(dir, folder))
    for (const [i, { at, text }] of lines.entries()) {
      files.append(text, at)
      if (i % 40 === 39) await files.flush()
      if (i === 200) await files.close()
    }
    await files.close()
  }
  await keep(
    'raw',
    records.map((record) => ({ at: record.at, text: rawLine(record) })),
  )
  await keep(
    'events',
    facts.map((fact) => ({ at: fact.at, text: recordedLine(fact) })),
  )
  writeRecordingNote(dir, {
    ...{
      format: 'trader-recording',
      venue: wire.name,
      symbols: [wire.symbol],
      streams: ['depth'],
      keepsRaw: true,
      runs: 12,
    },
  })
  return dir
}

/** One bit of one byte of a file is another one. Gives the place. */
function flip(dir: string, seed: number): { readonly file: string; readonly where: string } {
  const random = seedRandom(seed)
  const files = globSync('**/*.*', { cwd: dir })
    .filter((name) => /\.(zst|index|json)$/.test(name))
    .sort()
  const name = files[drawBelow(random, files.length)] as string
  const bytes = readFileSync(join(dir, name))
  const at = drawBelow(random, bytes.length)
  writeFileSync(join(dir, name), bytes.with(at, (bytes[at] as number) ^ (1 << drawBelow(random, 8))))
  return { file: join(dir, name), where: `FLIP_SEED=${seed}: byte ${at} of ${name}` }
}

describe('a recording with one flipped bit', () => {
  it.each(wires)(
    `[MD-R1] [MD-R2] $name: ${flips} seeded flips: what is behind it is read, and what is lost is named`,
    async (wire) => {
      const dir = await recorded(wire)
      const { venue, market } = venueNamed(wire.name)
      const lines = [...readEvents(dir)].map(recordedLine)
      const rebuilt = (of: string) => rebuild(of, venue, market, () => undefined)
      const whole = rebuilt(dir)
      expect([whole.difference, whole.damaged, whole.notCompared]).toEqual([null, [], 0])
      const seen = { damaged: 0, whole: 0, note: 0 }
      for (let seed = firstSeed; seed < firstSeed + flips; seed++) {
        const copy = join(root, 'copy')
        rmSync(copy, { recursive: true, force: true })
        cpSync(dir, copy, { recursive: true })
        const { file, where } = flip(copy, seed)
        const damaged: Damage[] = []
        const read = [...readEvents(copy, (damage) => damaged.push(damage))].map(recordedLine)
        const isLost = (damage: readonly Damage[]) => damage.reduce((sum, { lines: count }) => sum + count, 0)
        expect(
          damaged.map((one) => one.file),
          where,
        ).toEqual(damaged.length > 0 ? [file] : [])
        expect(read.length, where).toBe(lines.length - isLost(damaged))
        // What is there is what was there, in its order, with one hole.
        const hole = read.findIndex((line, i) => line !== lines[i])
        const from = hole < 0 ? read.length : hole
        const filled = [...read.slice(0, from), ...lines.slice(from, from + isLost(damaged)), ...read.slice(from)]
        expect(filled.join('\n') === lines.join('\n'), where).toBe(true)

        const again = rebuilt(copy)
        expect(again.difference, where).toBeNull()
        // A few bits of a block say nothing: then it is whole.
        if (again.damaged.length === 0) expect(again.events, where).toBe(whole.events)
        else
          expect(
            again.damaged.map((one) => one.file),
            where,
          ).toEqual([file])
        expect(again.events + again.notCompared, where).toBeGreaterThanOrEqual(whole.events - isLost(damaged))
        expect(again.events, where).toBeGreaterThan(100)
        if (again.damaged.length > 0) seen.damaged++
        else if (file.endsWith('.json')) seen.note++
        else seen.whole++
        if (file.endsWith('.json')) expect(() => readRecordingNote(copy), where).toThrow()
        else expect(readRecordingNote(copy)?.runs, where).toBe(12)
      }
      expect(seen.damaged).toBeGreaterThan(flips / 5)
      expect(seen.whole).toBeGreaterThan(flips / 10)
      expect(seen.note).toBeGreaterThan(flips / 30)
    },
    120_000,
  )

  it('[MD-R1] a line of an index that is damaged, wherever it stands, loses no block', async () => {
    const dir = join(root, 'index')
    const files = new BlockFiles(dir)
    const at = Date.UTC(2024, 0, 1) * 1000
    for (let n = 0; n < 4; n++) {
      files.append(`{"n":${n}}`, at + n)
      await files.flush()
    }
    await files.close()
    const [file = ''] = blockFilesIn(dir)
    const index = file.replace('.jsonl.zst', '.index')
    const bytes = readFileSync(index)
    const places = blocksOf(file).map(({ offset }) => offset)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const byte = bit >> 3
      writeFileSync(index, bytes.with(byte, (bytes[byte] as number) ^ (1 << (bit & 7))))
      const blocks = blocksOf(file)
      // Where the end of a line is gone, two blocks are read as one.
      expect(blocks.length).toBeGreaterThanOrEqual(3)
      for (const { offset } of blocks) expect(places).toContain(offset)
      expect(blocks.reduce((end, block) => (block.offset === end ? end + block.bytes : -1), 0)).toBe(
        readFileSync(file).length,
      )
    }
  })
})
