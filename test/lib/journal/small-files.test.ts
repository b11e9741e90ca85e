import { beforeAll, describe, expect, it, vi } from 'vitest'
import { checkLog } from '#lib/journal/check-log.ts'
import { readHoles } from '#lib/journal/holes.ts'
import { topicSegments } from '#lib/journal/log-files.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { repairLog } from '#lib/journal/repair-log.ts'
import { firstKept, readRetained } from '#lib/journal/retained.ts'
import type { UserError } from '#lib/terminal/user-error.ts'
import { chanceOf } from '#test/faults/chance.ts'
import { SimDisk } from '#test/faults/sim-disk.ts'
import { fact, groupOf } from '#test/lib/journal/bodies.ts'

const folder = '/logs/live'

/** Retention removed something of it, and something was lost. */
let whole: SimDisk
let state: unknown
let kept: ReadonlyMap<number, string>

const options = (disk: SimDisk) => ({
  disk,
  segmentBytes: 1_000,
  retention: { retention: { md: { mib: 4_000 / 2 ** 20 } }, neededFrom: () => Number.POSITIVE_INFINITY },
})

const stateOf = async (disk: SimDisk) => {
  const log = await openEventLog(folder, options(disk))
  const { head, marks } = await log.state()
  await log.close()
  return { head, marks }
}

const keptOf = (disk: SimDisk) => {
  const from = firstKept(readRetained(disk, folder), null)
  return new Map([...readLog(folder, { disk, from })].map(({ seq, content }) => [seq, content]))
}

const faultsOf = (disk: SimDisk): string[] => {
  const faults: string[] = []
  // The bodies of these tests say nothing that matters.
  checkLog(folder, {
    disk,
    onFault: ({ kind, file, message }) => kind !== 'schema' && faults.push(`${file.slice(folder.length)}: ${message}`),
  })
  return faults
}

beforeAll(async () => {
  whole = new SimDisk(chanceOf(17))
  const log = await openEventLog(folder, options(whole))
  await log.append([[fact('md-old', 3, 0)]])
  for (let n = 0; n < 60; n++) await log.append([[fact('md', 1, n)], groupOf('risk', n + 1, 2)])
  await vi.waitFor(() => expect(topicSegments(whole, folder, 'md')[0]?.firstSeq).toBeGreaterThan(60))
  await log.close()
  const { path } = topicSegments(whole, folder, 'md').at(-2) as { path: string }
  const bytes = whole.bytesOf(path)
  whole.put(path, bytes.with(30, (bytes[30] as number) ^ 1))
  expect((await repairLog(folder, whole)).lost).toHaveLength(1)
  state = await stateOf(whole)
  expect(faultsOf(whole)).toEqual([])
  kept = keptOf(whole)
})

const wrongs: readonly (readonly [string, (bytes: Buffer) => Buffer | null])[] = [
  ['has a wrong bit', (bytes) => bytes.with(bytes.length >> 1, (bytes[bytes.length >> 1] as number) ^ 1) as Buffer],
  ['is cut', (bytes) => bytes.subarray(0, 20)],
  ['is empty', () => Buffer.alloc(0)],
  ['is gone', () => null],
]

function wrong(file: string, how: (bytes: Buffer) => Buffer | null): SimDisk {
  const disk = whole.copy()
  const path = `${folder}/${file}`
  const bytes = how(disk.bytesOf(path))
  if (bytes === null) disk.remove(path)
  else disk.put(path, bytes)
  return disk
}

const notWritten = wrongs.slice(0, 3)

