import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { afterAll, describe, expect, it } from 'vitest'
import { readZipEntry, zipEntries } from '#lib/files/zip-archive.ts'

const dir = mkdtempSync(join(tmpdir(), 'zip-'))
afterAll(() => rmSync(dir, { recursive: true }))

function written(name: string, bytes: Uint8Array): string {
  const file = join(dir, name)
  writeFileSync(file, bytes)
  return file
}
const textOf = (file: string, n = 0): string => {
  const entry = zipEntries(file)[n]
  if (entry === undefined) throw new Error('no entry')
  return Buffer.concat([...readZipEntry(file, entry)]).toString()
}
const bytes = (text: string) => new TextEncoder().encode(text)

describe('zip archive', () => {
  it('gives the files in their order, packed or stored, without folders', () => {
    const file = written(
      'a.zip',
      zipSync({ 'x/': new Uint8Array(0), 'x/b.csv': bytes('1,2\n'), 'a.csv': [bytes('3,4'), { level: 0 }] }),
    )
    expect(zipEntries(file).map(({ name }) => name)).toEqual(['x/b.csv', 'a.csv'])
    expect([textOf(file, 0), textOf(file, 1)]).toEqual(['1,2\n', '3,4'])
  })

  it('reads an entry beyond 8 MB in chunks', () => {
    const text = '0123456789abcde\n'.repeat(600_000)
    const file = written('big.zip', zipSync({ 'big.csv': bytes(text) }))
    expect(textOf(file)).toBe(text)
  })

  it('says so when the file is no zip, is cut short, or one bit of it has flipped', () => {
    const good = zipSync({ 'a.csv': [bytes('1,2,3,4,5,6,7,8\n'), { level: 0 }] })
    expect(() => zipEntries(written('no.zip', bytes('1,2\n')))).toThrow('this is not a zip')
    expect(() => zipEntries(written('cut.zip', good.subarray(0, -30)))).toThrow('this is not a zip')
    const flipped = good.slice()
    const at = Buffer.from(flipped).indexOf('7,8')
    flipped[at] = (flipped[at] as number) ^ 1
    expect(() => textOf(written('flipped.zip', flipped))).toThrow('checksum of a.csv in the zip is wrong')
  })

  it('with any bit that is wrong it reads the same, or says in words of ours what is damaged', () => {
    const text = Array.from({ length: 16 }, (_, i) => `${i},${(i * 7919) % 101}\n`).join('')
    const good = Buffer.from(zipSync({ 'a.csv': bytes(text) }))
    const faults = new Set<string>()
    for (let bit = 0; bit < good.length * 8; bit++) {
      const wrong = Buffer.from(good)
      wrong[bit >> 3] = (wrong[bit >> 3] as number) ^ (1 << (bit & 7))
      const file = written('wrong.zip', wrong)
      try {
        if (zipEntries(file).length > 0) expect(textOf(file)).toBe(text)
      } catch (error) {
        faults.add((error as Error).message)
      }
    }
    for (const fault of faults)
      expect(fault).toMatch(
        / damaged|^the zip ends early|^this is not a zip|^the zip is encrypted|by method \d+, which is not known/,
      )
    expect([...faults].some((fault) => fault.endsWith('a.csv in the zip is damaged'))).toBe(true)
  })
})
