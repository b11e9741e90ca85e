import { type ChildProcess, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { topicSegments } from '#lib/journal/log-files.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { has, injectFault, type LogProcess, startLog } from '#test/faults/log-process.ts'
import { fact } from '#test/lib/journal/bodies.ts'
import { trader } from '#test/process/trader.ts'

let root: string
let running: LogProcess[]
let helpers: ChildProcess[]
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'trader-disk-'))
  running = []
  helpers = []
})
afterEach(async () => {
  for (const helper of helpers) helper.kill('SIGKILL')
  for (const { child, ended } of running) {
    child.kill('SIGKILL')
    await ended
  }
  spawnSync('umount', [join(root, 'logs')])
  rmSync(root, { recursive: true })
})

const logs = () => join(root, 'logs')
const live = () => join(logs(), 'live')
const start = async (traced?: string) => {
  const started = await startLog(logs(), join(root, 'keys'), traced)
  running.push(started)
  return started
}
const mount = (...args: string[]) => spawnSync('mount', args).status === 0
const canMount = (() => {
  const place = mkdtempSync(join(tmpdir(), 'trader-mount-'))
  const can = mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place)
  if (can) spawnSync('umount', [place])
  rmSync(place, { recursive: true })
  return can
})()
const canTrace = has(
  'strace',
  '-f',
  '-e',
  'trace=fdatasync',
  '-e',
  'inject=fdatasync:error=EIO',
  '-o',
  '/dev/null',
  'true',
)
const canLimit = has('prlimit', '--version')

/** Appends facts one after the other and stops at the first that is not taken. */
async function appendUntil(
  { log }: LogProcess,
  from: number,
  most: number,
  text = 'x'.repeat(20_000),
  topic = 'md.bar',
) {
  for (let n = from; n < from + most; n++) {
    const result = await log.append([[fact('md', 1, n, topic, text)]]).catch((error: Error) => error.message)
    const isTaken = typeof result !== 'string' && result[0]?.kind === 'appended'
    if (!isTaken) return { taken: n, result: typeof result === 'string' ? result : result[0] }
  }
  return { taken: from + most, result: null }
}

const seqsInFiles = () => [...readLog(live())].map(({ seq }) => seq)
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

describe.skipIf(!canMount)('trader log on a disk of 8 MB', () => {
  beforeEach(() => {
    mkdirSync(logs())
    expect(mount('-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', logs())).toBe(true)
  })

  it('[J12] ENOSPC: refuses with disk_full, reads on, and goes on when there is space again', async () => {
    writeFileSync(join(logs(), 'ballast'), Buffer.alloc(3 << 20))
    const first = await start()
    const { taken, result } = await appendUntil(first, 0, 1_000)
    expect(result).toEqual({ kind: 'refused', reason: 'disk_full' })
    expect(taken).toBeGreaterThan(20)
    const { lines } = await first.log.read({ from: taken, maxBytes: 1 << 20 })
    expect(lines).toHaveLength(1)
    expect(seqsInFiles()).toEqual(upTo(taken))
    expect(await first.log.append([[fact('md', 1, 0)]])).toEqual([{ kind: 'repeat' }])
    rmSync(join(logs(), 'ballast'))
    expect((await appendUntil(first, taken, 10)).result).toBeNull()
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    expect(seqsInFiles()).toEqual(upTo(taken + 10))
    expect((await (await start()).log.state()).head).toBe(taken + 10)
  })

  it('[J22] says how full the disk is, to the router that halts new exposure', async () => {
    const { log } = await start()
    expect((await log.state()).diskUsedPercent).toBeLessThan(50)
    writeFileSync(join(logs(), 'ballast'), Buffer.alloc(7_900 << 10))
    expect((await log.state()).diskUsedPercent).toBeGreaterThanOrEqual(95)
  })

  it('[J12] a full disk and a kill: what was acknowledged is there', async () => {
    const first = await start()
    const { taken } = await appendUntil(first, 0, 1_000)
    first.child.kill('SIGKILL')
    await first.ended
    expect(seqsInFiles()).toEqual(upTo(taken))
    expect((await (await start()).log.state()).head).toBe(taken)
  })

  it('a disk that is read-only: one line and exit code 2; reading goes on; writable again it starts', async () => {
    const first = await start()
    await appendUntil(first, 0, 5)
    first.child.kill('SIGKILL')
    await first.ended
    expect(mount('-o', 'remount,ro', logs())).toBe(true)
    const again = await trader([
      'log',
      '--folder',
      logs(),
      '--run',
      'live',
      '--port',
      '0',
      '--keys',
      join(root, 'keys'),
    ])
    expect(String(again.stderr).trimEnd().split('\n')).toHaveLength(1)
    expect(again.stderr).toContain('read-only')
    expect(again.exitCode).toBe(2)
    const { stdout } = await trader(['log', 'read', '--folder', live()])
    expect(String(stdout).trimEnd().split('\n')).toHaveLength(5)
    expect(mount('-o', 'remount,rw', logs())).toBe(true)
    expect((await (await start()).log.state()).head).toBe(5)
  })
})

