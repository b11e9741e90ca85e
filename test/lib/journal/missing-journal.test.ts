import { beforeAll, describe, expect, it } from 'vitest'
import { checkLog } from '#lib/journal/check-log.ts'
import { journalSegments } from '#lib/journal/log-files.ts'
import { newestSeq } from '#lib/journal/newest-seq.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { newestInTopicFiles } from '#lib/journal/recover-topic-files.ts'
import { repairLog } from '#lib/journal/repair-log.ts'
import { chanceOf } from '#test/faults/chance.ts'
import { SimDisk } from '#test/faults/sim-disk.ts'
import { fact } from '#test/lib/journal/bodies.ts'

const folder = '/logs/live'
/** Far enough ahead of the topic files. */
let head = 0
/** What a killed process leaves: after a checkpoint, and between two. */
let oneSegment: SimDisk
let twoSegments: SimDisk
let inTopicFiles: number

beforeAll(async () => {
  const disk = new SimDisk(chanceOf(5))
  const log = await openEventLog(folder, { disk, segmentBytes: 1_500 })
  const isFit = () => journalSegments(disk, folder).length === 1 && newestInTopicFiles(disk, folder) < head - 3
  while (head < 30 || (!isFit() && head < 300)) await log.append([[fact('md', 1, head++)]])
  expect(isFit()).toBe(true)
  oneSegment = disk.copy()
  inTopicFiles = newestInTopicFiles(disk, folder)
  const last = journalSegments(disk, folder)[0]?.path as string
  twoSegments = oneSegment.copy()
  const lines = twoSegments.bytesOf(last).toString().replaceAll('\0', '').trimEnd().split('\n')
  // The first segment ends one event behind what the topic files have.
  const kept = inTopicFiles + 2 - (journalSegments(disk, folder)[0]?.firstSeq as number)
  const [first, second] = [lines.slice(0, kept), lines.slice(kept)].map((part) => Buffer.from(`${part.join('\n')}\n`))
  twoSegments.put(last, first as Buffer)
  twoSegments.put(`${folder}/journal/${String(inTopicFiles + 2).padStart(12, '0')}.jsonl`, second as Buffer)
})

const faultsOf = (disk: SimDisk) => {
  const messages: string[] = []
  checkLog(folder, {
    disk,
    onFault: ({ kind, message }) => (kind === 'schema' ? undefined : messages.push(message)),
  })
  return messages
}

const lose = {
  'the only segment': () => {
    const disk = oneSegment.copy()
    for (const { path } of journalSegments(disk, folder)) disk.remove(path)
    return { disk, from: inTopicFiles + 1 }
  },
  'the newest of two segments': () => {
    const disk = twoSegments.copy()
    disk.remove(journalSegments(disk, folder)[1]?.path as string)
    return { disk, from: inTopicFiles + 2 }
  },
  'all that is in the folder of the journal': () => {
    const disk = oneSegment.copy()
    for (const { name } of disk.list(`${folder}/journal`)) disk.remove(`${folder}/journal/${name}`)
    return { disk, from: inTopicFiles + 1 }
  },
}

describe.each(Object.entries(lose))('a log of which %s is gone', (_, made) => {
  it('[J10] does not open, and says which events are missing', async () => {
    const { disk, from } = made()
    await expect(openEventLog(folder, { disk })).rejects.toMatchObject({
      message: expect.stringContaining(`events ${from} to ${head} are missing`),
      file: expect.stringContaining(`${folder}/journal`),
    })
  })

  it('[J15] [J21] is not read as if it ended there, and check names what is missing', () => {
    const { disk, from } = made()
    expect(() => [...readLog(folder, { disk })]).toThrow(`events ${from} to ${head} are missing`)
    expect([...readLog(folder, { disk, to: from - 1 })]).toHaveLength(from - 1)
    expect(faultsOf(disk)).toEqual([`events ${from} to ${head} are missing`])
  })

  it('[J21] opens once it is repaired, and gives no seq to a second event', async () => {
    const { disk, from } = made()
    expect((await repairLog(folder, disk)).lost).toEqual([{ from, to: head }])
    expect(faultsOf(disk)).toEqual([])
    const log = await openEventLog(folder, { disk })
    expect((await log.state()).head).toBe(head)
    await log.close()
    expect([...readLog(folder, { disk })]).toHaveLength(from - 1)
  })
})

it('[J14] [J18] a power cut may take what was written and not durable: the log then ends where the files do', async () => {
  const disk = new SimDisk(chanceOf(6))
  const log = await openEventLog(folder, { disk, durability: { md: 'written' } })
  await log.append([[fact('clock', 1, 0, 'system.time')]])
  const before = disk.copy()
  const journal = journalSegments(disk, folder)[0]?.path as string
  await log.append([[fact('md', 1, 0)]])
  before.put(`${folder}/watermark`, disk.bytesOf(`${folder}/watermark`))
  expect(String(before.bytesOf(`${folder}/watermark`))).toMatch(/^1 2 /)
  expect(newestSeq(folder, disk)).toBe(2)
  expect(newestSeq(folder, before)).toBe(1)
  expect(before.bytesOf(journal).length).toBeGreaterThan(0)
  expect(faultsOf(before)).toEqual([])
  await log.close()
})
