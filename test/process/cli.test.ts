import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { selfCommand } from '#lib/process/self.ts'
import { version } from '#lib/process/version.ts'
import { repository, trader } from '#test/process/trader.ts'

describe('trader on the command line', () => {
  it('says its version', async () => {
    const { stdout, exitCode } = await trader(['--version'])
    expect(stdout).toMatch(/^trader\/\S+ \S+ node-v\d+/)
    expect(exitCode).toBe(0)
  })

  it('is found through links', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'trader-link-'))
    try {
      symlinkSync(join(repository, 'bin', 'trader'), join(folder, 'first'))
      symlinkSync('first', join(folder, 'second'))
      const { stdout } = await execa(join(folder, 'second'), ['--version'], { cwd: folder })
      expect(stdout).toContain(`trader/${version}`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('starts again by selfCommand', async () => {
    const { file, args } = selfCommand()
    const { stdout } = await execa(file, [...args, '--version'])
    expect(stdout).toContain(`trader/${version}`)
  })

  it('ends with 2 and one line for an unknown command, and says what may have been meant', async () => {
    const { stdout, stderr, exitCode } = await trader(['complation'])
    expect({ stdout, stderr, exitCode }).toEqual({
      stdout: '',
      stderr: 'trader: there is no command "complation" (did you mean: trader completion)\n',
      exitCode: 2,
    })
  })

  it.each([
    [['backtest'], 'Missing 1 required arg: strategy A strategy file'],
    [['log', 'read', '--run', 'live', '--from', 'abc'], 'Parsing --from Expected an integer but received: abc'],
    [
      ['backtest', 'a.yaml', '--seed', '99999999999999999999'],
      'Parsing --seed Expected an integer less than or equal to 9007199254740991 but received: 99999999999999999999',
    ],
    [['verify', 'one', 'two'], 'Unexpected argument: two'],
  ])('says what is wrong with flags and arguments in one line: %s', async (args, message) => {
    const { stdout, stderr, exitCode } = await trader(args)
    expect({ stdout, stderr, exitCode }).toEqual({
      stdout: '',
      stderr: `trader: ${message}; see --help\n`,
      exitCode: 2,
    })
    if (args[0] !== 'verify') return
    const inJson = await trader([...args, '--json'])
    expect(JSON.parse(inJson.stdout as string)).toMatchObject({ error: { message } })
  })

  it('says with --json what is wrong on stdout as well, of an unknown command too', async () => {
    const { stdout, exitCode } = await trader(['complation', '--json'])
    expect({ exitCode, said: JSON.parse(String(stdout)) }).toEqual({
      exitCode: 2,
      said: {
        error: {
          name: 'UserError',
          message: 'there is no command "complation"',
          hint: 'did you mean: trader completion',
        },
      },
    })
  })

  it('ends with 2 and no stack for an unknown flag', async () => {
    const { stderr, exitCode } = await trader(['completion', '--no-such-flag', 'bash'])
    expect(stderr).toContain('Nonexistent flag: --no-such-flag')
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(exitCode).toBe(2)
  })

  it('ends with 0 when the reader of its output leaves', async () => {
    const pipe = `./bin/trader completion bash | true; echo "\${PIPESTATUS[0]}"`
    for (let i = 0; i < 3; i++) {
      const { stdout, stderr } = await execa('bash', ['-c', pipe], { cwd: repository })
      expect({ stdout, stderr }).toEqual({ stdout: '0', stderr: '' })
    }
  })

  it.skipIf(!existsSync('/dev/full'))('ends with 1 and one line when what it says finds no room', async () => {
    const run = execa('bash', ['-c', './bin/trader schema list > /dev/full'], { cwd: repository, reject: false })
    expect(await run).toMatchObject({
      exitCode: 1,
      stderr: 'trader: what it says cannot be written: ENOSPC: no space left on device, write',
    })
  })

  it('writes no colour when asked for none', async () => {
    const env = { NO_COLOR: '1', FORCE_COLOR: undefined }
    const { stdout } = await trader(['--help'], { env })
    expect(stdout).toContain('COMMANDS')
    expect(stdout).not.toContain('\x1b[')
  })
})

describe('trader completion', () => {
  it('prints a script that bash accepts and that completes commands and values', async () => {
    const { stdout: script } = await trader(['completion', 'bash'])
    await execa('bash', ['-n'], { input: script as string })
    expect(await completedByBash(script as string, ['trader', 'comp'])).toEqual(['completion'])
    expect(await completedByBash(script as string, ['trader', 'completion', 'z'])).toEqual(['zsh'])
    expect(await completedByBash(script as string, ['trader', 'completion', '--h'])).toEqual(['--help'])
  })

  it.each(['zsh', 'fish'])('prints a script for %s that names every command', async (shell) => {
    const { stdout, exitCode } = await trader(['completion', shell])
    expect(exitCode).toBe(0)
    expect(stdout).toContain('completion')
  })
})

async function completedByBash(script: string, words: readonly string[]): Promise<string[]> {
  const ask = `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _trader; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = await execa('bash', ['-c', `${script}\n${ask}`])
  return stdout.split('\n')
}
