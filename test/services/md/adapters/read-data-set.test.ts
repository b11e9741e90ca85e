import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { readDataSet } from '#services/md/adapters/read-data-set.ts'
import { writeMadeDataSet } from '#test/made-data-set.ts'

let dir: string
const file = (firstSeq: number) => join(dir, 'md', `${String(firstSeq).padStart(12, '0')}.jsonl`)
const trade = (n: number): MarketFact => ({
  topic: 'md.tick',
  at: 1_764_000_000_000_000 + n,
  payload: { kind: 'trade', instrument: 'ACME.SIM', price: '100.5', size: '1', tradeId: String(n) },
})
const lines = (firstSeq: number) => readFileSync(file(firstSeq), 'utf8').split(/(?<=\n)/)
const read = (fromSeq?: number) => [...readDataSet(dir, fromSeq)].length

function fileFor(path: string): void {
  rmSync(path, { recursive: true })
  writeFileSync(path, '')
}
function folderFor(path: string): void {
  rmSync(path)
  mkdirSync(path)
}

/** A data set of 30 events in files of ten. */
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'read-data-set-'))
  writeMadeDataSet(dir, () => Array.from({ length: 30 }, (_, n) => trade(n)))
  const all = lines(1)
  for (const firstSeq of [1, 11, 21]) writeFileSync(file(firstSeq), all.slice(firstSeq - 1, firstSeq + 9).join(''))
})
afterEach(() => rmSync(dir, { recursive: true }))

it('[MD-I20] reads all of it, and from a seq on', () => {
  expect(read()).toBe(30)
  expect(read(15)).toBe(16)
  expect(read(31)).toBe(0)
})

it.each([
  ['its last file', () => rmSync(file(21)), 'events 21 to 30 are missing'],
  ['its first file', () => rmSync(file(1)), 'events 1 to 10 are missing'],
  ['all files', () => [1, 11, 21].forEach((seq) => void rmSync(file(seq))), 'events 1 to 30 are missing'],
  ['a file in the middle', () => rmSync(file(11)), 'events 11 to 20 are missing'],
  ['its end', () => writeFileSync(file(21), lines(21).slice(0, 4).join('')), 'events 25 to 30 are missing'],
  ['the end of a file', () => writeFileSync(file(11), lines(11).slice(0, 9).join('')), 'events 20 to 20 are missing'],
  ['the beginning of a file', () => writeFileSync(file(11), lines(11).slice(1).join('')), 'event 11 is damaged'],
  ['its folder', () => rmSync(join(dir, 'md'), { recursive: true }), 'events 1 to 30 are missing'],
  ['a file in place of its folder', () => fileFor(join(dir, 'md')), 'events 1 to 30 are missing'],
  ['a file, for a folder', () => folderFor(file(11)), 'events 11 to 20 are missing'],
  ['the name of a file', () => renameSync(file(11), file(12)), 'are missing'],
])('[MD-I20] says what is missing: %s', (_, lose, words) => {
  lose()
  expect(() => read()).toThrow(words)
})

it.each([
  ['the quote of its end', /"}\n$/, 'x}\n'],
  ['its last bracket', /}\n$/, ']\n'],
  // By a character that has the value of the digit where letters are counted on from 87.
  ['a digit of its crc', /\d(?=[0-9a-f]*"}\n$)/, (digit: string) => String.fromCharCode(87 + Number(digit))],
])('[MD-I20] says which line is damaged: %s', (_, what, by) => {
  const all = lines(11)
  const last = all.pop() as string
  const damaged = last.replace(what, by as string)
  expect(damaged).not.toBe(last)
  writeFileSync(file(11), [...all, damaged].join(''))
  expect(() => read()).toThrow('event 20 is damaged')
})

it('[MD-I20] says that there is more than was written', () => {
  writeFileSync(
    join(dir, 'manifest.json'),
    readFileSync(join(dir, 'manifest.json'), 'utf8').replace(/"events": 30/, '"events": 29'),
  )
  expect(() => read()).toThrow('has more events than its manifest says')
})
