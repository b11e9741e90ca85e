import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
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
