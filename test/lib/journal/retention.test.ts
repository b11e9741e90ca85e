import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { seqIn } from '#lib/codec/event-text.ts'
import { checkLog } from '#lib/journal/check-log.ts'
import type { LogFault } from '#lib/journal/check-segment.ts'
import type { EventLog } from '#lib/journal/event-log.ts'
import { newestKept, removedOf } from '#lib/journal/kept-events.ts'
import type { ReadDisk } from '#lib/journal/log-disk.ts'
import { journalSegments, topicSegments } from '#lib/journal/log-files.ts'
import { type LogOptions, openEventLog } from '#lib/journal/open-event-log.ts'
import { packFrame } from '#lib/journal/packed-file.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { repairLog } from '#lib/journal/repair-log.ts'
import { keptSegments, readRetained, writeRetained } from '#lib/journal/retained.ts'
import { fact, groupOf } from './bodies.ts'

let folder: string
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'trader-retention-')), 'live')
})
afterEach(() => rmSync(join(folder, '..'), { recursive: true }))

const small = { mib: 4_000 / 2 ** 20 }
const open = (more: LogOptions = {}) =>
  openEventLog(folder, {
    segmentBytes: 1_000,
    retention: { retention: { md: small }, neededFrom: () => Number.POSITIVE_INFINITY },
    ...more,
  })

const batch = 5

/** Facts of md and answers to them, in turn; then what is behind them in the background is done. */
async function fill(log: EventLog, from: number, count: number): Promise<void> {
  for (let n = from; n < from + count; n += batch) {
    await log.append(Array.from({ length: batch }, (_, i) => [fact('md', 1, n + i)]))
    const { head } = await log.state()
    await log.append(Array.from({ length: batch }, (_, i) => groupOf('risk', head - batch + 1 + i, 1)))
  }
}

const bytesOfMd = () =>
  topicSegments(realDisk, folder, 'md').reduce((sum, { path }) => sum + readFileSync(path).length, 0)
const firstOfMd = () => (readRetained(realDisk, folder)?.namespaces.md?.to ?? 0) + 1
const faults = () => {
  const found: LogFault[] = []
  // The payloads of these tests are of no schema.
  checkLog(folder, { onFault: (fault) => fault.kind !== 'schema' && found.push(fault) })
  return found.map(({ kind, message }) => `${kind}: ${message}`)
}
const seqs = (options: Parameters<typeof readLog>[1]) => [...readLog(folder, options)].map(({ seq }) => seq)

/** A log of which nothing is removed yet, and, in a folder beside it, what becomes of it. */
async function tidiedCopy(): Promise<string> {
  const log = await open({ retention: null })
  await fill(log, 0, 200)
  await log.close()
  const later = join(folder, '..', 'later')
  cpSync(folder, later, { recursive: true })
  const retention = { retention: { md: small }, neededFrom: () => Number.POSITIVE_INFINITY }
  const tidy = await openEventLog(later, { segmentBytes: 1_000, retention, compress: packFrame })
  await vi.waitFor(() => expect(readRetained(realDisk, later)).not.toBeNull(), 20_000)
  await tidy.close()
  return later
}

