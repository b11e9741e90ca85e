import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { readChunks } from '#lib/files/read-chunks.ts'
import { textLines } from '#lib/files/text-lines.ts'

const dir = mkdtempSync(join(tmpdir(), 'lines-'))
afterAll(() => rmSync(dir, { recursive: true }))

describe('text lines', () => {
  it('are the same however the bytes are cut, with and without a last line end', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'ü', '€', ',', '1', '\u{1f600}') })
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.boolean(), fc.array(fc.nat(50)), (lines, ends, cuts) => {
        const expected = ends
          ? lines
          : lines.slice(0, -1).concat(lines.at(-1) === '' ? ['x'] : [lines.at(-1) as string])
        const bytes = Buffer.from(expected.join('\n') + (ends ? '\n' : ''))
        const chunks: Uint8Array[] = []
        let at = 0
        for (const cut of cuts) {
          chunks.push(bytes.subarray(at, at + cut))
          at += cut
        }
        chunks.push(bytes.subarray(at))
        expect([...textLines(chunks)]).toEqual(expected)
      }),
    )
  })

  it('have neither carriage returns nor a byte order mark', () => {
    expect([...textLines([Buffer.from('\ufeffa,b\r\n1,2\r\n3,4')])]).toEqual(['a,b', '1,2', '3,4'])
  })

  it('come from gzip as from plain files, however many members it has', () => {
    const text = 'a line of text\n'.repeat(100_000)
    const plain = join(dir, 'plain.csv')
    writeFileSync(plain, text)
    const packed = join(dir, 'packed.csv.gz')
    writeFileSync(packed, Buffer.concat([gzipSync(text), gzipSync('last')]))
    expect([...textLines(readChunks(packed))]).toEqual([...textLines(readChunks(plain)), 'last'])
  })

  it('end in an error where a gzip is cut short or damaged', () => {
    const packed = gzipSync(Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 251)))
    const cut = join(dir, 'cut.gz')
    writeFileSync(cut, packed.subarray(0, -100))
    expect(() => [...readChunks(cut)]).toThrow()
    const damaged = join(dir, 'damaged.gz')
    const bytes = Buffer.from(packed)
    bytes.writeUInt32LE((bytes.readUInt32LE(bytes.length - 8) ^ 1) >>> 0, bytes.length - 8)
    writeFileSync(damaged, bytes)
    expect(() => [...readChunks(damaged)]).toThrow('the gzip checksum is wrong')
  })
})
