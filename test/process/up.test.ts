import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa, type ResultPromise } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isGone } from '#test/compose/gone.ts'
import { repository, trader } from '#test/process/trader.ts'

type Line = { msg: string; process: string; service?: string; child?: number }
let folder: string
let tree: ResultPromise
const said: Line[] = []

const status = async () => JSON.parse((await trader(['status', '--json'], { cwd: folder })).stdout as string)
async function says(msg: string): Promise<void> {
  while (!said.some((line) => line.msg === msg)) await sleep(20)
}

async function configsOf(asked: string): Promise<unknown[]> {
  const { stdout } = await trader(['log', 'read', '--topic', 'system.config'], { cwd: folder })
  const events = String(stdout).trimEnd().split('\n')
  return events.map((line) => JSON.parse(line).payload).filter(({ service }) => service === asked)
}

function up(): void {
  tree = execa(join(repository, 'bin', 'trader'), ['up', '--topology', 'tree.yaml'], {
    cwd: folder,
    reject: false,
    stdin: 'ignore',
    buffer: false,
  })
  let rest = ''
  tree.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n')
    rest = lines.pop() ?? ''
    said.push(...lines.map((line) => JSON.parse(line)))
  })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trader-up-'))
  const seeded = readFileSync(join(repository, 'examples', 'seeded.yaml'), 'utf8')
  const text = seeded
    .replaceAll('../strategies', join(repository, 'strategies'))
    .replace('port: 7411', 'port: 0')
    .replace('run: seeded', 'run: live')
  writeFileSync(join(folder, 'tree.yaml'), text)
  cpSync(join(repository, 'examples', 'fast-cross.yaml'), join(folder, 'fast-cross.yaml'))
  up()
  await says('the tree is up')
})
afterAll(async () => {
  tree.kill('SIGKILL')
  await tree
  rmSync(folder, { recursive: true, force: true })
})

