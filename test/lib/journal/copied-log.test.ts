import { dirname } from 'node:path'
import { expect, it, vi } from 'vitest'
import { checkLog } from '#lib/journal/check-log.ts'
import type { LogFault } from '#lib/journal/check-segment.ts'
import { journalSegments, type Segment, topicSegments } from '#lib/journal/log-files.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { repairLog } from '#lib/journal/repair-log.ts'
import { readRetained, writeRetained } from '#lib/journal/retained.ts'
import { chanceOf } from '#test/faults/chance.ts'
import { SimDisk } from '#test/faults/sim-disk.ts'
import { fact } from '#test/lib/journal/bodies.ts'
import { tryCopy, tryDamage } from '#test/lib/journal/copied-log.ts'

const folder = '/logs/live'
const events = 300

/** A log that was closed in order, so that topic files have all of it, and its journal. */
async function closedLog() {
  const disk = new SimDisk(chanceOf(1))
  const log = await openEventLog(folder, { disk })
  for (let n = 0; n < events; n += 10) await log.append([Array.from({ length: 10 }, (_, i) => fact('md', 1, n + i))])
  await log.close()
  const { path } = journalSegments(disk, folder)[0] as { path: string }
  return { disk, path, bytes: disk.bytesOf(path) }
}

const faultsOf = (disk: SimDisk): LogFault[] => {
  const faults: LogFault[] = []
  // The bodies of these tests say nothing that matters.
  checkLog(folder, { disk, onFault: (fault) => fault.kind !== 'schema' && faults.push(fault) })
  return faults
}

it.each([
  ['lost its end', (bytes: Buffer, at: number) => bytes.subarray(0, at), events],
  [
    'lost a line',
    (bytes: Buffer, at: number) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(bytes.indexOf(10, at) + 1)]),
    null,
  ],
  ['is empty', () => Buffer.alloc(0), events],
])(
  '[J10] [J21] a journal that %s is named, and the log opens once it is repaired: topic files have it',
  async (_, damage, to) => {
    const { disk, path, bytes } = await closedLog()
    const cut = damage(bytes, bytes.lastIndexOf(10, bytes.length >> 1) + 1)
    disk.put(path, cut)
    const offset = cut.length === 0 ? 0 : bytes.lastIndexOf(10, bytes.length >> 1) + 1
    const from = bytes.subarray(0, offset).filter((byte) => byte === 10).length + 1
    const message =
      to === null
        ? `event ${from} is missing: topic files have it`
        : `events ${from} to ${to} are missing: topic files have them`
    expect(faultsOf(disk)).toEqual([{ file: path, offset, seq: from, kind: 'missing', message }])
    await expect(openEventLog(folder, { disk })).rejects.toMatchObject({
      file: path,
      hint: expect.stringContaining('trader log repair'),
    })
    const { lost, rescued, quarantined } = await repairLog(folder, disk)
    expect([lost, rescued, quarantined.length]).toEqual([[], (to ?? from) - from + 1, 1])
    expect(faultsOf(disk)).toEqual([])
    const log = await openEventLog(folder, { disk })
    expect(await log.append([[fact('md', 2, 0)]])).toEqual([{ kind: 'appended', from: events + 1, to: events + 1 }])
    await log.close()
    expect([...readLog(folder, { disk })]).toHaveLength(events + 1)
  },
)

it('[J11] [J23] a checkpoint that is newer than a topic file keeps no log shut, also of which something was removed: the journal has the rest', async () => {
  const disk = new SimDisk(chanceOf(2))
  const retention = { retention: { md: { mib: 3_000 / 2 ** 20 } }, neededFrom: () => Number.POSITIVE_INFINITY }
  const log = await openEventLog(folder, { disk, segmentBytes: 1_000, retention })
  for (let n = 0; n < 100; n++) await log.append([[fact('md', 1, n)]])
  await vi.waitFor(() => expect(readRetained(disk, folder)).not.toBeNull())
  await log.close()
  const { path } = topicSegments(disk, folder, 'md').at(-1) as { path: string }
  const bytes = disk.bytesOf(path)
  disk.put(path, bytes.subarray(0, bytes.lastIndexOf(10, bytes.length - 2) + 1))
  expect(faultsOf(disk)).toMatchObject([{ kind: 'missing', file: path, seq: 100 }])
  const newest = () => [...readLog(folder, { disk, from: 91, topics: ['md'] })].map(({ seq }) => seq)
  const again = await openEventLog(folder, { disk })
  expect((await again.state()).head).toBe(100)
  await again.close()
  expect(newest()).toEqual([91, 92, 93, 94, 95, 96, 97, 98, 99, 100])
  expect(faultsOf(disk)).toEqual([])
})

