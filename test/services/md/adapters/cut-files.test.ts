import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { drawBelow, seedRandom } from '#lib/market/seeded-random.ts'
import { planCsvImport } from '#services/md/adapters/import-csv.ts'
import { readEvents } from '#services/md/adapters/read-events.ts'
import { normalized } from './normalized.ts'
import { faultOf, readPlan } from './read-plan.ts'

const root = mkdtempSync(join(tmpdir(), 'cut-'))
afterAll(() => rmSync(root, { recursive: true }))
const fileOf = (name: string, bytes: string | Buffer): string => {
  const file = join(root, name)
  writeFileSync(file, bytes)
  return file
}

const random = seedRandom(5)
const frame = (n: number, more = '') =>
  `${1_700_000_000_000 + n}000000 {"stream":"btcusdt@trade","data":{"e":"trade","E":${1_700_000_000_000 + n},"T":${1_700_000_000_000 + n},"s":"BTCUSDT","t":${n},"p":"6${drawBelow(random, 9_999)}.10","q":"1","m":true${more}}}`
const frames = Array.from({ length: 20_000 }, (_, n) => frame(n + 1))
const text = `${frames.join('\n')}\n`
const tooLong = frame(7, `,"x":"${'x'.repeat(17 << 20)}"`)

const numbersIn = ({ facts }: ReturnType<typeof normalized>) =>
  facts.flatMap(({ topic, payload }) => (topic === 'md.tick' ? [payload.sequence] : []))

describe('[MD-N7d] a file that is cut', () => {
  it.each([
    ['gzip', gzipSync(text)],
    ['zstd', zstdCompressSync(text)],
  ])('%s: is read as far as it is whole, and the line behind which the rest is missing is named', (kind, whole) => {
    const cut = fileOf(kind, whole.subarray(0, whole.length >>> 1))
    const read = normalized('binance', cut)
    const numbers = numbersIn(read)
    expect(numbers.length).toBeGreaterThan(2_000)
    expect(numbers).toEqual(frames.slice(0, numbers.length).map((_, n) => n + 1))
    expect(read.leftOut.lost).toEqual([`${cut}:${numbers.length + 1}: the file is cut: what comes behind is missing`])
    expect(read.leftOut.badLines).toBe(1)
  })

  it.each([1, 5, 9, 12, 17])('gzip: of its first %i bytes nothing can be read, and it says so', (bytes) => {
    const cut = fileOf('short.gz', gzipSync(text).subarray(0, bytes))
    // One byte does not tell what it is of.
    if (bytes === 1) return expect(faultOf(() => normalized('binance', cut)).message).toContain('is no recording')
    const { facts, leftOut } = normalized('binance', cut)
    expect([numbersIn({ facts, leftOut }), leftOut.lost.length]).toEqual([[], 1])
  })

  const half = frames.length / 2
  const ofTwo = Buffer.concat([
    gzipSync(frames.slice(0, half).join('\n')),
    gzipSync(`\n${frames.slice(half).join('\n')}`),
  ])
  const kinds: readonly (readonly [string, Buffer])[] = [
    ['one member', gzipSync(text)],
    ['two members', ofTwo],
    ['stored, not packed', gzipSync(text, { level: 0 })],
  ]
  describe.each(kinds)('gzip of %s', (_, whole) => {
    it('is read to its last frame where only the checksum at its end is cut', () => {
      expect(normalized('binance', fileOf('whole.gz', whole)).leftOut.lost).toEqual([])
      for (let missing = 1; missing <= 8; missing++) {
        const cut = fileOf(`end${missing}.gz`, whole.subarray(0, -missing))
        const read = normalized('binance', cut)
        expect(numbersIn(read)).toHaveLength(frames.length)
        expect(read.leftOut.lost).toEqual([
          `${cut}:${frames.length + 1}: the checksum at the end of the file is cut off`,
        ])
      }
      const read = normalized('binance', fileOf('end9.gz', whole.subarray(0, -9)))
      expect(read.leftOut.lost[0]).toContain('the file is cut: what comes behind is missing')
    })

    it('is refused whole where a checksum is wrong, also where what stands behind it is cut', () => {
      const wrong = Buffer.from(whole)
      wrong.writeUInt32LE((wrong.readUInt32LE(wrong.length - 8) ^ 1) >>> 0, wrong.length - 8)
      const ofLength = Buffer.from(whole)
      ofLength.writeUInt32LE((ofLength.readUInt32LE(ofLength.length - 4) ^ 1) >>> 0, ofLength.length - 4)
      for (const bytes of [wrong, wrong.subarray(0, -1), wrong.subarray(0, -4), ofLength])
        expect(faultOf(() => normalized('binance', fileOf('wrong.gz', bytes))).message).toContain(
          'the gzip checksum is wrong',
        )
    })
  })

  it('gzip: a bit that is wrong in any member is found', () => {
    const small = (from: number) => gzipSync(`${frames.slice(from, from + 20).join('\n')}\n`)
    const bytes = Buffer.concat([small(0), small(20), small(40)])
    const told = (packed: Buffer) => {
      try {
        const { facts, leftOut } = normalized('binance', fileOf('bit.gz', packed))
        return leftOut.lost.length > 0 ? 'refused' : JSON.stringify(facts)
      } catch {
        return 'refused'
      }
    }
    const right = told(bytes)
    expect(right).toContain('"sequence":60')
    let refused = 0
    for (let i = 0; i < 300; i++) {
      const at = drawBelow(random, bytes.length * 8)
      const said = told(bytes.with(at >> 3, (bytes[at >> 3] as number) ^ (1 << (at & 7))) as Buffer)
      expect(['refused', right]).toContain(said)
      if (said === 'refused') refused++
    }
    expect(refused).toBeGreaterThan(200)
  })

  it('gzip: the last frame needs no end of line', () => {
    const whole = gzipSync(frames.slice(0, 3).join('\n'))
    expect(numbersIn(normalized('binance', fileOf('three.gz', whole.subarray(0, -8))))).toEqual([1, 2, 3])
  })

  it('gzip of several members: each is read, and has its own checksum and length', () => {
    const parts = [frames.slice(0, 9_000), frames.slice(9_000, 9_001), frames.slice(9_001)]
    const members = parts.map((part) => gzipSync(`${part.join('\n')}\n`))
    const whole = Buffer.concat(members)
    expect(numbersIn(normalized('binance', fileOf('members.gz', whole)))).toHaveLength(frames.length)
    let end = 0
    for (const { length } of members) {
      end += length
      // A bit of the checksum, and one of the length.
      for (const at of [end - 8, end - 2]) {
        const bytes = Buffer.from(whole)
        bytes[at] = (bytes[at] as number) ^ 1
        const damaged = fileOf('members-damaged.gz', bytes)
        expect(faultOf(() => normalized('binance', damaged)).message).toContain('the gzip checksum is wrong')
      }
    }
  })

  it('is a line that cannot be read to an import of CSV: refused with its place, or counted', async () => {
    const rows = Array.from({ length: 20_000 }, (_, n) => `${1_700_000_000 + n},6${drawBelow(random, 9_999)}.1,1`)
    const whole = gzipSync(`time,price,size\n${rows.join('\n')}\n`)
    const file = fileOf('cut.csv.gz', whole.subarray(0, whole.length >>> 1))
    const plan = await planCsvImport([file], { instrument: 'BTC.TEST', kind: 'spot' })
    const { facts, leftOut } = readPlan(plan, true)
    expect(facts.length).toBeGreaterThan(2_000)
    expect([leftOut.badLines, leftOut.lost.length]).toEqual([1, 1])
    const fault = faultOf(() => readPlan(plan))
    expect(fault).toMatchObject({ file, line: facts.length + 2 })
    expect(fault.message).toContain('the file is cut')
  })
})

