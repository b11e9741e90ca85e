import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import { version } from '#lib/process/version.ts'
import { repository } from '#test/process/trader.ts'

describe('the single binary', () => {
  beforeAll(async () => {
    await execa('npm', ['run', 'build:binary'], { cwd: repository })
  }, 300_000)

  it('runs where there is no Node', async () => {
    const { stdout } = await alone(['--version'])
    expect(stdout).toMatch(new RegExp(`^trader/${version} \\S+ node-v\\d+`))
  })

  it('has the commands compiled in', async () => {
    const { stdout } = await alone(['completion', 'bash'])
    expect(stdout).toContain('complete -o default -F _trader trader')
  })

  it('ends with 2 for an unknown command', async () => {
    const { stderr, exitCode } = await alone(['complation'])
    expect(stderr).toContain('did you mean: trader completion')
    expect(exitCode).toBe(2)
  })
})

/** In an empty folder and with nothing on the PATH. */
async function alone(args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'trader-alone-'))
  try {
    const options = { cwd: folder, env: { PATH: '' }, extendEnv: false, reject: false }
    return await execa(join(repository, 'build', 'trader'), args, options)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
