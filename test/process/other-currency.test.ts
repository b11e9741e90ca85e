import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { assignmentsOf } from '#compose/assignments.ts'
import { readTopology } from '#compose/topology.ts'
import { repository, trader } from '#test/process/trader.ts'
import { removeFolder } from './tree.ts'

const folder = mkdtempSync(join(tmpdir(), 'trader-currency-'))
const file = join(folder, 'tree.yaml')
const seeded = readFileSync(join(repository, 'examples', 'seeded.yaml'), 'utf8')
  .replaceAll('../strategies', join(repository, 'strategies'))
  .replaceAll('file: fast-cross', `file: ${join(repository, 'examples', 'fast-cross')}`)
  .replace('port: 7411', 'port: 0')
const inEuros = seeded.replace(/currency: USD/, 'currency: EUR')
beforeAll(() => expect(inEuros).not.toBe(seeded))
afterAll(() => removeFolder(folder))

test('[P12] a run whose account is in one currency is not begun again in another', async () => {
  const { exitCode } = await trader(['backtest', join(repository, 'strategies', 'ema-cross.yaml'), '--id', 'first'], {
    cwd: folder,
  })
  expect(exitCode).toBe(0)
  cpSync(join(folder, 'runs', 'first', 'log'), join(folder, 'logs', 'first'), { recursive: true })
  writeFileSync(file, inEuros)
  const started = await trader(['supervise', '--topology', file, '--run', 'first'], { cwd: folder })
  expect(started.exitCode).toBe(2)
  expect(started.stderr).toContain('the account of run first is in USD, and cannot be in EUR')
})

test('[P12] nor is it changed while it runs: what was in force stays in force', async () => {
  writeFileSync(file, seeded)
  const assignments = assignmentsOf(readTopology(file), file)
  const changed: string[] = []
  const unchanged = new Promise<string>((resolve) => {
    const watch = assignments.watch(['pnl', 'risk'], {
      changed: (service) => void changed.push(service),
      unchanged: (message) => {
        watch.close()
        resolve(message)
      },
    })
  })
  writeFileSync(file, inEuros)
  expect(await unchanged).toContain('is in USD, and cannot be in EUR')
  expect(changed).toEqual([])
})
