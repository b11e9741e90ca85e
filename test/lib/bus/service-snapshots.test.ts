import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { connectBus } from '#lib/bus/bus-client.ts'
import { Outbox } from '#lib/bus/outbox.ts'
import { ServiceRunner } from '#lib/bus/service-runner.ts'
import { ServiceSnapshots } from '#lib/bus/service-snapshots.ts'
import { MemoryLog } from '#lib/journal/memory-log.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { readSnapshots, snapshotFiles, writeSnapshot } from '#lib/journal/snapshot-files.ts'
import { parseEventId } from '#lib/kernel/event-id.ts'
import { anyService, type Service } from '#lib/kernel/service.ts'
import { type FreshSnapshot, readSnapshotText, sha256Of, snapshotText } from '#lib/kernel/snapshot.ts'
import type { Event } from '#schemas/event.ts'
import { chanceOf } from '#test/faults/chance.ts'
import { SimDisk } from '#test/faults/sim-disk.ts'
import { type BusOfTest, openBus, secret, tick, until } from './bus-of-test.ts'

/** Answers every third tick with how many there were, and with the step of its configuration. */
const counter: Service<{ step: number }, { ticks: number; step: number }, 'md.tick', 'order.expired'> = {
  name: 'venue',
  config: z.object({ step: z.int() }),
  subscribes: ['md.tick'],
  emits: ['order.expired'],
  init: ({ step }) => ({ ticks: 0, step }),
  reconfigure: ({ ticks }, { step }) => ({ ticks, step }),
  evolve(state, { topic }) {
    if (topic === 'md.tick') state.ticks++
    return state
  },
  decide({ ticks, step }, input) {
    if (ticks % 3 !== 0) return []
    const clientOrderId = `t-${ticks}-${step}`
    return [
      {
        topic: 'order.expired',
        payload: { clientOrderId, instrument: 'ACME.SIM', leavesQuantity: '1', reason: input.id },
      },
    ]
  },
}