/** What the kernel was asked to sync, in order, below the test's folder; a name for each date. */
function syncsIn(trace: string): string[] {
  const below = realpathSync(root)
  const lines = readFileSync(trace, 'utf8').split('\n')
  const asked = lines.flatMap((line) => /(f(?:data)?sync)\(\d+<([^>]*)>/.exec(line)?.slice(1, 3).join(' ') ?? [])
  return asked.map((one) => one.replace(below, '').replace(/\d{4}-\d\d-\d\d/, '<date>'))
}

describe.skipIf(!canTrace)('what trader log asks of the kernel', () => {
  it('[J9] syncs the folders of a new journal before the first commit, and those of a topic file before it counts', async () => {
    const trace = join(root, 'trace')
    const first = await start(trace)
    expect((await appendUntil(first, 0, 1)).result).toBeNull()
    const opening = syncsIn(trace)
    const commit = opening.indexOf('fdatasync /logs/live/journal/000000000001.jsonl')
    expect(commit).toBeGreaterThan(0)
    expect(opening.slice(0, commit)).toEqual(
      expect.arrayContaining(['fsync /logs/live/journal', 'fsync /logs/live', 'fsync /logs', 'fsync ']),
    )
    expect((await appendUntil(first, 1, 60)).result).toBeNull()
    const later = syncsIn(trace).slice(opening.length)
    expect(later).toEqual(expect.arrayContaining(['fsync /logs/live/md/<date>', 'fsync /logs/live/md']))
    await expect.poll(() => syncsIn(trace)).toContain('fdatasync /logs/live/md/<date>/000000000001.jsonl')
  })
})

describe.skipIf(!canTrace)('trader log when system calls fail', () => {
  it.each([
    ['fdatasync', 'EIO'],
    ['pwrite64', 'EIO'],
    ['pwrite64', 'EROFS'],
  ])(
    '[J12] %s says %s: acknowledges nothing more, ends with 1, and is whole at the next start',
    async (call, error) => {
      const first = await start()
      const { taken } = await appendUntil(first, 0, 20)
      helpers.push(await injectFault(first.child.pid as number, call, error))
      const failed = await appendUntil(first, taken, 5)
      expect(failed.taken).toBe(taken)
      expect(failed.result).toMatch(/closed|cannot write/)
      expect(await first.ended).toBe(1)
      expect(first.talk()).toContain(`the log cannot write: ${error}`)
      const second = await start()
      const { head } = await second.log.state()
      expect([taken, taken + 1]).toContain(head)
      expect((await appendUntil(second, head, 5)).result).toBeNull()
      expect(seqsInFiles()).toEqual(upTo(head + 5))
    },
  )
})

describe.skipIf(!canLimit)('trader log with too many open files', () => {
  it('[J12] EMFILE: acknowledges in the files it has, and opens the others when it may', async () => {
    const first = await start()
    const pid = first.child.pid as number
    const { taken } = await appendUntil(first, 0, 3)
    const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number))
    const lowestFree = upTo(1_000).find((fd) => !open.has(fd))
    expect(spawnSync('prlimit', ['--pid', String(pid), `--nofile=${lowestFree}:`]).status).toBe(0)
    expect((await appendUntil(first, taken, 200)).result).toBeNull()
    expect(topicSegments(realDisk, live(), 'md')).toEqual([])
    expect(spawnSync('prlimit', ['--pid', String(pid), '--nofile=1024:']).status).toBe(0)
    expect((await appendUntil(first, taken + 200, 100)).result).toBeNull()
    expect(topicSegments(realDisk, live(), 'md')).toHaveLength(1)
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    expect(seqsInFiles()).toEqual(upTo(taken + 300))
  })
})