describe('trader up', () => {
  it('runs every service as a process of its own, and trader status shows them', async () => {
    const { isRunning, processes } = await status()
    expect(isRunning).toBe(true)
    expect(processes).toHaveLength(11)
    expect(new Set(processes.map(({ pid }: { pid: number }) => pid)).size).toBe(11)
    await expect
      .poll(async () => (await status()).processes.map(({ state }: { state: string }) => state), { timeout: 20_000 })
      .toEqual(Array(11).fill('ready'))
  })

  it.each(['pnl', 'risk', 'venue', 'md'])('[R28] keeps its %s: one that is started by hand ends', async (name) => {
    const { routerUrl } = JSON.parse(readFileSync(join(folder, 'logs', 'live', 'tree.json'), 'utf8'))
    const elsewhere = mkdtempSync(join(tmpdir(), 'trader-elsewhere-'))
    const keys = join(folder, 'keys')
    for (const [url, cwd] of [
      [routerUrl, folder],
      [`${routerUrl.replace('127.0.0.1', 'localhost')}/`, elsewhere],
    ]) {
      const { exitCode, stderr } = await trader([name, '--url', url, '--keys', keys], { cwd })
      expect(exitCode).toBe(2)
      expect(stderr).toMatch(
        new RegExp(`^trader: the tree of run live runs at .*, and has a process ${name} of its own.*\n$`),
      )
    }
    rmSync(elsewhere, { recursive: true })
    expect((await status()).processes.every(({ restarts }: { restarts: number }) => restarts === 0)).toBe(true)
  })

  it('halts and resumes by the operator', async () => {
    const halted = await trader(['halt', '--reason', 'drill', '--yes', '--json'], { cwd: folder })
    expect(JSON.parse(halted.stdout as string)).toMatchObject({
      isDone: true,
      message: expect.stringMatching(/^halted/),
      orders: { of: expect.stringMatching(/^risk:/), openCount: 0 },
    })
    const flat = await trader(['halt', '--when-halted', 'flatten', '--reason', 'out', '--yes'], { cwd: folder })
    expect(flat).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^halted: every position is closed/) })
    expect(flat.stdout).toMatch(/(none is open|no order was at work)\n$/)
    const resumed = await trader(['resume', '--reason', 'drill over', '--yes'], { cwd: folder })
    expect(resumed).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^resumed from/) })
    const unsaid = { exitCode: 2, stderr: 'trader: --reason says nothing (why, in a few words)\n' }
    for (const words of [
      ['halt', '--yes'],
      ['resume', '--yes'],
      ['close', 'BTCUSDT.BINANCE', '--yes'],
      ['order', 'cancel', 't-1-9'],
    ])
      expect(await trader([...words, '--reason', ' '], { cwd: folder })).toMatchObject(unsaid)
    const replace = (price: string) =>
      trader(['order', 'replace', 't-1-9', '--limit-price', price, '--reason', 'drill'], { cwd: folder })
    expect(await replace('99')).toMatchObject({ exitCode: 1, stderr: 'trader: refused: no order t-1-9 is at work\n' })
    expect(await replace('abc')).toMatchObject({ exitCode: 2 })
    const unknown = await trader(['halt', 'no-such-strategy', '--reason', 'drill', '--yes'], { cwd: folder })
    const close = (...of: string[]) => trader(['close', ...of, '--reason', 'drill', '--yes'], { cwd: folder })
    const held = 'trader: refused: no-such-strategy holds no BTCUSDT.BINANCE\n'
    expect(await close('BTCUSDT.BINANCE', '--strategy', 'no-such-strategy')).toMatchObject({
      exitCode: 1,
      stderr: held,
    })
    expect(await close('not an instrument')).toMatchObject({ exitCode: 2 })
    const gate = 'the gate gives no-such-strategy no leave to add until resume'
    const stderr = `trader: refused: no strategy is called no-such-strategy; ${gate}\n`
    expect(unknown).toMatchObject({ exitCode: 1, stderr })
  })

  it('[R52] answers a halt of a strategy whose process does not, and says what holds', async () => {
    const { processes } = await status()
    const { pid } = processes.find(({ name }: { name: string }) => name === 'strategy')
    const halt = () => trader(['halt', 'fast-cross', '--reason', 'drill', '--yes'], { cwd: folder })
    process.kill(pid, 'SIGSTOP')
    try {
      const stderr = expect.stringMatching(
        /^trader: the gate gives fast-cross no leave to add until resume; the process of the strategy has not answered/,
      )
      expect(await halt()).toMatchObject({ exitCode: 1, stderr })
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    const stdout = expect.stringMatching(/^fast-cross is halted already; the gate had halted fast-cross already/)
    expect(await halt()).toMatchObject({ exitCode: 0, stdout })
    const resumed = await trader(['resume', 'fast-cross', '--reason', 'over', '--yes', '--json'], { cwd: folder })
    expect(JSON.parse(resumed.stdout as string)).toMatchObject({ isDone: true })
  })

  it('takes changed limits at once, as an event, and none from a file with a fault', async () => {
    const file = join(folder, 'tree.yaml')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace("maxPosition: '500'", 'maxPosition: [500]'))
    await sleep(400)
    expect(await configsOf('risk')).toHaveLength(1)
    writeFileSync(file, text.replace("maxPosition: '500'", "maxPosition: '400'"))
    await expect
      .poll(() => configsOf('risk'), { timeout: 5_000 })
      .toMatchObject([{}, { config: { limits: { maxPosition: '400' } } }])
  })

  it('loads a strategy file that changes at once, and keeps what ran when it has a mistake', async () => {
    const file = join(folder, 'fast-cross.yaml')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace('entry:', 'entri:'))
    await expect
      .poll(() => said.some(({ msg }) => msg.includes('what ran before runs on')), { timeout: 5_000 })
      .toBe(true)
    expect(await configsOf('strategy')).toHaveLength(1)
    writeFileSync(file, `${text}# changed\n`)
    await expect.poll(() => configsOf('strategy'), { timeout: 5_000 }).toHaveLength(2)
  })

  it('brings back what was killed', async () => {
    const before = (await status()).processes as { name: string; pid: number }[]
    expect(before.slice(0, 2).map(({ name }) => name)).toEqual(['log', 'router'])
    // The log last: a router without it ends by itself, perhaps before its turn.
    for (const { pid } of before.toReversed()) process.kill(pid, 'SIGKILL')
    await expect
      .poll(
        async () => {
          const { processes } = await status()
          return processes.map(({ state, restarts }: Record<string, unknown>) => `${state} ${restarts}`)
        },
        { timeout: 20_000 },
      )
      .toEqual(Array(11).fill('ready 1'))
  })

  it('stops in order on SIGTERM with 0, and then nothing runs', async () => {
    const pids = ((await status()).processes as { pid: number }[]).map(({ pid }) => pid)
    tree.kill('SIGTERM')
    expect((await tree).exitCode).toBe(0)
    expect(pids.filter((pid) => !isGone(pid))).toEqual([])
    expect(existsSync(join(folder, 'logs', 'live', 'tree.json'))).toBe(false)
    const nothing = await trader(['status'], { cwd: folder })
    expect(nothing).toMatchObject({
      exitCode: 1,
      stderr: 'trader: nothing runs: no tree of run live (start it with: trader up)\n',
    })
  })

  it('leaves no orphan when it is killed', async () => {
    said.length = 0
    up()
    await says('the tree is up')
    const pids = said.flatMap(({ msg, child }) => (msg === 'ready' && child !== undefined ? [child] : []))
    expect(pids).toHaveLength(11)
    tree.kill('SIGKILL')
    await expect.poll(() => pids.filter((pid) => !isGone(pid)), { timeout: 1_000 }).toEqual([])
  })
})

describe('trader up, told wrong', () => {
  it('ends with 2 before anything starts when the topology is wrong', async () => {
    writeFileSync(join(folder, 'wrong.yaml'), 'feed:\n  kind: sedded\n')
    const { exitCode, stderr } = await trader(['up', '--topology', 'wrong.yaml', '--run', 'wrong'], { cwd: folder })
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^wrong\.yaml:\d+.*: /)
    expect(existsSync(join(folder, 'logs', 'wrong'))).toBe(false)
  })
})
