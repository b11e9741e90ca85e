import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatFrame } from '#lib/bus/frame.ts'
import { hasEnded } from '#lib/bus/has-ended.ts'
import { checkLog } from '#lib/journal/check-log.ts'
import type { EventLog } from '#lib/journal/event-log.ts'
import type { ReadFile } from '#lib/journal/log-disk.ts'
import { topicSegments } from '#lib/journal/log-files.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { packFrame } from '#lib/journal/packed-file.ts'
import { type ReadOptions, readLog } from '#lib/journal/read-log.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { repairLog } from '#lib/journal/repair-log.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { below, chanceOf, pick } from '#test/faults/chance.ts'
import { openBus, openWelcome, tickBody, until } from '../bus/bus-of-test.ts'
import { fact } from './bodies.ts'

const events = 1_000
const damages: Record<string, (path: string) => void> = {
  'a bit of its last event is wrong': (path) => {
    const bytes = readFileSync(path)
    const footer = bytes.lastIndexOf(10, bytes.length - 2)
    bytes[footer - 60] = (bytes[footer - 60] as number) ^ 1
    writeFileSync(path, bytes)
  },
  'a bit in its middle is wrong': (path) => {
    const bytes = readFileSync(path)
    const middle = bytes.length >> 1
    bytes[middle] = (bytes[middle] as number) ^ 1
    writeFileSync(path, bytes)
  },
  'it is cut in a line': (path) => truncateSync(path, readFileSync(path).length >> 1),
  'it is cut between lines': (path) => {
    const text = readFileSync(path, 'latin1')
    truncateSync(path, text.lastIndexOf('\n', text.length >> 1) + 1)
  },
  'it is gone': (path) => renameSync(path, join(path, '../../../../gone')),
}
/** What keeps it from being read; what is in it may be whole, and nothing is repaired. */
const absences: Record<string, (path: string) => void> = {
  'it is a link to a disk that is away': (path) => {
    rmSync(path)
    symlinkSync(join(tmpdir(), 'away', 'x.jsonl'), path)
  },
  'a folder is in its place': (path) => {
    rmSync(path)
    mkdirSync(path)
  },
}
/** What the machine says when it is read. */
const refusals: Record<string, (path: string) => ReadFile> = {
  'a sector of it is bad': (path) => ({
    ...realDisk.openToRead(path),
    size: 20_000,
    read: () => {
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read', path })
    },
  }),
  'too many files are open': (path) => {
    throw Object.assign(new Error('EMFILE'), { code: 'EMFILE', syscall: 'open', path })
  },
}

