import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Topology } from '#compose/topology.ts'
import { treeChildren } from '#compose/tree-children.ts'
import type { TreeFile } from '#compose/tree-file.ts'
import { isGone } from '#test/compose/gone.ts'

const fake = join(import.meta.dirname, 'fake-service.js')
let folder: string
let trees: ChildProcess[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trader-tree-'))
  trees = []
})
afterEach(async () => {
  for (const tree of trees) {
    const isOver = tree.exitCode !== null || tree.signalCode !== null
    if (!isOver && tree.kill('SIGKILL')) await once(tree, 'exit')
  }
  rmSync(folder, { recursive: true })
})

const topology = (kind = 'simulated') => ({
  run: kind === 'simulated' ? 'drill' : kind,
  logs: join(folder, 'logs'),
  keys: join(folder, 'keys'),
  router: { host: '127.0.0.1', port: 0 },
  venue: { kind },
  feed: { kind: 'seeded' },
})
const treeFile = (run = 'drill') => join(folder, 'logs', run, 'tree.json')

/** A tree of fake services in a process of its own; `said` fills with what it says. */
function startTree(kind?: string, env: NodeJS.ProcessEnv = {}) {
  const code = `
    import { runTree } from '#compose/tree.ts'
    import { showLines } from '#compose/tree-lines.ts'
    const unassigned = { of: () => ({}), watch: () => ({ close: () => undefined }) }
    const self = { file: process.execPath, args: [${JSON.stringify(fake)}] }
    try {
      const { exitCode } = await runTree(${JSON.stringify(topology(kind))}, unassigned, (tree) => showLines(tree, 50), self)
      process.exitCode = exitCode
    } catch (error) {
      process.stderr.write(JSON.stringify({ msg: error.message }) + '\\n')
      process.exitCode = 2
    }`
  const tree = spawn(process.execPath, ['--input-type=module-typescript', '-e', code], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, BINANCE_API_KEY: 'drill-key', BINANCE_API_SECRET: 'drill-secret', ...env },
  })
  trees.push(tree)
  const said: { msg: string; service?: string; child?: number }[] = []
  createInterface({ input: tree.stderr }).on('line', (line) => said.push(JSON.parse(line)))
  const says = (msg: string) => expect.poll(() => said.map((line) => line.msg), { timeout: 10_000 }).toContain(msg)
  const pids = () => said.flatMap(({ msg, child }) => (msg === 'ready' && child !== undefined ? [child] : []))
  return { tree, said, says, pids }
}

it('in lockstep ends when any of its services is lost: every event would wait for it', () => {
  const spared = (lockstep: boolean) =>
    treeChildren({ ...topology(), lockstep } as unknown as Topology, () => ({}))
      .filter(({ isVital }) => !isVital)
      .map(({ name }) => name)
  expect(spared(true)).toEqual([])
  expect(spared(false)).toEqual(['md', 'indicators'])
})

describe('a tree of processes', () => {
  it.skipIf(!existsSync('/proc/self/environ'))(
    '[G17] gives what signs requests to an exchange to the process that speaks with it alone',
    async () => {
      const holders = async (kind: string) => {
        const { tree, says } = startTree(kind)
        await says('the tree is up')
        const file = treeFile(topology(kind).run)
        await expect.poll(() => JSON.parse(readFileSync(file, 'utf8')).processes[10]?.state).toBe('ready')
        const processes: { name: string; pid: number }[] = JSON.parse(readFileSync(file, 'utf8')).processes
        const found = processes.filter(({ pid }) => readFileSync(`/proc/${pid}/environ`, 'utf8').includes('drill-'))
        tree.kill('SIGTERM')
        await once(tree, 'exit')
        return found.map(({ name }) => name)
      }
      expect(await holders('binance')).toEqual(['venue'])
      expect(await holders('simulated')).toEqual([])
    },
  )

  it('says where it is while it is up, and ends in order on SIGTERM', async () => {
    const { tree, said, says, pids } = startTree()
    await says('the tree is up')
    expect(pids()).toHaveLength(11)
    await expect.poll(() => JSON.parse(readFileSync(treeFile(), 'utf8')).processes[10]?.state).toBe('ready')
    expect(JSON.parse(readFileSync(treeFile(), 'utf8'))).toMatchObject({
      pid: tree.pid,
      run: 'drill',
      routerUrl: 'ws://127.0.0.1:7002',
    })
    tree.kill('SIGTERM')
    expect(await once(tree, 'exit')).toEqual([0, null])
    const stopped = said.filter(({ msg }) => msg === 'stopped').map(({ service }) => service)
    expect([stopped[0], ...stopped.slice(-2)]).toEqual(['md', 'router', 'log'])
    expect(existsSync(treeFile())).toBe(false)
  })

  it('[R14] runs on when it cannot ask its router how it is: there is no CA to check it by', async () => {
    const { tree, said, says } = startTree('simulated', { FAKE_SCHEME: 'wss' })
    await says('the tree is up')
    const statuses = () => said.filter(({ msg }) => msg === 'status').length
    const before = statuses()
    await expect.poll(statuses).toBeGreaterThan(before + 2)
    tree.kill('SIGTERM')
    expect(await once(tree, 'exit')).toEqual([0, null])
  })

  it('says what is so as soon as it can, where it could not be written down when it came to be', async () => {
    const { tree, said, says, pids } = startTree()
    await says('the tree is up')
    const states = () => (JSON.parse(readFileSync(treeFile(), 'utf8')) as TreeFile).processes
    await expect.poll(() => states()[10]?.state).toBe('ready')
    // What is new of it cannot be written.
    mkdirSync(`${treeFile()}.next`)
    const ready = () => said.filter(({ msg }) => msg === 'ready').length
    process.kill(pids().at(-1) as number, 'SIGKILL')
    await expect.poll(() => ready(), { timeout: 10_000 }).toBe(12)
    await expect.poll(() => said.filter(({ msg }) => msg.startsWith('tree.json')).length).toBe(1)
    rmSync(`${treeFile()}.next`, { recursive: true })
    await expect
      .poll(
        () =>
          states()
            .map(({ restarts }) => restarts)
            .toSorted()
            .at(-1),
        { timeout: 5_000 },
      )
      .toBe(1)
    expect(states().every(({ state }) => state === 'ready')).toBe(true)
    tree.kill('SIGTERM')
    expect(await once(tree, 'exit')).toEqual([0, null])
  })

  it('is refused beside another of the same run, which is named', async () => {
    const first = startTree()
    await first.says('the tree is up')
    const second = startTree()
    expect(await once(second.tree, 'exit')).toEqual([2, null])
    await second.says(`a tree of run drill is up already, as process ${first.tree.pid}`)
  })

  it('leaves nothing behind when it is killed, and starts again', async () => {
    const { tree, says, pids } = startTree()
    await says('the tree is up')
    tree.kill('SIGKILL')
    await expect.poll(() => pids().filter((pid) => !isGone(pid)), { timeout: 1_000 }).toEqual([])
    const next = startTree()
    await next.says('the tree is up')
  })
})
