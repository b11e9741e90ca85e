import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeTreeFile } from '#compose/tree-file.ts'
import { startOf } from '#lib/process/supervised-memory.ts'
import { trader } from '#test/process/trader.ts'

let folder: string
let router: Server
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trader-status-'))
  const connections = [{ identity: 'risk', state: 'live', seq: 7, behind: 0, rttMs: 0.25 }]
  const body = JSON.stringify({
    run: 'live',
    head: 7,
    eventsPerSecond: 3,
    isIdle: true,
    lockstep: false,
    isEnded: false,
    connections,
  })
  router = createServer((_, response) => response.end(body))
  await new Promise<void>((resolve) => router.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  router.close()
  rmSync(folder, { recursive: true })
})

const { pid } = process
const routerUrl = () => `ws://127.0.0.1:${(router.address() as AddressInfo).port}`

function leaveTree(run: string, risk: { state: string; pid: number | null }, url: string): void {
  mkdirSync(join(folder, 'logs', run), { recursive: true })
  const processes = [{ name: 'risk', restarts: 2, ...risk }]
  const tree = { pid, pidStart: startOf(pid), routerUrl: url, clockUrl: null, keys: 'keys', run, processes }
  writeTreeFile(join(folder, 'logs', run), tree)
}

describe('trader status', () => {
  it('says in one line that nothing runs, and ends with 1', async () => {
    const { stdout, stderr, exitCode } = await trader(['status', '--run', 'paper'], { cwd: folder })
    expect({ stdout, stderr, exitCode }).toEqual({
      stdout: '',
      stderr: 'trader: nothing runs: no tree of run paper (start it with: trader up)\n',
      exitCode: 1,
    })
    const { stdout: json } = await trader(['status', '--url', 'ws://127.0.0.1:1', '--json'], { cwd: folder })
    expect(JSON.parse(json as string)).toEqual({ run: 'live', isRunning: false })
  })

  it('shows what the tree and its router say', async () => {
    leaveTree('live', { state: 'ready', pid }, routerUrl())
    const { stdout, exitCode } = await trader(['status'], { cwd: folder })
    expect(stdout).toContain(`run live, process ${pid}: seq 7, 3 events/s\n`)
    expect(stdout).toMatch(new RegExp(`^risk +ready +${pid} +2 +0 +0\\.3 +\\d+$`, 'm'))
    expect(exitCode).toBe(0)
    const { stdout: json } = await trader(['status', '--url', routerUrl(), '--json'], { cwd: folder })
    expect(JSON.parse(json as string)).toMatchObject({
      isRunning: true,
      head: 7,
      processes: [{ name: 'risk', behind: 0 }],
    })
  })

  it('says why a router that runs does not say how it is, and shows the tree all the same', async () => {
    const secure = routerUrl().replace('ws:', 'wss:')
    leaveTree('secure', { state: 'ready', pid }, secure)
    const { stdout, exitCode } = await trader(['status', '--run', 'secure'], { cwd: folder })
    expect(stdout).toContain(': there is no CA to check the router by\n')
    expect(stdout).toMatch(/^risk +ready/m)
    expect(exitCode).toBe(1)
  })

  it('ends with 1 while a process is not ready or the router is away', async () => {
    leaveTree('drill', { state: 'restarting', pid: null }, 'ws://127.0.0.1:1')
    const { stdout, exitCode } = await trader(['status', '--run', 'drill'], { cwd: folder })
    expect(stdout).toContain(': the router does not answer\n')
    expect(stdout).toMatch(/^risk +restarting +- +2/m)
    expect(exitCode).toBe(1)
  })
})
