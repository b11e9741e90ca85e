import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

it('what needs the shared folder is skipped, and fails nowhere, in a clone that has none beside it', async () => {
  const files = globSync('test/**/*.test.ts', { cwd: root }).filter((file) =>
    readFileSync(join(root, file), 'utf8').includes("from '#test/shared.ts'"),
  )
  expect(files.length).toBeGreaterThan(10)
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  // Every body of a suite is run, and no test: one process is enough for all.
  const args = [vitest, 'run', '-t', 'no test is called so', '--no-isolate', '--maxWorkers=1', ...files]
  const { exitCode, stdout } = await execa(process.execPath, args, {
    cwd: root,
    env: { TRADER_SHARED: '/there/is/none/', NO_COLOR: '1' },
    reject: false,
  })
  expect(stdout).not.toMatch(/ FAIL /)
  expect(exitCode).toBe(0)
}, 120_000)