describe('a sealed topic file is not what was sealed', () => {
  let folder: string
  let log: EventLog | undefined
  beforeEach(async () => {
    folder = join(mkdtempSync(join(tmpdir(), 'trader-sealed-')), 'logs', 'x')
    const written = await openEventLog(folder, { segmentBytes: 20_000 })
    for (let i = 0; i < events; i += 10)
      await written.append(Array.from({ length: 10 }, (_, k) => [fact('md', 1, i + k)]))
    await written.append([[fact('clock', 1, 0, 'system.time')]])
    await written.close()
  })
  afterEach(async () => {
    await log?.close()
    log = undefined
    rmSync(join(folder, '..', '..'), { recursive: true })
  })

  const damage = (how: string): number => {
    const [, second, third] = topicSegments(realDisk, folder, 'md')
    const does = damages[how] ?? absences[how]
    does?.(second?.path as string)
    return third?.firstSeq as number
  }
  /** What a reader of one topic gets of a log that is written, and what it is told then. */
  const readLive = async (from: number) => {
    const opened = await openEventLog(folder, { segmentBytes: 20_000 })
    log = opened
    let count = 0
    for (let next = from; ; ) {
      const read = await opened.read({ from: next, maxBytes: 1 << 14, topics: ['md.bar'] })
      count += read.lines.length
      if (read.damage !== undefined || read.to < next) return { count, damage: read.damage }
      next = read.to + 1
    }
  }

  it.each(Object.keys({ ...damages, ...absences }))(
    '[J11] %s: who reads its topic is refused, who begins behind it is not',
    async (how) => {
      const behind = damage(how)
      const refusal = how in damages ? /damaged|missing/ : /missing|cannot be read: EISDIR/
      expect(() => [...readLog(folder, { topics: ['md.bar'] })]).toThrow(refusal)
      expect(() => [...readLog(folder, { since: 0 })]).toThrow(refusal)
      expect([...readLog(folder, { topics: ['md.bar'], from: behind })]).toHaveLength(events + 1 - behind)
      const read = await readLive(1)
      expect(read.damage).toMatch(refusal)
      expect(read.count).toBeLessThan(events)
      await log?.close()
      expect(await readLive(behind)).toEqual({ count: events + 1 - behind, damage: undefined })
    },
  )

  it.each(Object.keys(damages))('%s: after a repair what is left is read, and checked to be whole', async (how) => {
    damage(how)
    const { lost } = await repairLog(folder)
    const missing = lost.reduce((sum, { from, to }) => sum + to + 1 - from, 0)
    expect(missing).toBeGreaterThan(0)
    expect([...readLog(folder, { topics: ['md.bar'] })]).toHaveLength(events - missing)
    const faults: string[] = []
    checkLog(folder, { onFault: ({ kind }) => kind !== 'schema' && faults.push(kind) })
    // The file behind one that is gone was chained to it.
    expect(faults).toEqual(how === 'it is gone' ? ['chain'] : [])
    expect((await readLive(1)).count).toBe(events - missing)
  })

  it('a wrong bit anywhere in its files: who reads by topic or by time gets everything, or an error', () => {
    const chance = chanceOf(20_261_126)
    const wishes = [{ topics: ['md'] }, { topics: ['system'] }, { since: 900 }, { topics: ['md.bar'], from: 300 }]
    const read = (wish: ReadOptions) => [...readLog(folder, wish)].map(({ content }) => content).join('\n')
    const whole = wishes.map(read)
    const files = globSync('{md,system,journal}/**/*.jsonl', { cwd: folder }).map((name) => join(folder, name))
    for (let n = 0; n < 150; n++) {
      const path = pick(chance, files)
      const bytes = readFileSync(path)
      const at = below(chance, bytes.length)
      const bit = 1 << below(chance, 8)
      writeFileSync(path, bytes.with(at, (bytes[at] as number) ^ bit))
      for (const [i, wish] of wishes.entries()) {
        try {
          expect(read(wish), `${path}, byte ${at}, bit ${bit}`).toBe(whole[i])
        } catch (error) {
          if (!(error instanceof UserError)) throw error
        }
      }
      writeFileSync(path, bytes)
    }
  })

  it.each([
    ['a bit in its middle is wrong', /is damaged, at byte/],
    ['it is a link to a disk that is away', /is a link to what is not there: events are missing/],
    ['a folder is in its place', /cannot be read: EISDIR/],
    ['a sector of it is bad', /\.jsonl: cannot be read: EIO/],
    ['too many files are open', /\.jsonl: cannot be read: EMFILE/],
    ['what was removed is not known', /retained\.json: is not what was written/],
  ])('[J11] [R2] %s: the router refuses who reads it, and goes on with all others', async (how, refusal) => {
    const behind = damage(how)
    const [, second] = topicSegments(realDisk, folder, 'md')
    const openToRead = (path: string) =>
      (path === second?.path ? refusals[how]?.(path) : undefined) ?? realDisk.openToRead(path)
    const opened = await openEventLog(folder, { segmentBytes: 20_000, disk: { ...realDisk, openToRead } })
    log = opened
    expect(await hasEnded(opened)).toBe(false)
    const bus = await openBus(opened)
    try {
      const other = await openWelcome(bus.url, 'operator', { from: behind, topics: ['md.bar', 'md.tick'] })
      await until(() => other.frames.some((frame) => frame.includes(`"seq":${events},`)))
      if (how === 'what was removed is not known') writeFileSync(join(folder, 'retained.json'), '{"through":1}\nabc\n')
      const reader = await openWelcome(bus.url, 'operator', { from: 1, topics: ['md.bar'] })
      await until(() => reader.socket.readyState === reader.socket.CLOSED)
      expect(reader.frames.at(-1)).toMatch(/"t":"refused"/)
      expect(reader.frames.at(-1)).toMatch(refusal)
      const md = await openWelcome(bus.url, 'md')
      md.socket.send(formatFrame({ t: 'publish', k: 0, groups: [1] }, [tickBody(events)]))
      await until(() => other.frames.some((frame) => frame.includes(`"seq":${events + 2},`)))
      expect([other.socket.readyState, bus.failures]).toEqual([other.socket.OPEN, []])
      for (const { socket } of [md, other]) socket.terminate()
    } finally {
      await bus.close()
    }
  })

  it.each([
    ['a bit in its middle is wrong', 'is not what was sealed: it stays as it is'],
    ['it is a link to a disk that is away', 'there is no such file'],
    ['a folder is in its place', 'cannot be read: EISDIR'],
  ])('[J11] %s: it cannot be compressed, which is said once, and the log goes on', async (how, why) => {
    damage(how)
    const told: string[] = []
    log = await openEventLog(folder, {
      segmentBytes: 20_000,
      compress: packFrame,
      onDamage: ({ file, message }) => told.push(`${file}: ${message}`),
      onFailure: (error) => told.push(`failed: ${error.message}`),
    })
    for (let i = 0; i < 300; i++) {
      const [result] = await log.append([[fact('md', 2, i)]])
      expect(result?.kind).toBe('appended')
    }
    await log.close()
    const files = topicSegments(realDisk, folder, 'md').map(({ path }) => path)
    expect(told).toEqual([`${files[1]}: ${why}`])
    expect(files.slice(0, 3).map((path) => path.endsWith('.zst'))).toEqual([true, false, true])
  })
})
