import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { checkLog } from '#lib/journal/check-log.ts'
import type { LogFault } from '#lib/journal/check-segment.ts'
import { addHole } from '#lib/journal/holes.ts'
import { isPacked, journalSegments, namespacesIn, topicSegments } from '#lib/journal/log-files.ts'
import { makeFolders } from '#lib/journal/new-file.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { packFrame } from '#lib/journal/packed-file.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { repairLog } from '#lib/journal/repair-log.ts'
import { chanceOf } from '#test/faults/chance.ts'
import { SimDisk } from '#test/faults/sim-disk.ts'
import { until } from '#test/lib/bus/bus-of-test.ts'
import { fact, groupOf } from '#test/lib/journal/bodies.ts'

const folder = '/logs/live'
let whole: SimDisk
let contents: string[]

beforeAll(async () => {
  whole = new SimDisk(chanceOf(3))
  const log = await openEventLog(folder, { disk: whole, segmentBytes: 2_000 })
  for (let n = 0; n < 30; n++)
    await log.append([[fact('md', 1, 2 * n), fact('md', 1, 2 * n + 1)], groupOf('risk', 4 * n + 1, 2)])
  await log.close()
  contents = [...readLog(folder, { disk: whole })].map(({ content }) => content)
})

const faultsOf = (disk: SimDisk): LogFault[] => {
  const faults: LogFault[] = []
  checkLog(folder, { disk, onFault: (fault) => faults.push(fault) })
  // The bodies of these tests say nothing that matters.
  return faults.filter(({ kind }) => kind !== 'schema')
}

const filesOf = (disk: SimDisk): string[] =>
  [journalSegments(disk, folder), ...namespacesIn(disk, folder).map((name) => topicSegments(disk, folder, name))]
    .flat()
    .map(({ path }) => path)

it('[J21] a log that is whole has no fault, and repairing it does nothing', async () => {
  expect(contents).toHaveLength(120)
  expect(faultsOf(whole)).toEqual([])
  const disk = whole.copy()
  expect(await repairLog(folder, disk)).toMatchObject({ quarantined: [], lost: [] })
})

it('[J21] finds a wrong bit anywhere; repaired the log opens, has all but what it says is lost, and keeps the damaged file', async () => {
  const files = filesOf(whole)
  await fc.assert(
    fc.asyncProperty(fc.nat(files.length - 1), fc.nat(), fc.integer({ min: 0, max: 7 }), async (which, where, bit) => {
      const disk = whole.copy()
      const path = files[which] as string
      const bytes = disk.bytesOf(path)
      if (bytes.length === 0) return
      bytes[where % bytes.length] = (bytes[where % bytes.length] as number) ^ (1 << bit)
      disk.put(path, bytes)
      expect(faultsOf(disk)[0]?.file).toBe(path)
      const { lost, quarantined } = await repairLog(folder, disk)
      expect(disk.bytesOf(quarantined[0] as string).equals(bytes)).toBe(true)
      const isLost = (seq: number) => lost.some(({ from, to }) => from <= seq && seq <= to)
      const left = contents.filter((_, i) => !isLost(i + 1))
      expect(left.length).toBeGreaterThanOrEqual(contents.length - 2)
      expect([...readLog(folder, { disk })].map(({ content }) => content)).toEqual(left)
      expect(faultsOf(disk).filter(({ kind }) => kind !== 'chain')).toEqual([])
      const log = await openEventLog(folder, { disk, segmentBytes: 2_000 })
      expect((await log.state()).head).toBe(120)
      expect(await log.append([[fact('venue', 1, 0, 'order.fill')]])).toEqual([
        { kind: 'appended', from: 121, to: 121 },
      ])
      await log.close()
      expect([...readLog(folder, { disk })]).toHaveLength(left.length + 1)
    }),
    { numRuns: 60 },
  )
})

it.each([
  ['plain', null],
  ['packed', packFrame],
] as const)(
  '[J21] puts events back into the files that they belong to when two %s ones have changed names',
  async (_, compress) => {
    const disk = whole.copy()
    if (compress !== null) {
      const packing = await openEventLog(folder, { disk, segmentBytes: 2_000, compress })
      await until(() =>
        topicSegments(disk, folder, 'md')
          .slice(0, 2)
          .every(({ path }) => isPacked(path)),
      )
      await packing.close()
    }
    const [one, two] = topicSegments(disk, folder, 'md').map(({ path }) => path) as [string, string]
    expect([one, two].map(isPacked)).toEqual([compress !== null, compress !== null])
    const [first, second] = [disk.bytesOf(one), disk.bytesOf(two)]
    disk.put(one, second)
    disk.put(two, first)
    const misplaced = faultsOf(disk).filter(({ kind }) => kind === 'order')
    expect(misplaced.map(({ file }) => file)).toEqual([one, two])
    const { lost, quarantined } = await repairLog(folder, disk)
    expect(lost).toEqual([])
    expect(quarantined).toHaveLength(2)
    expect(faultsOf(disk)).toEqual([])
    expect([...readLog(folder, { disk })].map(({ content }) => content)).toEqual(contents)
    const log = await openEventLog(folder, { disk, segmentBytes: 2_000 })
    expect((await log.state()).head).toBe(120)
    await log.close()
  },
)

