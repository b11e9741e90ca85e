import {
  globSync,
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
import { hasEnded } from '#lib/bus/has-ended.ts'
import { checkLog } from '#lib/journal/check-log.ts'
import type { EventLog } from '#lib/journal/event-log.ts'
import { topicSegments } from '#lib/journal/log-files.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { packFrame } from '#lib/journal/packed-file.ts'
import { type ReadOptions, readLog } from '#lib/journal/read-log.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { repairLog } from '#lib/journal/repair-log.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { below, chanceOf, pick } from '#test/faults/chance.ts'
import { openBus, openWelcome, until } from '../bus/bus-of-test.ts'
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
    '%s: who reads its topic is refused, who begins behind it is not',
    async (how) => {
      const behind = damage(how)
      expect(() => [...readLog(folder, { topics: ['md.bar'] })]).toThrow(/damaged|missing/)
      expect(() => [...readLog(folder, { since: 0 })]).toThrow(/damaged|missing/)
      expect([...readLog(folder, { topics: ['md.bar'], from: behind })]).toHaveLength(events + 1 - behind)
      const read = await readLive(1)
      expect(read.damage).toMatch(/damaged|missing/)
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

  it('[R2] the router refuses who reads it, and goes on with all others', async () => {
    const behind = damage('a bit in its middle is wrong')
    const opened = await openEventLog(folder, { segmentBytes: 20_000 })
    log = opened
    expect(await hasEnded(opened)).toBe(false)
    const bus = await openBus(opened)
    try {
      const reader = await openWelcome(bus.url, 'operator', { from: 1, topics: ['md.bar'] })
      const other = await openWelcome(bus.url, 'operator', { from: behind, topics: ['md.bar'] })
      await until(() => reader.socket.readyState === reader.socket.CLOSED)
      expect(reader.frames.at(-1)).toMatch(/"t":"refused".*is damaged, at byte/)
      await until(() => other.frames.some((frame) => frame.includes(`"seq":${events},`)))
      await opened.append([[fact('md', 2, 0)]])
      expect([other.socket.readyState, bus.failures]).toEqual([other.socket.OPEN, []])
      other.socket.terminate()
    } finally {
      await bus.close()
    }
  })

  it('it cannot be compressed, which is said once, and the log goes on', async () => {
    damage('a bit in its middle is wrong')
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
    expect(told).toEqual([`${files[1]}: is not what was sealed: it stays as it is`])
    expect(files.slice(0, 3).map((path) => path.endsWith('.zst'))).toEqual([true, false, true])
  })
})
