import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { lookThrough } from '#services/md/adapters/coverage.ts'
import { generateMarketData } from '#services/md/adapters/generate-market-data.ts'

it('[MD-I22] what was written, options too, has the hash that its manifest says', () => {
  const dir = mkdtempSync(join(tmpdir(), 'coverage-'))
  const generation = { kind: 'ticks', seed: 7, ticks: 2_000, eventsPerSecond: 10, startAt: 0 } as const
  const { manifest } = generateMarketData(dir, generation, () => undefined)
  expect(manifest.instruments.length).toBeGreaterThan(10)
  expect(lookThrough(dir, manifest, 1).contentHash).toBe(manifest.contentHash)
  rmSync(dir, { recursive: true })
})
