import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { readAs } from '#lib/codec/read-as.ts'
import { Machine } from '#lib/kernel/machine.ts'
import type { Event } from '#schemas/event.ts'
import { readManifest, readUnfinished } from '#services/md/adapters/data-set-manifest.ts'
import { risk } from '#services/risk/service.ts'

it('what does not fit a schema is told in one line, with its path', () => {
  const schema = z.strictObject({ a: z.object({ b: z.int() }), c: z.string().default('c') })
  expect(readAs(schema, { a: { b: 1 } })).toEqual({ a: { b: 1 }, c: 'c' })
  expect(() => readAs(schema, { a: { b: 'x' }, d: 1 })).toThrow(/^a\.b: Invalid input: expected number.*$/)
  expect(() => readAs(z.string(), 1)).toThrow(/^Invalid input: expected string.*$/)
  const config = { currency: 'USD', startingCash: '1', limits: { maxDrawdown: 2 } }
  const event = { topic: 'system.config', payload: { service: 'risk', hash: '0', config } } as unknown as Event
  expect(() => new Machine(risk).fold(event)).toThrow(/^risk\.config\.limits\.maxDrawdown: .*$/)
  const dir = mkdtempSync(join(tmpdir(), 'trader-read-as-'))
  writeFileSync(join(dir, 'unfinished.json'), '{"kind":"other"}')
  expect(() => readUnfinished(dir)).toThrow(/^does not say what was being imported: kind: .*$/)
  writeFileSync(join(dir, 'manifest.json'), '{}')
  expect(() => readManifest(dir)).toThrow(/^is no manifest of a data set: \w+: .*$/)
  rmSync(dir, { recursive: true })
})
