import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { topicSegments } from '#lib/journal/log-files.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { chanceOf } from '#test/faults/chance.ts'
import { SimDisk } from '#test/faults/sim-disk.ts'
import { fact } from '#test/lib/journal/bodies.ts'

const folder = '/logs/live'
const journal = `${folder}/journal/000000000001.jsonl`
/** What was on the disk when the process died, after a close in order, and what was acknowledged by then. */
let crashed: SimDisk
let closed: SimDisk
let acknowledged: string[]

beforeAll(async () => {
  closed = new SimDisk(chanceOf(1))
  const log = await openEventLog(folder, { disk: closed })
  for (let n = 0; n < 12; n++)
    await log.append([[fact('md', 1, 2 * n), fact('md', 1, 2 * n + 1)], [fact('clock', 1, n, 'system.time')]])
  acknowledged = [...(await log.read({ from: 1, maxBytes: 1e6 })).lines]
  crashed = closed.copy()
  await log.close()
})

describe('opening a log whose process died', () => {
  it('[J10] cut at any byte after a power cut, it has whole groups of what was acknowledged and keeps the rest aside', async () => {
    const whole = textOnly(crashed.bytesOf(journal))
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), async (cut) => {
        const disk = crashed.copy()
        disk.remove(`${folder}/watermark`)
        disk.put(journal, whole.subarray(0, cut))
        const found = await contentsIn(disk)
        expect(found).toEqual(acknowledged.slice(0, found.length))
        expect(found.length % 3).not.toBe(1)
        expect([...readLog(folder, { disk })].map(({ content }) => content)).toEqual(found)
        const isBetweenGroups =
          whole[cut - 1] === 10 && whole.subarray(0, cut).filter((byte) => byte === 10).length % 3 !== 1
        expect(tornIn(disk).length > 0).toBe(cut > 0 && !isBetweenGroups)
      }),
      { numRuns: 300, examples: [[0], [whole.length]] },
    )
  })

  it('[J10] cut at any byte after a kill, it refuses to open: what was acknowledged is missing', async () => {
    const whole = textOnly(crashed.bytesOf(journal))
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), async (cut) => {
        const disk = crashed.copy()
        disk.put(journal, whole.subarray(0, cut))
        await expect(contentsIn(disk)).rejects.toBeInstanceOf(UserError)
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['died', () => crashed],
    ['was closed in order', () => closed],
  ])('[J10] with any bit wrong it refuses to open when its process %s', async (_, disks) => {
    const whole = textOnly(disks().bytesOf(journal))
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 7 }), async (at, bit) => {
        const disk = disks().copy()
        const bytes = Buffer.from(whole)
        bytes[at] = (bytes[at] as number) ^ (1 << bit)
        disk.put(journal, bytes)
        await expect(contentsIn(disk)).rejects.toBeInstanceOf(UserError)
      }),
      { numRuns: 300 },
    )
  })

  it('[J11] writes topic files anew from the journal, whatever bit of them is wrong', async () => {
    const files = ['md', 'system'].map((name) => topicSegments(closed, folder, name)[0]?.path as string)
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.nat(),
        fc.integer({ min: 0, max: 7 }),
        async (path, where, bit) => {
          const disk = closed.copy()
          const whole = disk.bytesOf(path)
          const bytes = Buffer.from(whole)
          bytes[where % bytes.length] = (bytes[where % bytes.length] as number) ^ (1 << bit)
          disk.put(path, bytes)
          expect(await contentsIn(disk)).toEqual(acknowledged)
          expect(disk.bytesOf(path).equals(whole)).toBe(true)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('[J11] opens with a damaged sealed file, and refuses to read what is damaged in it', async () => {
    const disk = new SimDisk(chanceOf(2))
    const options = { disk, segmentBytes: 1_000 }
    const before = await openEventLog(folder, options)
    for (let n = 0; n < 40; n++) await before.append([[fact('md', 1, n)]])
    await before.close()
    const sealed = topicSegments(disk, folder, 'md')[0]?.path as string
    const bytes = disk.bytesOf(sealed)
    bytes[20] = (bytes[20] as number) ^ 1
    disk.put(sealed, bytes)
    const log = await openEventLog(folder, options)
    expect((await log.state()).head).toBe(40)
    const { to, damage } = await log.read({ from: 1, maxBytes: 1e6 })
    expect({ to, damage }).toEqual({ to: 0, damage: expect.stringContaining(`${sealed}:1: event 1 is damaged`) })
    expect((await log.read({ from: 30, maxBytes: 1e6 })).to).toBe(40)
    await log.close()
  })

  it.each(['', '\n0\n', '{}\n0\n', 'torn'])('[J11] does without its checkpoint: %j', async (text) => {
    const disk = closed.copy()
    disk.put(`${folder}/journal/checkpoint.json`, Buffer.from(text))
    expect(await contentsIn(disk)).toEqual(acknowledged)
  })
})

/** Without the zeros that a journal is filled with ahead. */
const textOnly = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.lastIndexOf(10) + 1)

const tornIn = (disk: SimDisk) => disk.list(`${folder}/journal`).filter(({ name }) => name.includes('.torn-'))

async function contentsIn(disk: SimDisk): Promise<readonly string[]> {
  const log = await openEventLog(folder, { disk })
  const { lines } = await log.read({ from: 1, maxBytes: 1e6 })
  await log.close()
  return lines
}
