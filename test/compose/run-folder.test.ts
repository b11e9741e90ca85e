import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { logOf } from '#compose/run-folder.ts'
import { generateMarketData } from '#services/md/adapters/generate-market-data.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trader-run-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a data set is no log: the run of its name is found, and without one there is none', () => {
  const [logs, runs] = [join(folder, 'logs'), join(folder, 'runs')]
  const data = join(folder, 'spy')
  generateMarketData(data, { kind: 'bars', seed: 1, bars: 3, interval: '1m', startAt: 0 }, () => undefined)
  expect(() => logOf(data, { logs, runs })).toThrow(`there is no run ${data}`)
  const log = join(runs, data, 'log')
  mkdirSync(join(log, 'system', '2026-11-27'), { recursive: true })
  expect(logOf(data, { logs, runs })).toBe(log)
  mkdirSync(join(data, 'log', 'journal'), { recursive: true })
  expect(logOf(data, { logs, runs })).toBe(join(data, 'log'))
})
