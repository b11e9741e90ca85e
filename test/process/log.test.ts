import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readSecret } from '#lib/bus/auth.ts'
import { openRemoteLog } from '#lib/journal/remote-log.ts'
import { selfCommand } from '#lib/process/self.ts'
import { fact } from '#test/lib/journal/bodies.ts'
import { trader } from '#test/process/trader.ts'

let folder: string
let children: ChildProcess[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trader-log-'))
  children = []
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

const canUnshare = spawnSync('unshare', ['-n', 'true']).status === 0

const keys = () => join(folder, 'keys')
const logArgs = () => ['log', '--folder', folder, '--run', 'live', '--port', '0', '--keys', keys()]

async function start(): Promise<{ child: ChildProcess; url: string; ended: Promise<number | null> }> {
  const { file, args } = selfCommand()
  const child = spawn(file, [...args, ...logArgs()], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  children.push(child)
  let talk = ''
  child.stderr?.on('data', (bytes) => {
    talk += bytes
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve((message as { url: string }).url))
    ended.then(() => reject(new Error(talk)))
  })
  return { child, url, ended }
}

describe('trader log', () => {
  it('has everything it acknowledged after SIGKILL, three times over', async () => {
    let acknowledged = 0
    for (let round = 0; round < 3; round++) {
      const { child, url, ended } = await start()
      const log = await openRemoteLog({ url, secret: readSecret(keys(), 'router') })
      const { head, marks } = await log.state()
      expect(head).toBeGreaterThanOrEqual(acknowledged)
      let n = (marks.md?.fact?.n ?? -1) + 1
      expect(n).toBe(head)
      setTimeout(() => child.kill('SIGKILL'), 150 + 100 * round)
      const append = async () => {
        for (;;) {
          const [result] = await log.append([Array.from({ length: 8 }, () => fact('md', 1, n++))])
          if (result?.kind === 'appended') acknowledged = Math.max(acknowledged, result.to)
        }
      }
      await Promise.allSettled([append(), append(), append()])
      await ended
    }
    expect(acknowledged).toBeGreaterThan(100)
    const { child, ended } = await start()
    const { stdout } = await trader(['log', 'read', '--folder', join(folder, 'live')])
    const seqs = String(stdout)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).seq)
    expect(seqs.length).toBeGreaterThanOrEqual(acknowledged)
    expect(seqs).toEqual(seqs.map((_, i) => i + 1))
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })

  it('refuses to be the second one, in one line with the pid of the first', async () => {
    const { child } = await start()
    const { stderr, exitCode } = await trader(logArgs())
    expect(stderr).toContain(`process ${child.pid} is writing this log`)
    expect(String(stderr).trimEnd().split('\n')).toHaveLength(1)
    expect(exitCode).toBe(2)
  })

  it("[J13] refuses to be the second one where the folder was moved; a killed one is in nobody's way", async () => {
    const { child, ended } = await start()
    renameSync(join(folder, 'live'), join(folder, 'moved'))
    const args = logArgs().map((arg) => (arg === 'live' ? 'moved' : arg))
    const second = await trader(args)
    expect(second).toMatchObject({ exitCode: 2 })
    expect(second.stderr).toContain(`process ${child.pid} is writing this log`)
    renameSync(join(folder, 'moved'), join(folder, 'live'))
    child.kill('SIGKILL')
    await ended
    await start()
  })

  it.skipIf(!canUnshare)('[J13] refuses to be the second one from another namespace of the network', async () => {
    const { child } = await start()
    const { file, args } = selfCommand()
    const own = ['unshare', '-n', 'sh', '-c', 'ip link set lo up; exec "$@"', 'sh', file, ...args, ...logArgs()]
    const second = spawnSync(own[0] as string, own.slice(1), { encoding: 'utf8', timeout: 30_000 })
    expect(second.stderr).toContain(`process ${child.pid} is writing this log`)
    expect(second.status).toBe(2)
  })

  it('ends with its supervisor', async () => {
    const { child, ended } = await start()
    child.disconnect()
    expect(await ended).not.toBeNull()
  })

  it('ends with a supervisor that died while it was starting', async () => {
    const { file, args } = selfCommand()
    const child = spawn(file, [...args, ...logArgs()], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    children.push(child)
    child.disconnect()
    const [exitCode] = await once(child, 'exit')
    expect(exitCode).toBe(1)
  })

  it('is shown by stat and tail while it is written, and by topic', async () => {
    const { url } = await start()
    const log = await openRemoteLog({ url, secret: readSecret(keys(), 'router') })
    await log.append([[fact('md', 1, 0), fact('md', 1, 1)], [fact('clock', 1, 0, 'system.time')]])
    const at = ['--folder', join(folder, 'live')]
    const stat = JSON.parse(String((await trader(['log', 'stat', ...at, '--json'])).stdout))
    expect(stat).toMatchObject({
      head: 3,
      topics: [
        { topic: 'md.bar', events: 2 },
        { topic: 'system.time', events: 1 },
      ],
    })
    const { stdout } = await trader(['log', 'tail', '-n', '1', '--topic', 'md', ...at])
    expect(JSON.parse(String(stdout))).toMatchObject({ seq: 2, id: 'md:e1.1' })
    await log.close()
  })

  it('is read as JSON lines with --json too; a wish that nothing can meet is refused in one line', async () => {
    const { url } = await start()
    const log = await openRemoteLog({ url, secret: readSecret(keys(), 'router') })
    await log.append([[fact('md', 1, 0), fact('md', 1, 1)]])
    await log.close()
    const at = ['--folder', join(folder, 'live')]
    const plain = await trader(['log', 'read', ...at])
    for (const command of ['read', 'tail'])
      expect(await trader(['log', command, ...at, '--json'])).toMatchObject({ exitCode: 0, stdout: plain.stdout })
    expect((plain.stdout as string).split('\n')).toHaveLength(3)
    const refused: [string[], string][] = [
      [['read', '--topic', 'nosuch'], 'trader: --topic: there is no topic nosuch (see: trader schema list)'],
      [
        ['read', '--topic', 'order.filled'],
        'trader: --topic: there is no topic order.filled (did you mean: order.fill)',
      ],
      [
        ['tail', '--topic', 'md', '--topic', '*.rejcted'],
        'trader: --topic: there is no topic *.rejcted (see: trader schema list)',
      ],
      [['read', '--from', '10', '--to', '5'], 'trader: --from 10 is behind --to 5: nothing lies between them'],
      [['read', '--since', '5'], 'trader: --since: time is "5", expected one like 2026-11-24T09:30:00'],
      [['read', '--until', '2026-02-30'], 'trader: --until: time is "2026-02-30", which no clock shows'],
      [
        ['read', '--since', '2026-11-25', '--until', '2026-11-24'],
        'trader: --since 2026-11-25 is not before --until 2026-11-24: nothing lies between them',
      ],
    ]
    for (const [args, line] of refused)
      expect(await trader(['log', ...args, ...at])).toMatchObject({ exitCode: 2, stdout: '', stderr: `${line}\n` })
    for (const command of ['check', 'repair', 'stat', 'tail']) {
      const { stderr, exitCode } = await trader(['log', command, '--folder', folder])
      expect({ stderr, exitCode }).toEqual({
        exitCode: 2,
        stderr: `${folder}: is no log: it has neither a journal nor events by namespace and date (name the folder of a run, as logs/live)\n`,
      })
    }
    const json = await trader(['log', 'read', '--topic', 'nosuch', '--json', ...at])
    expect(JSON.parse(json.stdout as string)).toMatchObject({ error: { message: expect.stringContaining('nosuch') } })
  })

  it('says where it looked when there is no log', async () => {
    const { stderr, exitCode } = await trader(['log', 'read', '--folder', join(folder, 'none')])
    expect(stderr).toContain('there is no log in')
    expect(exitCode).toBe(2)
  })
})