describe('[MD-N7d] a line of more than 16 MiB', () => {
  it('is one that cannot be read, with its number, and the rest goes on', () => {
    const file = fileOf('long.txt', [...frames.slice(0, 6), tooLong, ...frames.slice(7, 9)].join('\n'))
    const read = normalized('binance', file)
    expect(numbersIn(read)).toEqual([1, 2, 3, 4, 5, 6, 8, 9])
    expect(read.leftOut.firstBadLines).toEqual([`${file}:7: a line is longer than 16777216 bytes`])
    expect(read.leftOut.lost).toEqual([])
  })

  it.each([
    ['first', [tooLong, frames[7] as string], [8]],
    ['last', [frames[7] as string, tooLong], [8]],
    ['one of two', [frames[5] as string, tooLong, tooLong, frames[7] as string, ''], [6, 8]],
  ])('is found where it is the %s', (name, lines, numbers) => {
    for (const bytes of [Buffer.from(lines.join('\n')), zstdCompressSync(lines.join('\n'))]) {
      const read = normalized('binance', fileOf(name, bytes))
      expect(numbersIn(read)).toEqual(numbers)
      expect(read.leftOut.badLines).toBe(lines.filter((line) => line === tooLong).length)
    }
  })

  it('of events is named by who checks them, and the others are read', () => {
    const [first, last] = normalized('binance', fileOf('two.txt', `${frames[0]}\n${frames[1]}`)).facts.filter(
      ({ topic }) => topic === 'md.tick',
    )
    const file = fileOf('events.jsonl', [JSON.stringify(first), tooLong, JSON.stringify(last)].join('\n'))
    const faults: string[] = []
    const read = [...readEvents(file, ({ line, fault }) => faults.push(`${line}: ${fault}`))]
    expect(read).toEqual([first, last])
    expect(faults).toEqual(['2: a line is longer than 16777216 bytes'])
  })
})