it('[J11] [J23] a journal of before something was removed hides nothing that is kept', async () => {
  const disk = new SimDisk(chanceOf(5))
  const log = await openEventLog(folder, { disk, segmentBytes: 100_000 })
  for (let n = 0; n < 40; n++) await log.append([[fact('md', 1, n)]])
  await log.close()
  const { path } = topicSegments(disk, folder, 'md')[0] as Segment
  const lines = disk.bytesOf(path).toString().split('\n')
  const removed = { to: 20, events: 20, lastAt: 1_000, chain: '0'.repeat(64) }
  writeRetained(disk, folder, { through: 20, marks: {}, namespaces: { md: removed } })
  disk.remove(path)
  disk.remove(`${folder}/journal/checkpoint.json`)
  disk.put(`${dirname(path)}/000000000021.jsonl`, Buffer.from(lines.slice(20).join('\n')))
  const again = await openEventLog(folder, { disk, segmentBytes: 1_000 })
  for (let n = 0; n < 20; n++) await again.append([[fact('md', 2, n)]])
  await again.close()
  expect(journalSegments(disk, folder)[0]?.firstSeq).toBeGreaterThan(40)
  expect([...readLog(folder, { disk, from: 21 })].map(({ seq }) => seq)).toEqual(
    Array.from({ length: 40 }, (_, i) => 21 + i),
  )
})

/** The disk of a log of so many events of one day, and of the next. */
async function ofTwoDays(of: { seed: number; segmentBytes: number; first: number; second: number }): Promise<SimDisk> {
  const disk = new SimDisk(chanceOf(of.seed))
  let today = '2026-11-01'
  const log = await openEventLog(folder, { disk, segmentBytes: of.segmentBytes, today: () => today })
  for (let n = 0; n < of.first; n++) await log.append([[fact('md', 1, n)]])
  today = '2026-11-02'
  for (let n = of.first; n < of.first + of.second; n++) await log.append([[fact('md', 1, n)]])
  await log.close()
  return disk
}

it('[J11] what a topic file lost of the journal is written anew before the journal is freed, though a checkpoint says that it has it', async () => {
  const disk = await ofTwoDays({ seed: 3, segmentBytes: 6_000, first: 24, second: 12 })
  const [{ path }, ...others] = topicSegments(disk, folder, 'md') as [Segment, ...Segment[]]
  expect([others.length, journalSegments(disk, folder)[0]?.firstSeq]).toEqual([1, 1])
  const bytes = disk.bytesOf(path)
  // As it was copied while the first day was not over.
  disk.put(path, bytes.subarray(0, bytes.indexOf(10, 500) + 1))
  const again = await openEventLog(folder, { disk, segmentBytes: 1_000 })
  for (let n = 0; n < 100; n++) await again.append([[fact('md', 2, n)]])
  await again.close()
  expect([...readLog(folder, { disk })]).toHaveLength(136)
  expect(faultsOf(disk)).toEqual([])
})

it('[J11] [J21] a topic file is not cut where it is damaged, though the one behind it is gone', async () => {
  const disk = await ofTwoDays({ seed: 4, segmentBytes: 4_000, first: 20, second: 30 })
  const [{ path }, second] = topicSegments(disk, folder, 'md') as [Segment, Segment]
  expect(journalSegments(disk, folder)[0]?.firstSeq).toBeGreaterThan(20)
  const bytes = disk.bytesOf(path)
  const wrong = bytes.with(500, (bytes[500] as number) ^ 1) as Buffer
  disk.put(path, wrong)
  for (const file of topicSegments(disk, folder, 'md').slice(1)) disk.remove(file.path)
  expect(second.path).toContain('2026-11-02')
  await expect(openEventLog(folder, { disk })).rejects.toThrow('is missing')
  expect(disk.bytesOf(path).equals(wrong)).toBe(true)
})

it('[J20] of a segment that is there compressed and, older, plain, the compressed one is read', async () => {
  const { disk } = await closedLog()
  const path = topicSegments(disk, folder, 'md')[0]?.path as string
  disk.put(`${path}.zst`, Buffer.from('whatever'))
  expect(topicSegments(disk, folder, 'md')).toEqual([{ path: `${path}.zst`, firstSeq: 1 }])
})

it('[J21] a copy of a log that was written meanwhile opens, repaired where check names a fault, with all that any of its files has', async () => {
  for (let seed = 1; seed <= 15; seed++) expect(await tryCopy(seed), `seed ${seed}`).toBeNull()
})

it('[J21] so does a log of which files were damaged, cut, emptied or removed, in one to three places', async () => {
  for (let seed = 1; seed <= 20; seed++) expect(await tryDamage(seed), `seed ${seed}`).toBeNull()
})
