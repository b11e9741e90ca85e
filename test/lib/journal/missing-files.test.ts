import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bodyAsSaid } from '#lib/codec/event-text.ts'
import { checkLog } from '#lib/journal/check-log.ts'
import type { LogFault } from '#lib/journal/check-segment.ts'
import type { EventLog } from '#lib/journal/event-log.ts'
import { journalSegments, type Segment, topicSegments } from '#lib/journal/log-files.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { type ReadOptions, readLog } from '#lib/journal/read-log.ts'
import { repairLog } from '#lib/journal/repair-log.ts'
import { writeRetained } from '#lib/journal/retained.ts'
import { endOf } from '#lib/journal/segment-ends.ts'
import type { SegmentFooter } from '#lib/journal/segment-footer.ts'
import { factId } from '#lib/kernel/event-id.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { below, chanceOf, pick } from '#test/faults/chance.ts'
import { SimDisk } from '#test/faults/sim-disk.ts'

const rounds = 110
const folder = '/logs/live'
let whole: SimDisk
let disk: SimDisk
const open = () => openEventLog(folder, { disk, segmentBytes: 4_000, today: () => '2026-11-27' })

/** Facts of md, and after every ten of them one of the clock; their times are those of what was said. */
async function say(log: EventLog, epoch: number, from: number, count: number): Promise<void> {
  const said = (source: string, n: number, topic: string, at: number) =>
    bodyAsSaid({ id: factId(source, epoch, n), topic, v: 1, at, source, cause: null, payload: { n } } as never)
  for (let i = from; i < from + count; i++) {
    await log.append(Array.from({ length: 10 }, (_, k) => [said('md', 10 * i + k, 'md.bar', 10 * i + k)]))
    await log.append([[said('clock', i, 'system.time', 10 * i + 10)]])
  }
}

beforeAll(async () => {
  disk = whole = new SimDisk(chanceOf(1))
  const log = await open()
  await say(log, 1, 0, rounds)
  await log.close()
})
beforeEach(() => {
  disk = whole.copy()
})

const filesOf = (namespace: string): Segment[] => topicSegments(disk, folder, namespace)
const cut = (path: string, at: number) => disk.put(path, disk.bytesOf(path).subarray(0, at))
const cutLines = (path: string, lines: number, more = 0) => {
  let at = 0
  for (let i = 0; i < lines; i++) at = disk.bytesOf(path).indexOf(10, at) + 1
  cut(path, at + more)
}
const gone = ({ path }: Segment) => disk.remove(path)

/** As retention does. */
function removeFirstOfMd(): void {
  const [first] = filesOf('md') as [Segment]
  const { lastSeq: to, events, lastAt, chain } = endOf(disk, first.path).footer as SegmentFooter
  writeRetained(disk, folder, { through: to, marks: {}, namespaces: { md: { to, events, lastAt, chain } } })
  gone(first)
}

const damages: Record<string, (files: readonly Segment[]) => void> = {
  'its first file is gone': ([first]) => gone(first as Segment),
  'all but its newest file are gone': (files) => files.slice(0, -1).forEach(gone),
  'the file before its newest is gone': (files) => gone(files.at(-2) as Segment),
  'its newest file is cut between lines': (files) => cutLines(files.at(-1)?.path as string, 3),
  'its newest file is cut in a line': (files) => cutLines(files.at(-1)?.path as string, 3, 50),
  'its newest file is empty': (files) => cutLines(files.at(-1)?.path as string, 0),
  'its newest file is gone': (files) => gone(files.at(-1) as Segment),
  'all its files are gone': (files) => files.forEach(gone),
}
const sealedOnly = Object.keys(damages).slice(0, 3)

type Found = { readonly seqs: readonly number[]; readonly error: UserError | null }
const read = (wish: ReadOptions): Found => {
  const seqs: number[] = []
  try {
    for (const { seq } of readLog(folder, { ...wish, disk })) seqs.push(seq)
    return { seqs, error: null }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { seqs, error }
  }
}
/** The same of a log that is written. */
const readLive = async (log: EventLog, topics: readonly string[]) => {
  let count = 0
  for (let from = 1; ; ) {
    const found = await log.read({ from, maxBytes: 1 << 14, topics })
    count += found.lines.length
    if (found.damage !== undefined || found.to < from) return { count, damage: found.damage }
    from = found.to + 1
  }
}
const faults = (): LogFault[] => {
  const found: LogFault[] = []
  checkLog(folder, { disk, onFault: (fault) => fault.kind !== 'schema' && found.push(fault) })
  return found
}

