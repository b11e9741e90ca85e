import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import { version } from '#lib/process/version.ts'
import { isGone } from '#test/compose/gone.ts'
import { repository } from '#test/process/trader.ts'
import { eventsIn } from '#test/process/tree.ts'

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

  it('writes a strategy to start from, and a copy of one that it ships', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'trader-alone-'))
    for (const from of [[], ['--from', 'turtle-breakout']]) {
      const name = `own-${from.length}`
      const made = await aloneIn(folder, ['strategy', 'new', name, ...from])
      expect({ exitCode: made.exitCode, stderr: made.stderr }).toEqual({ exitCode: 0, stderr: '' })
      expect(readFileSync(join(folder, `${name}.yaml`), 'utf8')).not.toContain('yaml-language-server')
      expect((await aloneIn(folder, ['strategy', 'check', `${name}.yaml`])).exitCode).toBe(0)
    }
    rmSync(folder, { recursive: true })
  })

  it('says in one line that it loads no package', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'trader-alone-'))
    mkdirSync(join(folder, 'log', 'journal'), { recursive: true })
    expect(await aloneIn(folder, ['log', 'query', 'select 1', '--folder', 'log'])).toMatchObject({
      exitCode: 2,
      stderr: 'trader: the one-file binary cannot load @duckdb/node-api (use trader from a checkout)',
    })
    rmSync(folder, { recursive: true })
  })

  it('brings its examples, and its strategies, where it is started', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'trader-alone-'))
    const { exitCode, stderr } = await aloneIn(folder, ['clock'])
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no secret for clock') })
    for (const name of ['examples/seeded.yaml', 'strategies/ema-cross.yaml'])
      expect(readFileSync(join(folder, name), 'utf8')).toBe(readFileSync(join(repository, name), 'utf8'))
    rmSync(folder, { recursive: true })
  })

  it('starts the whole tree from itself: it trades, says how it is, stops in order and leaves nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'trader-alone-'))
    const strategy = readFileSync(join(repository, 'examples/fast-cross.yaml'), 'utf8').replace('5s', '100ms')
    writeFileSync(join(folder, 'fast.yaml'), strategy)
    const topology = [
      'router: { port: 0 }',
      'feed: { kind: seeded, seed: 7, eventsPerSecond: 200 }',
      'bars: [{ instrument: ACME.SIM, interval: 100ms }]',
      'venue: { fill: touch }',
      'strategies: [{ file: fast.yaml, roles: { underlying: ACME.SIM } }]',
    ]
    writeFileSync(join(folder, 'tree.yaml'), `${topology.join('\n')}\n`)
    const tree = execa(binary, ['up', '--topology', 'tree.yaml'], { ...withoutNode(folder), buffer: false })
    const hasTraded = () => eventsIn(join(folder, 'logs/live')).some(({ topic }) => topic === 'order.fill')
    await expect.poll(hasTraded, { timeout: 60_000, interval: 200 }).toBe(true)
    const { stdout, exitCode } = await aloneIn(folder, ['status', '--json'])
    expect(exitCode).toBe(0)
    const { isRunning, processes } = JSON.parse(stdout)
    const pids = (processes as { pid: number }[]).map(({ pid }) => pid)
    expect({ isRunning, processes: pids.length }).toEqual({ isRunning: true, processes: 11 })
    // Each is the binary itself.
    for (const pid of pids) expect(readlinkSync(`/proc/${pid}/exe`)).toBe(realpathSync(binary))
    tree.kill('SIGTERM')
    expect((await tree).exitCode).toBe(0)
    expect(pids.filter((pid) => !isGone(pid))).toEqual([])
    rmSync(folder, { recursive: true })
  }, 120_000)
})

const binary = join(repository, 'build', 'trader')

/** In an empty folder and with nothing on the PATH. */
async function alone(args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'trader-alone-'))
  try {
    return await aloneIn(folder, args)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const withoutNode = (cwd: string) => ({ cwd, env: { PATH: '' }, extendEnv: false, reject: false }) as const

const aloneIn = (folder: string, args: readonly string[]) => execa(binary, args, withoutNode(folder))
