import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readCheckpoint } from '#lib/journal/checkpoint.ts'
import type { LogDisk, LogFile } from '#lib/journal/log-disk.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { newestInTopicFiles } from '#lib/journal/recover-topic-files.ts'
import { fact } from '#test/lib/journal/bodies.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trader-faults-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

type Faults = { isFull: boolean; isSyncFailing: boolean }

/** A real disk on which writes tear when it is full, and syncs fail when told. */
function faultyDisk(faults: Faults): LogDisk {
  const faulty = (file: LogFile): LogFile => ({
    ...file,
    get size() {
      return file.size
    },
    write(bytes, at) {
      if (!faults.isFull) return file.write(bytes, at)
      file.write(bytes.subarray(0, 7), at)
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    },
    sync: (step) => (faults.isSyncFailing ? Promise.reject(new Error('input/output error')) : file.sync(step)),
  })
  return { ...realDisk, create: (path) => faulty(realDisk.create(path)), open: (path) => faulty(realDisk.open(path)) }
}

it('[J12] refuses with disk_full, stays readable and goes on when there is space', async () => {
  const faults = { isFull: false, isSyncFailing: false }
  const log = await openEventLog(folder, { disk: faultyDisk(faults) })
  await log.append([[fact('md', 1, 0)]])
  faults.isFull = true
  expect(await log.append([[fact('md', 1, 1)], [fact('md', 1, 0)]])).toEqual([
    { kind: 'refused', reason: 'disk_full' },
    { kind: 'repeat' },
  ])
  expect((await log.read({ from: 1, maxBytes: 1e6 })).to).toBe(1)
  expect([...readLog(folder)]).toHaveLength(1)
  faults.isFull = false
  expect(await log.append([[fact('md', 1, 1)]])).toEqual([{ kind: 'appended', from: 2, to: 2 }])
  await log.close()
  expect([...readLog(folder)]).toHaveLength(2)
})

it('[J12] a disk that is full over midnight leaves no file that holds nothing', async () => {
  const faults = { isFull: false, isSyncFailing: false }
  let today = '2026-11-01'
  const full = faultyDisk(faults)
  // Journal and footer have their space already: only the new day's file finds none.
  const disk: LogDisk = {
    ...realDisk,
    create: (path) => (path.includes('2026-11-02') ? full.create(path) : realDisk.create(path)),
  }
  const log = await openEventLog(folder, { disk, segmentBytes: 2_000, today: () => today })
  let n = 0
  const append = async (count: number) => {
    for (let i = 0; i < count; i++) expect((await log.append([[fact('md', 1, n++)]]))[0]?.kind).toBe('appended')
  }
  await append(10)
  today = '2026-11-02'
  faults.isFull = true
  await append(10)
  faults.isFull = false
  today = '2026-11-03'
  await append(30)
  await log.close()
  expect([...readLog(folder, { topics: ['md'] })]).toHaveLength(n)
  const again = await openEventLog(folder)
  expect((await again.state()).head).toBe(n)
  await again.close()
  expect([...readLog(folder, { topics: ['md'] })]).toHaveLength(n)
})

it('[J12] acknowledges nothing after a failed sync and is closed for good', async () => {
  const faults = { isFull: false, isSyncFailing: false }
  const failures: string[] = []
  const log = await openEventLog(folder, {
    disk: faultyDisk(faults),
    onFailure: ({ message }) => failures.push(message),
  })
  await log.append([[fact('md', 1, 0)]])
  faults.isSyncFailing = true
  const results = await Promise.allSettled([log.append([[fact('md', 1, 1)]]), log.append([[fact('md', 1, 2)]])])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  faults.isSyncFailing = false
  await expect(log.append([[fact('md', 1, 1)]])).rejects.toThrow('cannot write')
  expect(failures).toEqual(['the log cannot write: input/output error'])
  await log.close()
  const again = await openEventLog(folder)
  expect((await again.state()).head).toBe(3)
  await again.close()
})

it('[J13] has one writer, whose pid the second one is told', async () => {
  const log = await openEventLog(folder)
  await expect(openEventLog(folder)).rejects.toThrow(`process ${process.pid} is writing this log`)
  await log.close()
  await (await openEventLog(folder)).close()
})