it('[J20] [J21] of a compressed segment only what is in a frame that does not unpack is lost, and nothing for its table', async () => {
  const disk = new SimDisk(chanceOf(4))
  const options = { disk, segmentBytes: 1 << 20, compress: packFrame }
  const log = await openEventLog(folder, options)
  const text = 'x'.repeat(1_000)
  for (let n = 0; n < 2_400; n += 100)
    await log.append(Array.from({ length: 100 }, (_, i) => [fact('md', 1, n + i, 'md.bar', text)]))
  await until(() => topicSegments(disk, folder, 'md').some(({ path }) => isPacked(path)))
  await log.close()
  const { path } = topicSegments(disk, folder, 'md').find((segment) => isPacked(segment.path)) as { path: string }
  const bytes = disk.bytesOf(path)
  const count = bytes.readUInt32LE(bytes.length - 9)
  expect(count).toBeGreaterThan(3)
  const lostWith = async (at: number): Promise<number> => {
    const copy = disk.copy()
    copy.put(path, bytes.with(at, (bytes[at] as number) ^ 1))
    expect(faultsOf(copy)[0]).toMatchObject({ kind: 'packed', file: path })
    const { lost } = await repairLog(folder, copy)
    expect(faultsOf(copy)).toEqual([])
    const missing = lost.reduce((sum, { from, to }) => sum + to + 1 - from, 0)
    expect([...readLog(folder, { disk: copy })]).toHaveLength(2_400 - missing)
    return missing
  }
  const table = bytes.length - 9 - 8 * count
  for (const at of [table, bytes.length - 9, bytes.length - 5, bytes.length - 1]) expect(await lostWith(at)).toBe(0)
  let frameAt = 0
  for (let i = 0; i < count; i++) {
    const packedBytes = bytes.readUInt32LE(table + 8 * i)
    for (const at of [frameAt, frameAt + (packedBytes >> 1), frameAt + packedBytes - 1]) {
      const lost = await lostWith(at)
      expect(lost).toBeGreaterThan(0)
      expect(lost).toBeLessThan(300)
    }
    frameAt += packedBytes
  }
})

it('[J21] a sealed segment of which nothing is left is a hole, and the log opens', async () => {
  const disk = whole.copy()
  const path = topicSegments(disk, folder, 'md')[0]?.path as string
  disk.put(path, Buffer.alloc(disk.bytesOf(path).length))
  const { lost } = await repairLog(folder, disk)
  expect(lost).not.toEqual([])
  expect(faultsOf(disk)).toEqual([])
  expect(await repairLog(folder, disk)).toMatchObject({ quarantined: [], lost: [] })
  const log = await openEventLog(folder, { disk })
  const { head } = await log.state()
  await log.close()
  const missing = lost.reduce((sum, { from, to }) => sum + to + 1 - from, 0)
  expect([...readLog(folder, { disk })]).toHaveLength(head - missing)
})

it('[J21] whole events behind 2^31 are not missing', async () => {
  const disk = new SimDisk(chanceOf(6))
  makeFolders(disk, folder)
  addHole(disk, folder, { from: 1, to: 2 ** 31 - 20 })
  const log = await openEventLog(folder, { disk, segmentBytes: 2_000 })
  for (let n = 0; n < 60; n++) await log.append([[fact('md', 1, n)]])
  await log.close()
  expect(faultsOf(disk)).toEqual([])
  expect(await repairLog(folder, disk)).toMatchObject({ quarantined: [], lost: [] })
})

it('[J21] a file that cannot be read is a fault, and nothing is repaired', async () => {
  for (const code of ['EIO', 'ENOENT']) {
    const disk = whole.copy()
    const [path] = filesOf(disk).slice(-1) as [string]
    const open = disk.openToRead.bind(disk)
    disk.openToRead = (name) => {
      if (name === path) throw Object.assign(new Error(`${code}: it is away`), { code })
      return open(name)
    }
    expect(faultsOf(disk)[0]).toMatchObject({
      file: path,
      kind: 'unreadable',
      message: `cannot be read: ${code}: it is away`,
    })
    await expect(repairLog(folder, disk)).rejects.toThrow('nothing is repaired')
  }
})