let folder: string
let bus: BusOfTest
const runners: ServiceRunner[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trader-snapshots-'))
})
afterEach(async () => {
  await Promise.all(runners.splice(0).map((runner) => runner.close()))
  await bus?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs the counter until it is live; what it was shown, and what it said of its snapshots. */
async function start({ step = 1, everyMs = 0 } = {}) {
  const shown: Event[] = []
  const said: string[] = []
  let isLive = false
  const runner = new ServiceRunner({
    service: anyService(counter),
    config: { hash: String(step).repeat(64), config: { step } },
    url: bus.url,
    secret,
    sealKey: null,
    sealedBy: null,
    now: () => 1_764_000_000_000_000,
    onLive: () => {
      isLive = true
    },
    onFault: (message) => void said.push(`fault: ${message}`),
    heartbeatMs: 5,
    snapshots: { folder, everyMs, say: (message) => void said.push(message) },
    onEvent: (event) => void shown.push(event),
  })
  runners.push(runner)
  await until(() => isLive)
  return { runner, shown, said }
}

let fed = 0
/** Says so many ticks, and waits for every answer. */
async function feed(count: number): Promise<void> {
  const md = await connectBus({ url: bus.url, identity: 'md', secret, from: null, topics: null })
  const next = (md.welcome.marks.md?.fact?.n ?? -1) + 1
  await md.publishFacts(Array.from({ length: count }, (_, i) => tick(next + i)))
  await md.close()
  fed = next + count
  await until(() => answers().length === Math.floor(fed / 3))
}

const events = () => (bus.log as MemoryLog).contents.map((line) => JSON.parse(line) as Event)
const answers = () =>
  events().flatMap(({ topic, payload }) => (topic === 'order.expired' ? [payload.clientOrderId.split('-')[1]] : []))
const files = () => snapshotFiles(realDisk, folder, 'venue')
const seqOf = (file: string) => Number(file.slice(-17, -5))

/** A run with two snapshots, and its service dead. */
async function withTwoSnapshots(log = new MemoryLog()) {
  bus = await openBus(log, { mayRead: () => true })
  const first = await start()
  for (const size of [7, 8, 9]) {
    await feed(size)
    const newestTick = events().findLast(({ topic }) => topic === 'md.tick')?.seq ?? 0
    await until(() => files().length > 0 && seqOf(files().at(-1) as string) >= newestTick)
  }
  await first.runner.close()
  expect(files()).toHaveLength(2)
}

async function goesOn(started: { shown: readonly Event[] }): Promise<void> {
  await feed(10)
  expect(answers()).toEqual(Array.from({ length: 11 }, (_, i) => String(3 * (i + 1))))
  expect(started.shown.at(-1)?.topic).toBe('md.tick')
}

const firstSeq = ({ shown }: { shown: readonly Event[] }) => shown[0]?.seq

const fresh: FreshSnapshot = {
  service: 'venue',
  run: 'live',
  seq: 7,
  eventHash: 'a',
  answered: null,
  configHash: 'b',
  code: 'c',
  version: '1',
  configured: ['md'],
  stateText: '{"ticks":7}',
}

describe('a service that was killed', () => {
  it('[R24] begins at its newest snapshot, hears the tail, and says what it would have said', async () => {
    await withTwoSnapshots()
    const newest = seqOf(files()[1] as string)
    const again = await start({ everyMs: 60_000 })
    await goesOn(again)
    expect(firstSeq(again)).toBeGreaterThanOrEqual(newest)
    expect(again.said).toEqual([])
  })

  it('[R25] ignores, with a warning, one that cannot be read', async () => {
    await withTwoSnapshots()
    const newest = files()[1] as string
    rmSync(newest)
    mkdirSync(newest)
    const again = await start({ everyMs: 60_000 })
    await goesOn(again)
    expect(again.said).toEqual([`${newest} is ignored: it is not as it was written`])
  })

  it('[R25] ignores, with a warning, a folder of them that cannot be listed, and says once that none can be written', async () => {
    await withTwoSnapshots()
    const [newest = ''] = files()
    const broken = dirname(newest)
    rmSync(broken, { recursive: true })
    writeFileSync(broken, 'no folder')
    const again = await start()
    await goesOn(again)
    expect(firstSeq(again)).toBe(1)
    await until(() => again.said.length > 1)
    await feed(9)
    await feed(9)
    expect(again.said).toEqual([
      `${broken} is ignored: it is not as it was written`,
      expect.stringMatching(/^no snapshot at event \d+: ENOTDIR/),
    ])
  })

  it('[R24] writes none before a heartbeat that it said afterwards, and all before it, are in the log', () => {
    const outbox = new Outbox()
    const snapshots = new ServiceSnapshots('venue', { folder, code: 'c', everyMs: 0, say: () => undefined })
    for (const n of [0, 1, 2]) outbox.push(`md:e1.${n}`, ['{}'])
    snapshots.offer(7, outbox.pushed, () => fresh)
    outbox.push('md:e1.3', ['{}'])
    for (const [through, count] of [
      [2, 0],
      [3, 1],
    ] as const) {
      outbox.ack(through)
      snapshots.settled(outbox.settled)
      expect(files()).toHaveLength(count)
    }
    outbox.restart({ md: { fact: { epoch: 1, n: 3 }, answer: null } })
    expect(outbox.settled).toBe(4)
  })

  it.each([
    ['truncated', (file: string) => truncateSync(file, 200)],
    ['empty', (file: string) => truncateSync(file, 0)],
    ['with a wrong bit', (file: string) => flip(file, 300)],
  ])('[R25] ignores a snapshot that is %s, with a warning, and begins at the one before', async (_, damage) => {
    await withTwoSnapshots()
    const [older = '', newer = ''] = files()
    damage(newer)
    const again = await start({ everyMs: 60_000 })
    expect(again.said).toEqual([`${newer} is ignored: it is not as it was written`])
    await goesOn(again)
    expect(firstSeq(again)).toBeLessThanOrEqual(seqOf(newer))
    expect(firstSeq(again)).toBeGreaterThan(1)
    expect(readFileSync(older).length).toBeGreaterThan(0)
  })

  it('[R25] begins at the first event when no snapshot is whole', async () => {
    await withTwoSnapshots()
    for (const file of files()) flip(file, 40)
    const again = await start({ everyMs: 60_000 })
    expect(again.said).toHaveLength(2)
    await goesOn(again)
    expect(firstSeq(again)).toBe(1)
  })

  it.each([
    ['of another run', { run: 'other' }, /it is of run other/],
    ['of a log that has another event there', { eventHash: 'f'.repeat(64) }, /the log has another event there/],
    ['of an event that the log does not have', { seq: 9_999 }, /the log ends at event/],
    ['of other code', { code: 'other' }, /other code/],
    ['of answers that the log has lost', { answered: { cause: 9_999, n: 0 } }, /has lost its answer to event 9999/],
  ])('[R25] ignores a snapshot %s, with a warning', async (_, other, warning) => {
    await withTwoSnapshots()
    for (const file of files()) rewrite(file, other)
    const again = await start({ everyMs: 60_000 })
    expect(again.said).toHaveLength(2)
    for (const said of again.said) expect(said).toMatch(warning)
    await goesOn(again)
    expect(firstSeq(again)).toBe(1)
  })

  it('[R25] takes the older one when the newer is foreign', async () => {
    await withTwoSnapshots()
    rewrite(files()[1] as string, { eventHash: 'f'.repeat(64) })
    const again = await start({ everyMs: 60_000 })
    expect(again.said).toHaveLength(1)
    await goesOn(again)
    expect(firstSeq(again)).toBeGreaterThan(1)
  })

  it('[R25] says again what a log has lost that was cut behind the event of the snapshot', async () => {
    await withTwoSnapshots()
    const newest = readSnapshotText(readFileSync(files()[1] as string, 'utf8'))
    const gone = events().findLastIndex(({ cause }) => cause !== null)
    expect(newest?.answered).toEqual({ cause: parseEventId(events()[gone]?.id as string).major, n: 0 })
    const whole = answers()
    await bus.close()
    const cut = new MemoryLog()
    for (const { seq: _, ...body } of events().slice(0, gone)) await cut.append([[JSON.stringify(body)]])
    // As if it had been taken before the answer came back.
    for (const file of files())
      rewrite(file, { seq: gone, eventHash: sha256Of(cut.contents[gone - 1] as string), answered: newest?.answered })
    bus = await openBus(cut, { mayRead: () => true })
    const again = await start({ everyMs: 60_000 })
    await until(() => answers().length === whole.length)
    expect(answers()).toEqual(whole)
    expect(again.said[0]).toMatch(/has lost its answer/)
  })

  it('[R26] with a snapshot of another configuration takes the new one over as a process that runs on does', async () => {
    await withTwoSnapshots()
    const again = await start({ step: 2, everyMs: 60_000 })
    await goesOn(again)
    expect(firstSeq(again)).toBeGreaterThan(1)
    const steps = events().flatMap(({ topic, payload }) =>
      topic === 'order.expired' ? [payload.clientOrderId.slice(-1)] : [],
    )
    expect(steps).toEqual(['1', '1', '1', '1', '1', '1', '1', '1', '2', '2', '2'])
  })
})

describe('a snapshot file', () => {
  it('[R25] is not read with any one bit wrong, nor cut at any byte', () => {
    const bytes = Buffer.from(snapshotText(fresh))
    expect(readSnapshotText(String(bytes))).toMatchObject({ seq: 7, state: { ticks: 7 } })
    for (let at = 0; at < bytes.length; at++) {
      expect(readSnapshotText(bytes.toString('utf8', 0, at))).toBe(null)
      for (let bit = 0; bit < 8; bit++) {
        const flipped = Buffer.from(bytes)
        flipped[at] = (flipped[at] as number) ^ (1 << bit)
        expect(readSnapshotText(String(flipped))).toBe(null)
      }
    }
  })

  it('[R24] is there whole or not at all, and one before it as well, whatever the writer dies at', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const disk = new SimDisk(chanceOf(seed))
      for (const seq of [1, 2, 3]) writeSnapshot(disk, '/live', { ...fresh, seq })
      disk.crashAfter(1 + (seed % 14))
      expect(() => {
        for (let seq = 4; ; seq++) writeSnapshot(disk, '/live', { ...fresh, seq })
      }).toThrow()
      disk.restart(seed % 2 === 0 ? 'power' : 'kill')
      const [newest, before] = readSnapshots(disk, '/live', 'venue').map(({ seq }) => seq)
      expect(newest).toBeGreaterThanOrEqual(3)
      expect(before).toBe((newest as number) - 1)
      writeSnapshot(disk, '/live', { ...fresh, seq: 100 })
      expect(readSnapshots(disk, '/live', 'venue').map(({ seq }) => seq)).toEqual([100, newest])
    }
  })

  it('[R24] is not pushed out by those of other code, nor of events that the log has lost', () => {
    const write = (seq: number, code: string) => {
      writeSnapshot(realDisk, folder, { ...fresh, seq, code })
      return files().map(seqOf)
    }
    for (const seq of [9_000, 9_500]) write(seq, 'old')
    expect(write(4_000, 'c')).toEqual([4_000, 9_000, 9_500])
    expect(write(4_500, 'c')).toEqual([4_000, 4_500])
    expect(write(5_000, 'c')).toEqual([4_500, 5_000])
    expect(write(5_500, 'new')).toEqual([4_500, 5_000, 5_500])
    // The log lost its end: what is of later is of no event that it has.
    expect(write(5_400, 'new')).toEqual([4_500, 5_000, 5_400, 5_500])
    expect(write(5_450, 'new')).toEqual([5_400, 5_450])
  })
})