describe('of a namespace that says seldom something, so that the journal has little of it', () => {
  const clock = Array.from({ length: rounds }, (_, i) => 11 * (i + 1))

  it('is set up so', () => {
    const files = filesOf('system')
    expect(files.length).toBeGreaterThan(3)
    const before = journalSegments(disk, folder)[0]?.firstSeq as number
    expect(before).toBeGreaterThan((files.at(-1)?.firstSeq as number) + 44)
    expect(read({ topics: ['system'] })).toEqual({ seqs: clock, error: null })
    expect(faults()).toEqual([])
  })

  it.each(Object.entries(damages))('[J15] %s: who reads it by topic or by time is refused', async (_, damage) => {
    const opened = await open()
    const files = filesOf('system')
    damage(files)
    for (const wish of [{ topics: ['system'] }, { topics: ['system.time'], until: 2_000 }, { since: 0 }]) {
      const { seqs, error } = read(wish)
      const all = 'since' in wish ? seqs.toSorted((a, b) => a - b) : clock
      expect(seqs).toEqual(all.slice(0, seqs.length))
      expect(error).toMatchObject({
        message: expect.stringMatching(/missing|damaged/),
        file: expect.stringContaining('/system/2026-11-27/'),
        hint: expect.stringContaining('trader log repair'),
      })
    }
    const live = await readLive(opened, ['system.time'])
    expect(live.damage).toMatch(/system.*(missing|damaged)/)
    expect(live.count).toBeLessThan(rounds)
    await opened.close()
  })

  it.each(Object.entries(damages))(
    '[J21] %s: check says so, and after a repair what is left is read',
    async (how, damage) => {
      damage(filesOf('system'))
      const found = faults().filter(({ kind }) => kind === 'missing' || kind === 'crc')
      expect(found).not.toEqual([])
      if (/newest file is (cut|empty|gone)/.test(how))
        expect(found.map(({ file }) => file).join()).toContain('/system/')
      const { lost } = await repairLog(folder, disk)
      const missing = lost.reduce((sum, { from, to }) => sum + to + 1 - from, 0)
      expect(missing).toBeGreaterThan(0)
      for (let again = 0; again < 2; again++) {
        expect(read({ topics: ['system'] })).toMatchObject({ seqs: { length: rounds - missing }, error: null })
        const log = await open()
        expect(await readLive(log, ['system.time'])).toEqual({ count: rounds - missing, damage: undefined })
        await log.close()
      }
      expect(faults().filter(({ kind }) => kind !== 'chain')).toEqual([])
    },
  )

  it.each(Object.entries(damages))(
    '[J10] [J11] %s: a start goes on with what is sealed, and with nothing less',
    async (how, damage) => {
      damage(filesOf('system'))
      const newest = filesOf('system').at(-1)?.path ?? ''
      if (!sealedOnly.includes(how)) {
        await expect(open()).rejects.toMatchObject({
          message: expect.stringMatching(/ends at byte \d+, behind event \d+|event \d+/),
          file: expect.stringContaining('/system/2026-11-27/'),
          hint: expect.stringContaining('trader log repair'),
        })
        expect(read({ topics: ['system'] }).error).not.toBeNull()
        return
      }
      // Also when the newest file has been sealed since, and others follow it.
      const log = await open()
      expect((await readLive(log, ['system.time'])).damage).toMatch(/missing/)
      await say(log, 2, 0, rounds)
      expect((await readLive(log, ['system.time'])).damage).toMatch(/missing/)
      await log.close()
      expect(filesOf('system').at(-1)?.path).not.toBe(newest)
      expect(read({ topics: ['system'] }).error?.message).toMatch(/missing/)
    },
  )

  it.each([
    ['', () => undefined],
    [', also where something was removed', removeFirstOfMd],
  ])(
    '[J11] what the journal has of the newest file need not be there%s: it is read, and written anew',
    async (_, first) => {
      first()
      const newest = filesOf('system').at(-1)?.path as string
      const bytes = disk.bytesOf(newest)
      cutLines(newest, bytes.toString().split('\n').length - 2)
      expect(read({ topics: ['system'] })).toEqual({ seqs: clock, error: null })
      await (await open()).close()
      expect(disk.bytesOf(newest)).toEqual(bytes)
      expect(faults()).toEqual([])
    },
  )

  it('[J15] [J23] the first file that is kept follows what was removed: without it who reads is refused', () => {
    removeFirstOfMd()
    const wish = { topics: ['md'], isKeptEnough: true }
    expect(read(wish).error).toBeNull()
    const [kept] = filesOf('md')
    gone(kept as Segment)
    expect(read(wish)).toMatchObject({ seqs: [], error: { message: expect.stringMatching(/missing/) } })
  })

  it('[J11] who begins behind what is gone is not refused', () => {
    const [first, second] = filesOf('system')
    gone(first as Segment)
    const from = second?.firstSeq as number
    expect(read({ topics: ['system'], from })).toEqual({ seqs: clock.filter((seq) => seq >= from), error: null })
  })
})

it('[J15] whatever file is gone or cut: who reads by topic or by time gets everything, or an error', async () => {
  const chance = chanceOf(20_261_127)
  const wishes: ReadOptions[] = [
    { topics: ['system'] },
    { topics: ['md'] },
    { topics: ['system'], from: 400 },
    { since: 300 },
    { until: 700 },
    { topics: ['md'], since: 500, until: 520 },
    { topics: ['system'], since: 500, until: 600, from: 3 },
  ]
  const all = wishes.map((wish) => read(wish).seqs)
  for (let n = 0; n < 40; n++) {
    const { path } = pick(chance, filesOf(pick(chance, ['md', 'system'])))
    const at = below(chance, disk.bytesOf(path).length)
    const isGone = below(chance, 2) === 0
    if (isGone) disk.remove(path)
    else cut(path, at)
    const compare = () => {
      for (const [i, wish] of wishes.entries()) {
        const { seqs, error } = read(wish)
        const expected = all[i]?.slice(0, error === null ? undefined : seqs.length)
        expect(seqs, `${path}, ${isGone ? 'gone' : at}: ${JSON.stringify(wish)}`).toEqual(expected)
      }
    }
    compare()
    const opened = await open().catch((error) => error)
    if (opened instanceof Error) expect(opened).toBeInstanceOf(UserError)
    else await opened.close()
    compare()
    disk = whole.copy()
  }
})