describe.each(notWritten)('[J21] of a log a small file %s:', (_, how) => {
  it('holes.json: the log says what to do, check goes on, and repair finds the holes again', async () => {
    const disk = wrong('holes.json', how)
    const error: UserError = await openEventLog(folder, options(disk)).catch((error) => error)
    expect([error.file, error.hint]).toEqual([`${folder}/holes.json`, expect.stringContaining('trader log repair')])
    const holes = readHoles(whole, folder)
    const lost = holes[0]?.from
    expect(faultsOf(disk)).toEqual(['/holes.json: is not what was written', `: event ${lost} is missing`])
    const { quarantined } = await repairLog(folder, disk)
    expect(quarantined).toEqual([`${folder}/quarantine/holes.json`])
    expect(readHoles(disk, folder)).toEqual(holes)
    expect(faultsOf(disk)).toEqual([])
    expect(await stateOf(disk)).toEqual(state)
    expect(keptOf(disk)).toEqual(kept)
  })

  it.each([
    ['with a checkpoint it knows the marks', true],
    ['without a checkpoint it says what it does not know', false],
  ])(
    'retained.json: the log says what to do, check goes on, and repair finds out what is kept; %s',
    async (__, isThere) => {
      const disk = wrong('retained.json', how)
      if (!isThere) disk.remove(`${folder}/journal/checkpoint.json`)
      const error: UserError = await openEventLog(folder, options(disk)).catch((error) => error)
      expect([error.file, error.hint]).toEqual([
        `${folder}/retained.json`,
        expect.stringContaining('trader log repair'),
      ])
      expect(faultsOf(disk)).toEqual(['/retained.json: is not what was written'])
      const { quarantined, lost, unknown } = await repairLog(folder, disk)
      expect(quarantined).toEqual([`${folder}/quarantine/retained.json`])
      expect(lost).toEqual([])
      expect(unknown).toEqual([
        expect.stringMatching(/^which of the \d+ events before \d+ that no file has were removed, and which are lost$/),
        ...(isThere ? [] : [expect.stringMatching(/^how far those sources were that have no event left before \d+$/)]),
      ])
      expect(faultsOf(disk)).toEqual([])
      const { marks, head } = state as { marks: Record<string, unknown>; head: number }
      const { 'md-old': _old, ...others } = marks
      expect(await stateOf(disk)).toEqual({ head, marks: isThere ? marks : others })
      const now = keptOf(disk)
      expect(now.size).toBeGreaterThan(kept.size - 10)
      for (const [seq, content] of now) expect(kept.get(seq)).toBe(content)
      // What only other namespaces have is read on from where it was.
      expect([...readLog(folder, { disk, topics: ['risk'] })]).toEqual([
        ...readLog(folder, { disk: whole, topics: ['risk'] }),
      ])
    },
  )

  it('checkpoint.json: the log opens; check names it, and repair puts it into quarantine', async () => {
    const disk = wrong('journal/checkpoint.json', how)
    expect(await stateOf(disk.copy())).toEqual(state)
    expect(faultsOf(disk)).toEqual(['/journal/checkpoint.json: is not what was written'])
    const { quarantined, lost } = await repairLog(folder, disk)
    expect([quarantined, lost]).toEqual([[`${folder}/quarantine/journal_checkpoint.json`], []])
    expect(faultsOf(disk)).toEqual([])
    expect(await stateOf(disk)).toEqual(state)
  })

  it('both: repaired it opens', async () => {
    const disk = wrong('holes.json', how)
    disk.put(`${folder}/retained.json`, Buffer.from('torn'))
    await repairLog(folder, disk)
    expect(faultsOf(disk)).toEqual([])
    expect(await stateOf(disk)).toEqual(state)
    for (const [seq, content] of keptOf(disk)) expect(kept.get(seq)).toBe(content)
  })
})

it.each(wrongs)('[J11] [J14] watermark %s: the log opens, as after a power cut', async (_, how) => {
  const disk = wrong('watermark', how)
  expect(faultsOf(disk)).toEqual([])
  expect(await stateOf(disk)).toEqual(state)
})

it.each([
  ['holes.json', 1],
  ['retained.json', 10],
  ['journal/checkpoint.json', 0],
])('[J21] %s is gone: the log opens; what is missing is named, and recorded', async (file, least) => {
  const disk = wrong(file, () => null)
  expect((await stateOf(disk.copy())).head).toBe((state as { head: number }).head)
  expect(faultsOf(disk).length).toBeGreaterThanOrEqual(least)
  await repairLog(folder, disk)
  // The first file that is kept was chained to one that was removed.
  const left = file === 'retained.json' ? [expect.stringContaining('does not follow the segment before it')] : []
  expect(faultsOf(disk)).toEqual(left)
  expect((await stateOf(disk)).head).toBe((state as { head: number }).head)
  const now = keptOf(disk)
  for (const [seq, content] of kept) expect(now.get(seq)).toBe(content)
})