describe('retention', () => {
  it.each([
    ['plain', null],
    ['compressed', packFrame],
  ])('[J23] removes the oldest of what is too much, %s, and nothing else', async (_, compress) => {
    const log = await open({ compress })
    await fill(log, 0, 200)
    await log.close()
    const again = await open({ compress })
    // In the background: how far it has come is a matter of time.
    await vi.waitFor(() => expect(bytesOfMd()).toBeLessThan(4_000 + 3 * 1_500), 20_000)
    await again.close()
    const first = firstOfMd()
    expect(first).toBeGreaterThan(100)
    expect(faults()).toEqual([])
    expect(seqs({ topics: ['risk'] })).toHaveLength(200)
    expect(seqs({ from: first })).toEqual(Array.from({ length: 401 - first }, (_, i) => first + i))
  })

  it('[J23] the newest that are kept are there also when fewer are kept than asked for, and what is counted is all that is kept', async () => {
    const log = await open()
    await fill(log, 0, 200)
    await log.close()
    const first = firstOfMd()
    expect(first).toBeGreaterThan(1)
    const mdKept = seqs({ from: first, topics: ['md'] })
    expect(newestKept(folder, { number: 5_000, topics: ['md'] }).map(seqIn)).toEqual(mdKept)
    expect(newestKept(folder, { number: 7, topics: ['md'] }).map(seqIn)).toEqual(mdKept.slice(-7))
    expect(newestKept(folder, { number: 5_000, topics: ['risk'] })).toHaveLength(200)
    expect(newestKept(folder, { number: 5_000 }).map(seqIn)).toEqual(seqs({ from: first }))
    const kept = [...mdKept, ...seqs({ topics: ['risk'] })].toSorted((a, b) => a - b)
    expect(seqs({ isKeptEnough: true })).toEqual(kept)
    expect(seqs({ isKeptEnough: true, from: first - 10 })).toEqual(kept.filter((seq) => seq >= first - 10))
    expect(seqs({ isKeptEnough: true, topics: ['md'] })).toEqual(mdKept)
    const removed = `removed (retention): md up to event ${first - 1}`
    expect(removedOf(folder)).toBe(removed)
    expect(removedOf(folder, { topics: ['md.bar'], from: first - 1 })).toBe(removed)
    expect(removedOf(folder, { from: first })).toBe(null)
    expect(removedOf(folder, { topics: ['risk'] })).toBe(null)
    expect(removedOf(folder, { since: 1_001 })).toBe(null)
  })

  it('[J23] of what is kept nothing is lost unseen, and what was removed is not read where the journal has it still', async () => {
    const log = await open()
    await fill(log, 0, 200)
    await log.close()
    const [oldest] = keptSegments(realDisk, folder, 'md', readRetained(realDisk, folder))
    rmSync(oldest?.path as string)
    expect(() => seqs({ isKeptEnough: true })).toThrow(`events ${oldest?.firstSeq} to`)
    rmSync(folder, { recursive: true })
    const other = await open({ retention: null })
    await fill(other, 0, batch)
    await other.close()
    const md = { to: 3, events: 3, lastAt: 1_000, chain: '' }
    writeRetained(realDisk, folder, { through: 3, marks: {}, namespaces: { md } })
    expect(seqs({ isKeptEnough: true })).toEqual([4, 5, 6, 7, 8, 9, 10])
  })

  it('[J23] refuses to read what was removed, with the first seq that is kept', async () => {
    const log = await open()
    await fill(log, 0, 200)
    const first = firstOfMd()
    expect(first).toBeGreaterThan(1)
    const words = `events before ${first} were removed (retention)`
    expect(() => seqs({})).toThrow(words)
    expect(() => seqs({ topics: ['md'] })).toThrow(words)
    expect(() => seqs({ from: first - 1 })).toThrow(words)
    expect(() => seqs({ since: 0 })).toThrow(words)
    await log.close()
    const again = await open()
    expect(await again.read({ from: 1, maxBytes: 1_000 })).toMatchObject({ to: 0, lines: [], firstKept: firstOfMd() })
    expect((await again.read({ from: 1, maxBytes: 1_000, topics: ['risk.rejected'] })).lines.length).toBeGreaterThan(0)
    await again.close()
  })

  it.each([1, 3, 5, 12])(
    '[J21] [J23] a check does not miss what is compressed and removed while it reads file %i',
    async (nth) => {
      const later = await tidiedCopy()
      let opened = 0
      const disk = {
        ...realDisk,
        openToRead(path: string) {
          if (path.includes('/md/') && ++opened === nth) {
            rmSync(folder, { recursive: true })
            cpSync(later, folder, { recursive: true })
          }
          return realDisk.openToRead(path)
        },
      }
      const found: LogFault[] = []
      checkLog(folder, { disk, onFault: (fault) => fault.kind !== 'schema' && found.push(fault) })
      expect(found).toEqual([])
      expect(opened).toBeGreaterThan(nth)
      expect(firstOfMd()).toBeGreaterThan(1)
    },
  )

  it('[J23] a reader does not pass over unseen what is removed while it looks for its files', async () => {
    const later = await tidiedCopy()
    const whole = seqs({ topics: ['md'] })
    let isLeft = 1
    const disk: ReadDisk = {
      ...realDisk,
      list(path) {
        if (path.endsWith('/md') && isLeft-- === 1) {
          rmSync(folder, { recursive: true })
          cpSync(later, folder, { recursive: true })
        }
        return realDisk.list(path)
      },
    }
    expect(() => seqs({ topics: ['md'], disk })).toThrow('were removed (retention)')
    expect(seqs({ topics: ['md'], isKeptEnough: true })).toEqual(whole.filter((seq) => seq >= firstOfMd()))
    expect(firstOfMd()).toBeGreaterThan(1)
  })

  it('[J23] keeps what a snapshot needs', async () => {
    const log = await open({ retention: { retention: { md: small }, neededFrom: () => 61 } })
    await fill(log, 0, 200)
    // All but the segment that holds it, however the events came to be spread over segments.
    await vi.waitFor(() => {
      const [oldest, next] = topicSegments(realDisk, folder, 'md').map(({ firstSeq }) => firstSeq)
      expect(oldest).toBeLessThanOrEqual(61)
      expect(next).toBeGreaterThan(61)
    })
    await log.close()
    expect(firstOfMd()).toBeGreaterThan(1)
    expect(firstOfMd()).toBeLessThanOrEqual(61)
    expect(seqs({ from: 61, topics: ['md'] })[0]).toBe(61)
  })

  it('[J23] keeps what a reader is about to read', async () => {
    const unlimited = { retention: {}, neededFrom: () => Number.POSITIVE_INFINITY }
    const before = await open({ retention: unlimited })
    await fill(before, 0, 50)
    await before.close()
    const log = await open({ retention: unlimited })
    const { to } = await log.read({ from: 1, maxBytes: 500, topics: ['md.bar'] })
    unlimited.retention = { md: small }
    await fill(log, 50, 150)
    expect(firstOfMd()).toBeLessThanOrEqual(to + 1)
    let next = to + 1
    for (let head = 400; next <= head; ) {
      const read = await log.read({ from: next, maxBytes: 4_000, topics: ['md.bar'] })
      expect(read.firstKept).toBeUndefined()
      next = read.to + 1
    }
    await log.close()
  })

  it('[J23] removes what is older than so many days since it was written', async () => {
    let today = '2026-11-01'
    const retention = { retention: { md: { days: 2 } }, neededFrom: () => Number.POSITIVE_INFINITY }
    const log = await open({ retention, today: () => today })
    for (const [day, date] of ['2026-11-01', '2026-11-02', '2026-11-03', '2026-11-04', '2026-11-05'].entries()) {
      today = date
      await fill(log, 40 * day, 40)
    }
    const dates = () => [...new Set(topicSegments(realDisk, folder, 'md').map(({ path }) => path.split('/').at(-2)))]
    // In the background, which ends when the log is closed.
    await vi.waitFor(() => expect(dates()).toEqual(['2026-11-03', '2026-11-04', '2026-11-05']), 20_000)
    await log.close()
    expect(dates()).toEqual(['2026-11-03', '2026-11-04', '2026-11-05'])
    expect(faults()).toEqual([])
  })

  it('[J23] a clock that is wrong for a while removes nothing that is to be kept, and ends nothing', async () => {
    let today = '2026-11-01'
    const retention = { retention: { md: { days: 2 } }, neededFrom: () => Number.POSITIVE_INFINITY }
    const log = await open({ retention, today: () => today })
    let n = 0
    const day = async (date: string, count = 40) => {
      today = date
      await fill(log, n, count)
      n += count
    }
    const dates = () => [...new Set(topicSegments(realDisk, folder, 'md').map(({ path }) => path.split('/').at(-2)))]
    for (const date of ['2026-11-01', '2026-11-02', '2026-11-03', '2026-11-04']) await day(date)
    await day('2099-01-01', batch)
    await day('2026-11-04')
    await day('2020-01-01', batch)
    await day('2026-11-05')
    await vi.waitFor(() => expect(dates()).not.toContain('2026-11-02'), 20_000)
    expect(dates()).toEqual(expect.arrayContaining(['2026-11-04', '2026-11-05', '2099-01-01']))
    for (const date of ['2026-11-06', '2026-11-07', '2026-11-08']) await day(date)
    const kept = ['2026-11-06', '2026-11-07', '2026-11-08']
    await vi.waitFor(() => expect(dates()).toEqual(kept), 20_000)
    await log.close()
    expect(faults()).toEqual([])
  })

  it.each([1, 2, 3, 5])(
    '[J23] a clock that is a month ahead for %i segments makes what is there no month older',
    async (segments) => {
      let today = '2026-11-01'
      const retention = { retention: { md: { days: 4 } }, neededFrom: () => Number.POSITIVE_INFINITY }
      const log = await open({ retention, today: () => today })
      let n = 0
      const write = async (date: string, count: number) => {
        today = date
        await fill(log, n, count)
        n += count
      }
      const segmentsOf = (date: string) =>
        topicSegments(realDisk, folder, 'md').filter(({ path }) => path.split('/').at(-2) === date).length
      const real = ['2026-11-01', '2026-11-02', '2026-11-03', '2026-11-04']
      for (const date of real) await write(date, 20)
      while (segmentsOf('2026-12-04') < segments) await write('2026-12-04', batch)
      // What is done in the background is done when it is closed.
      await write('2026-11-04', 20)
      await log.close()
      const again = await open({ retention, today: () => today })
      await again.close()
      for (const date of real) expect(segmentsOf(date)).toBeGreaterThan(0)
      expect(firstOfMd()).toBe(1)
    },
  )

  it('[J23] does not hide what is lost besides', async () => {
    const log = await open()
    await fill(log, 0, 200)
    await log.close()
    const [risk] = topicSegments(realDisk, folder, 'risk')
    rmSync(risk?.path as string)
    expect(faults().join()).toMatch(/missing: event/)
  })

  it('[J23] [J11] knows the marks of what was removed also without its checkpoint', async () => {
    const log = await open()
    await log.append([[fact('md-old', 3, 0)]])
    await fill(log, 0, 200)
    const { marks } = await log.state()
    await log.close()
    expect(firstOfMd()).toBeGreaterThan(1)
    rmSync(join(folder, 'journal', 'checkpoint.json'))
    const again = await open()
    expect((await again.state()).marks).toEqual(marks)
    expect(await again.append([[fact('md-old', 3, 0)]])).toEqual([{ kind: 'repeat' }])
    await again.close()
  })

  it('[J23] does not open when it is not known what was removed', async () => {
    const log = await open()
    await fill(log, 0, 200)
    await log.close()
    const file = join(folder, 'retained.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"to":\d/, '"to":9'))
    await expect(open()).rejects.toThrow('what was removed from the log is not known')
  })

  it('[J10] [J23] without a checkpoint it opens when all is whole that was kept, and not when a line of it is damaged', async () => {
    // This one removes nothing: the next would find nothing left to remove, were this one quick.
    const log = await open({ retention: null })
    await fill(log, 0, 100)
    await log.close()
    // All that is in the log now is in topic files when this one removes something.
    const less = { retention: { md: { mib: 2_000 / 2 ** 20 } }, neededFrom: () => Number.POSITIVE_INFINITY }
    const removing = await open({ retention: less })
    await vi.waitFor(() => expect(readRetained(realDisk, folder)?.through).toBe(200), 20_000)
    await removing.close()
    rmSync(join(folder, 'journal', 'checkpoint.json'))
    await (await open({ retention: null })).close()
    expect(faults()).toEqual([])
    rmSync(join(folder, 'journal', 'checkpoint.json'))
    // The newest that has what the journal has not.
    const first = journalSegments(realDisk, folder)[0]?.firstSeq as number
    const newest = topicSegments(realDisk, folder, 'risk').findLast(({ firstSeq }) => firstSeq < first)?.path as string
    const bytes = readFileSync(newest)
    const at = bytes.indexOf('"payload"')
    bytes[at] = (bytes[at] as number) ^ 1
    writeFileSync(newest, bytes)
    await expect(open({ retention: null })).rejects.toThrow('missing or damaged')
    expect(readFileSync(newest).equals(bytes)).toBe(true)
    await repairLog(folder)
    await (await open({ retention: null })).close()
  })

  it('[J21] [J23] what follows a repaired segment need not follow it once that is removed either', async () => {
    const log = await open({ retention: null })
    await fill(log, 0, 200)
    await log.close()
    const [, second, third] = topicSegments(realDisk, folder, 'md')
    const bytes = readFileSync(second?.path as string)
    const at = bytes.indexOf('"payload"')
    bytes[at] = (bytes[at] as number) ^ 1
    writeFileSync(second?.path as string, bytes)
    await repairLog(folder)
    expect(faults()).toEqual([])
    const needed = third?.firstSeq as number
    const removing = await open({ retention: { retention: { md: { mib: 0 } }, neededFrom: () => needed } })
    await fill(removing, 200, 50)
    await vi.waitFor(() => expect(firstOfMd()).toBeGreaterThan(second?.firstSeq as number), 20_000)
    await removing.close()
    expect(faults()).toEqual([])
  })
})