function flip(file: string, at: number): void {
  const bytes = readFileSync(file)
  bytes[at] = (bytes[at] as number) ^ 4
  writeFileSync(file, bytes)
}

/** The same snapshot, whole, but of something else. */
function rewrite(file: string, other: object): void {
  const { state, ...head } = readSnapshotText(readFileSync(file, 'utf8')) as NonNullable<
    ReturnType<typeof readSnapshotText>
  >
  writeFileSync(file, snapshotText({ ...head, stateText: JSON.stringify(state), ...other }))
}

it('[R28] begins anew where another process has spoken in its place, and what it runs with is in force again', async () => {
  bus = await openBus(new MemoryLog(), { mayRead: () => true })
  const first = await start({ step: 1 })
  const stranger = await connectBus({ url: bus.url, identity: 'venue', secret, from: null, topics: null })
  const payload = { service: 'venue', hash: '2'.repeat(64), config: { step: 2 } } as const
  await stranger.publishFacts([{ topic: 'system.config', at: 1_764_000_000_000_000, epoch: 9, n: 0, payload }])
  await stranger.close()
  await until(() => first.said.length > 0)
  expect(first.said[0]).toBe('fault: another process has spoken in its place: beginning anew')
  await first.runner.close()
  await start({ step: 1 })
  const steps = events().flatMap(({ topic, payload }) => (topic === 'system.config' ? [payload.config] : []))
  expect(steps).toEqual([{ step: 1 }, { step: 2 }, { step: 1 }])
})
