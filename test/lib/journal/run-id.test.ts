import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ensureRunId, readRunId } from '#lib/journal/run-id.ts'

const folder = mkdtempSync(join(tmpdir(), 'run-id-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('[J24] a run keeps the id that was drawn for it, and another run has another, under the same name too', () => {
  const [one, other] = [join(folder, 'a', 'live'), join(folder, 'b', 'live')]
  expect(readRunId(one)).toBeNull()
  const id = ensureRunId(one)
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  expect([ensureRunId(one), readRunId(one)]).toEqual([id, id])
  expect(readdirSync(one)).toEqual(['run.id'])
  expect(ensureRunId(other)).not.toBe(id)
  rmSync(one, { recursive: true })
  expect(ensureRunId(one)).not.toBe(id)
})

test('[J24] an id that is damaged, or gone where a log has begun, is told and never drawn again', () => {
  const run = join(folder, 'c', 'live')
  const file = join(run, 'run.id')
  const id = ensureRunId(run)
  const written = readFileSync(file, 'utf8')
  const wrong = [
    '',
    `${id}\n`,
    written.slice(0, -1),
    written.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    written.replace(/.\n$/, (end) => (end === '0\n' ? '1\n' : '0\n')),
  ]
  for (const text of wrong) {
    writeFileSync(file, text)
    expect(() => readRunId(run), JSON.stringify(text)).toThrow('is not what was written')
    expect(() => ensureRunId(run)).toThrow('is not what was written')
  }
  writeFileSync(file, written)
  expect(ensureRunId(run)).toBe(id)
  rmSync(file)
  mkdirSync(join(run, 'journal'))
  writeFileSync(join(run, 'journal', '000000000001.jsonl'), '')
  expect(() => ensureRunId(run)).toThrow('is gone')
  expect(readdirSync(run)).toEqual(['journal'])
})