it('[J13] has one writer, also where the folder has another name meanwhile', async () => {
  const moved = `${folder}-moved`
  const log = await openEventLog(folder)
  await log.append([[fact('md', 1, 0)]])
  renameSync(folder, moved)
  try {
    await expect(openEventLog(moved)).rejects.toThrow(`process ${process.pid} is writing this log`)
    await expect(openEventLog(moved)).rejects.toThrow('is writing this log')
  } finally {
    renameSync(moved, folder)
  }
  await log.append([[fact('md', 1, 1)]])
  await log.close()
  expect([...readLog(folder)]).toHaveLength(2)
})

it('[J4] [J18] a checkpoint does not know of events that are acknowledged and not durable', async () => {
  const gates: Record<string, Promise<void> | undefined> = {}
  const close = (step: string): (() => void) => {
    let open = () => {}
    gates[step] = new Promise((resolve) => {
      open = resolve
    })
    return open
  }
  const gated = (file: LogFile): LogFile => ({
    ...file,
    get size() {
      return file.size
    },
    sync: async (step) => {
      await gates[step]
      await file.sync(step)
    },
  })
  const disk = { ...realDisk, create: (path: string) => gated(realDisk.create(path)) }
  const log = await openEventLog(folder, { disk, segmentBytes: 1_000, aheadBytes: 0, durability: { md: 'written' } })
  const openTopics = close('topic.file')
  for (let n = 0; n < 18; n++) await log.append([[fact('md', 1, n)]])
  await log.append([[fact('clock', 1, 0, 'system.time')]])
  const openJournal = close('commit')
  await log.append([[fact('second', 1, 0)]])
  openTopics()
  // The second checkpoint, which waited for the first.
  await expect.poll(() => readCheckpoint(realDisk, folder)?.through ?? 0, { timeout: 10_000 }).toBe(19)
  expect((await log.state()).head).toBe(20)
  expect(Object.keys(readCheckpoint(realDisk, folder)?.marks ?? {})).toEqual(['md', 'clock'])
  openJournal()
  await log.close()
})

it('[J6] [J8] who appends is told before topic files are written; no checkpoint says that they have what they have not', async () => {
  let isOpen = true
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  let [told, inTopicFiles, untold] = [0, 0, 0]
  const watched = (file: LogFile, isTopic: boolean): LogFile => ({
    ...file,
    get size() {
      return file.size
    },
    write(bytes, at) {
      if (isTopic) inTopicFiles += Buffer.from(bytes).toString().split('{"seq":').length - 1
      untold = Math.max(untold, inTopicFiles - told)
      file.write(bytes, at)
    },
    // At once, so that a checkpoint which waits for it goes on as soon as it may.
    sync: async (step) => {
      if (step === 'topic.file' && !isOpen) await opened
    },
  })
  const disk = { ...realDisk, create: (path: string) => watched(realDisk.create(path), path.includes('/md/')) }
  const log = await openEventLog(folder, { disk, segmentBytes: 1_000 })
  const append = async (n: number) => {
    await log.append([[fact('md', 1, n)]])
    told++
  }
  for (let n = 0; n < 4; n++) await append(n)
  isOpen = false
  for (let n = 4; n < 20; n++) await append(n)
  open()
  await append(20)
  const known = () => readCheckpoint(realDisk, folder)?.through ?? 0
  await expect.poll(known).toBeGreaterThan(4)
  expect(newestInTopicFiles(realDisk, folder)).toBeGreaterThanOrEqual(known())
  await log.close()
  expect([inTopicFiles, untold]).toEqual([21, 0])
})

it('[J8] removes a segment of the journal only when topic files have it, by namespace and date', async () => {
  let date = '2026-11-24'
  const log = await openEventLog(folder, { segmentBytes: 1_000, today: () => date })
  for (let n = 0; n < 100; n++) {
    await log.append([[fact('md', 1, n)], [fact('clock', 1, n, 'system.time')]])
    if (n === 50) date = '2026-11-25'
    expect([...readLog(folder)]).toHaveLength(2 * n + 2)
  }
  await log.close()
  expect([...readLog(folder, { topics: ['md'], from: 11, to: 20 })].map(({ seq }) => seq)).toEqual([11, 13, 15, 17, 19])
})
