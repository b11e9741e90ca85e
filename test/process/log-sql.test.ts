import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { fact, groupOf } from '#test/lib/journal/bodies.ts'
import { repository, trader } from '#test/process/trader.ts'

const root = mkdtempSync(join(tmpdir(), 'trader-sql-test-'))
const folder = join(root, 'live')
const hasDuckDb = existsSync(join(repository, 'node_modules', '@duckdb', 'node-api'))

beforeAll(async () => {
  const log = await openEventLog(folder)
  for (let n = 0; n < 10; n++) await log.append([[fact('md', 1, n)], groupOf('risk', 2 * n + 1, 1)])
  await log.close()
})
afterAll(() => rmSync(root, { recursive: true }))

describe('trader log query, export', () => {
  it.skipIf(hasDuckDb)('says in one line how to get DuckDB where it is missing', async () => {
    const { stderr, exitCode } = await trader(['log', 'query', 'select 1', '--folder', folder])
    expect(String(stderr).trimEnd().split('\n')).toHaveLength(1)
    expect(stderr).toContain('npm install --no-save @duckdb/node-api@')
    expect(exitCode).toBe(2)
  })

  it.skipIf(!hasDuckDb)('runs SQL over the events, as JSON lines', async () => {
    const sql =
      "select topic, count(*)::int as events, max((payload->>'n')::int) as n from events group by all order by topic"
    const { stdout } = await trader(['log', 'query', sql, '--folder', folder])
    const rows = String(stdout).trimEnd().split('\n')
    expect(rows.map((row) => JSON.parse(row))).toEqual([
      { topic: 'md.bar', events: 10, n: 9 },
      { topic: 'risk.rejected', events: 10, n: 0 },
    ])
    const broken = await trader(['log', 'query', 'selec 1', '--folder', folder])
    expect(broken.exitCode).toBe(2)
    expect(broken.stderr).toContain('syntax error')
  })

  it.skipIf(!hasDuckDb)('says counts as numbers, and takes the query behind topics', async () => {
    const { stdout } = await trader([
      'log',
      'query',
      '--folder',
      folder,
      '--topic',
      'md',
      'select count(*) n from events',
    ])
    expect(JSON.parse(String(stdout))).toEqual({ n: 10 })
  })

  it.skipIf(!hasDuckDb)('leaves no copy of the log behind when it is interrupted', async () => {
    const [a, b] = ['a', 'b'].map((name) => `range(10000000) ${name}`)
    const env = { TMPDIR: mkdtempSync(join(root, 'tmp-')) }
    const query = trader(['log', 'query', `select max(a.range + b.range) from ${a}, ${b}`, '--folder', folder], { env })
    await vi.waitFor(() => expect(readdirSync(env.TMPDIR)).toHaveLength(1), 20_000)
    query.kill('SIGINT')
    await query
    expect(readdirSync(env.TMPDIR)).toEqual([])
  })

  it.skipIf(!hasDuckDb)('writes Parquet', async () => {
    const file = join(root, 'md.parquet')
    expect((await trader(['log', 'export', '--parquet', file, '--topic', 'md', '--folder', folder])).exitCode).toBe(0)
    const { stdout } = await trader(['log', 'query', `select count(*)::int as n from '${file}'`, '--folder', folder])
    expect(JSON.parse(String(stdout))).toEqual({ n: 10 })
  })
})
