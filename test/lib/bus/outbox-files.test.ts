import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { newNonce } from '#lib/bus/auth.ts'
import { FeedPublisher, type FeedPublisherOptions } from '#lib/bus/feed-publisher.ts'
import { formatFrame } from '#lib/bus/frame.ts'
import { type OutboxDisk, OutboxFiles } from '#lib/bus/outbox-files.ts'
import type { LogFile } from '#lib/journal/log-disk.ts'
import { withCrc } from '#lib/journal/log-line.ts'
import { MemoryLog } from '#lib/journal/memory-log.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { factId } from '#lib/kernel/event-id.ts'
import type { Fact } from '#schemas/event.ts'
import { type BusOfTest, openBus, secret, tick, tickBody, until } from './bus-of-test.ts'

/** A log that takes, and acknowledges, so many appends as it is told to. */
class SilentLog extends MemoryLog {
  toTake = 0
  override async append(...args: Parameters<MemoryLog['append']>): ReturnType<MemoryLog['append']> {
    while (this.toTake === 0) await sleep(2)
    this.toTake--
    return super.append(...args)
  }
}

/** The folder of an outbox on a disk with so much space. */
class SmallDisk implements OutboxDisk {
  free = 0
  hasNames = false
  refusals = 0
  list(path: string) {
    return this.hasNames ? realDisk.list(path) : this.#refuse()
  }
  create(path: string): LogFile {
    const file = realDisk.create(path)
    return Object.assign(Object.create(file), {
      write: (bytes: Uint8Array, at: number) => {
        file.write(bytes.subarray(0, this.free), at)
        if (bytes.length > this.free) this.#refuse()
        this.free -= bytes.length
      },
    })
  }
  #refuse(): never {
    this.refusals++
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  }
}

describe('the outbox of an edge', () => {
  let folder: string
  let bus: BusOfTest | undefined
  const said: string[] = []
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'trader-outbox-')), 'outbox')
    mkdirSync(folder)
    said.length = 0
  })
  afterEach(async () => {
    await bus?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** An edge that learns so many ticks in the epoch after the mark's, and then no more. */
  function edge(url: string, count: number, at = folder) {
    const epochs: number[] = []
    const heads: number[] = []
    const opened = feedOf(
      url,
      async function* (mark, head) {
        const epoch = (mark?.epoch ?? 0) + 1
        epochs.push(epoch)
        heads.push(head)
        for (let n = 0; n < count; n++) yield [{ ...tick(n), epoch } as Fact]
      },
      at,
    )
    return { ...opened, epochs, heads }
  }

  /** An edge that learns what `open` says. */
  function feedOf(url: string, open: FeedPublisherOptions['open'], at = folder, disk?: OutboxDisk) {
    const faults: string[] = []
    const counted = { faults, fed: 0 }
    const publisher = new FeedPublisher({
      url,
      identity: 'md',
      source: 'md',
      secret,
      outbox: { folder: at, say: (message) => void said.push(message), disk },
      open,
      onFed: (facts) => {
        counted.fed = facts
      },
      onFault: (message) => void faults.push(message),
    })
    return Object.assign(counted, { publisher })
  }

  const idsIn = async ({ log }: BusOfTest) => {
    const { lines } = await log.read({ from: 1, maxBytes: 1 << 24 })
    return lines.map((line) => (JSON.parse(line) as { id: string }).id)
  }
  const ids = (epoch: number, count: number) => Array.from({ length: count }, (_, n) => factId('md', epoch, n))
  const files = () => readdirSync(folder)
  /** What a process leaves that is killed before any of this is acknowledged. */
  const leave = (from: number, count: number) =>
    new OutboxFiles(folder).keep(
      Array.from({ length: count }, (_, i) => ({ id: factId('md', 1, from + i), body: tickBody(from + i) })),
    )

  it('[R27] what was sent and not acknowledged is said by the next process, once and first; then nothing is left', async () => {
    const log = new SilentLog()
    bus = await openBus(log)
    const first = edge(bus.url, 50)
    await until(() => files().length === 1 && lastLine(folder).includes('md:e1.49'))
    // As a kill: nothing of it runs on, and its files stay.
    await first.publisher.close()
    log.toTake = Number.POSITIVE_INFINITY
    const second = edge(bus.url, 3)
    await second.publisher.ended
    expect(await idsIn(bus)).toEqual([...ids(1, 50), ...ids(2, 3)])
    await second.publisher.close()
    expect([second.epochs, second.heads, files()]).toEqual([[2], [50], []])
    expect([...first.faults, ...second.faults]).toEqual([])
  })

  it('[R27] what the log has of it is not said again, and a torn end was never said', async () => {
    bus = await openBus()
    const before = edge(bus.url, 30)
    await before.publisher.ended
    await before.publisher.close()
    leave(20, 20)
    const [name = ''] = files().filter((one) => one.includes('20.jsonl'))
    writeFileSync(join(folder, name), tickBody(40).slice(0, 100), { flag: 'a' })
    const next = edge(bus.url, 1)
    await next.publisher.ended
    expect(await idsIn(bus)).toEqual([...ids(1, 40), ...ids(2, 1)])
    await next.publisher.close()
    expect([files(), said]).toEqual([[], []])
    // What it reads from the log it reads with what was left: the head is of after that.
    expect(next.heads).toEqual([40])
  })

  it('[R27] what can follow nothing in the log is said and kept aside', async () => {
    bus = await openBus()
    leave(7, 5)
    const next = edge(bus.url, 2)
    await next.publisher.ended
    expect(await idsIn(bus)).toEqual(ids(2, 2))
    await next.publisher.close()
    expect(said).toEqual([`5 events of md cannot follow what the log has: they stay in ${folder}`])
    expect(files()).toEqual([expect.stringMatching(/7\.jsonl\.unsaid$/)])
    expect(next.faults).toEqual([])
  })

  it('[R27] a damaged line in the middle is said, with what was behind it, and the file is kept aside', async () => {
    bus = await openBus()
    leave(0, 10)
    const [name = ''] = files()
    const bytes = readFileSync(join(folder, name))
    const at = bytes.indexOf('md:e1.3') + 40
    bytes[at] = (bytes[at] as number) ^ 1
    writeFileSync(join(folder, name), bytes)
    const next = edge(bus.url, 1)
    await next.publisher.ended
    await next.publisher.close()
    expect(await idsIn(bus)).toEqual([...ids(1, 3), ...ids(2, 1)])
    expect(said).toEqual([
      `6 events of md cannot follow what the log has: they stay in ${folder}`,
      `1 events of md are damaged in its outbox: they stay in ${folder}`,
    ])
    expect(files()).toEqual([`${name}.unsaid`])
  })

  it('[R27] what is not in its file is not sent', async () => {
    bus = await openBus()
    const { publisher, faults } = feedOf(bus.url, async function* () {
      rmSync(folder, { recursive: true })
      yield [tick(0) as Fact]
    })
    await until(() => faults.length > 0)
    await publisher.close()
    expect(faults).toEqual([expect.stringContaining('ENOENT')])
    // The router has heard all of the connection that ended, and answers the next one behind it.
    const next = edge(bus.url, 1)
    await next.publisher.ended
    await next.publisher.close()
    expect([next.epochs, await idsIn(bus)]).toEqual([[1], ids(1, 1)])
  })

  it('[R27] of several files those stay that are not acknowledged', async () => {
    const log = new SilentLog()
    bus = await openBus(log)
    let isSaid = false
    const feed = feedOf(bus.url, async function* () {
      for (let i = 0; i < 20; i++) yield Array.from({ length: 1_000 }, (_, n) => tick(i * 1_000 + n) as Fact)
      isSaid = true
    })
    await until(() => isSaid)
    expect(files().length).toBeGreaterThan(3)
    log.toTake = 1
    await until(() => feed.fed > 0)
    await feed.publisher.close()
    const left = [...new OutboxFiles(folder).left()].map(({ id }) => id)
    expect(left.slice(feed.fed - 20_000)).toEqual(ids(1, 20_000).slice(feed.fed))
    expect(feed.fed).toBeLessThan(10_000)
    expect([said, feed.faults]).toEqual([[], []])
    log.toTake = Number.POSITIVE_INFINITY
  })

  it('[R27] what the router refuses is put aside, and the next process goes on behind it, killed as often as it is', async () => {
    bus = await openBus()
    const body = (n: number) =>
      n === 3 || n === 6 ? tickBody(n).replace('"price":"100.5"', '"price":"much"') : tickBody(n)
    new OutboxFiles(folder).keep(Array.from({ length: 10 }, (_, n) => ({ id: factId('md', 1, n), body: body(n) })))
    for (const refused of ['md:e1.3', 'md:e2.2']) {
      const refusing = edge(bus.url, 1)
      await until(() => refusing.faults.length > 0)
      await refusing.publisher.close()
      expect(said.splice(0)).toEqual([`the router does not take ${refused} of md: it stays in ${folder}`])
      expect(refusing.epochs).toEqual([])
    }
    const next = edge(bus.url, 2)
    await next.publisher.ended
    await next.publisher.close()
    expect(await idsIn(bus)).toEqual([...ids(1, 3), ...ids(2, 2), ...ids(3, 3), ...ids(4, 2)])
    const { lines } = await bus.log.read({ from: 1, maxBytes: 1 << 24 })
    const trades = lines.map((line) => (JSON.parse(line) as { payload: { tradeId: string } }).payload.tradeId)
    expect(trades.slice(0, 8)).toEqual(['0', '1', '2', '4', '5', '7', '8', '9'])
    expect(files().map((name) => name.replace(/0{15}/g, ''))).toEqual(['1.3.refused.unsaid', '2.2.refused.unsaid'])
    expect(readFileSync(join(folder, files()[0] ?? ''), 'utf8')).toContain('"price":"much"')
    expect([next.faults, said]).toEqual([[], []])
  })

  it('[R27] with a full disk nothing is put aside', async () => {
    const full = new (class extends MemoryLog {
      isFull = true
      asked = 0
      override async append(...args: Parameters<MemoryLog['append']>): ReturnType<MemoryLog['append']> {
        this.asked++
        return this.isFull ? args[0].map(() => ({ kind: 'refused', reason: 'disk_full' })) : super.append(...args)
      }
    })()
    bus = await openBus(full)
    leave(0, 5)
    const refused = edge(bus.url, 1)
    await until(() => full.asked > 1)
    expect(refused.faults).toEqual([])
    await refused.publisher.close()
    full.isFull = false
    const next = edge(bus.url, 1)
    await next.publisher.ended
    await next.publisher.close()
    expect(await idsIn(bus)).toEqual([...ids(1, 5), ...ids(2, 1)])
    expect([said, files()]).toEqual([[], []])
  })

  it('[R29] what there is no space for waits, which is said once, and is in its file and in the log, whole, when there is some', async () => {
    const log = new SilentLog()
    bus = await openBus(log)
    const disk = new SmallDisk()
    const isOpen = Promise.withResolvers<void>()
    let learned = 0
    async function* market() {
      isOpen.resolve()
      for (; learned < 30; learned++) yield [tick(learned) as Fact]
    }
    const feed = feedOf(bus.url, market, folder, disk)
    await until(() => disk.refusals === 2)
    expect([learned, said.splice(0)]).toEqual([0, [waits]])
    disk.hasNames = true
    await isOpen.promise
    disk.free = Math.floor(9.5 * withCrc(tickBody(0)).length)
    await until(() => disk.refusals >= 4)
    expect([learned, said.splice(0), feed.faults]).toEqual([9, [waits], []])
    expect(readFileSync(join(folder, files()[0] ?? ''), 'utf8').at(-1)).toBe('\n')
    disk.free = Number.POSITIVE_INFINITY
    await until(() => learned === 30)
    const kept = new OutboxFiles(folder)
    expect([[...kept.left()].map(({ id }) => id), kept.damaged]).toEqual([ids(1, 30), 0])
    log.toTake = Number.POSITIVE_INFINITY
    await feed.publisher.ended
    expect(await idsIn(bus)).toEqual(ids(1, 30))
    await feed.publisher.close()
    expect([files(), said, feed.faults]).toEqual([[], [], []])
  })

  it('[R29] who is stopped while there is no space says nothing of what waits', async () => {
    bus = await openBus()
    const disk = new SmallDisk()
    disk.hasNames = true
    const { publisher, faults } = feedOf(
      bus.url,
      async function* () {
        yield [tick(0) as Fact]
      },
      folder,
      disk,
    )
    await until(() => disk.refusals > 0)
    await publisher.close()
    disk.free = Number.POSITIVE_INFINITY
    await sleep(1_200)
    expect([await idsIn(bus), faults, files()]).toEqual([[], [], []])
  })

  it('[R3] what another process said in its place is a fault, not an acknowledgement', async () => {
    bus = await openBus()
    const go = Promise.withResolvers<void>()
    const older = feedOf(bus.url, async function* () {
      yield [tick(0) as Fact]
      await go.promise
      for (let n = 1; n < 50; n++) yield [tick(n) as Fact]
    })
    await until(() => older.fed === 1)
    const elsewhere = mkdtempSync(join(tmpdir(), 'trader-outbox-'))
    const newer = edge(bus.url, 1, elsewhere)
    await newer.publisher.ended
    await newer.publisher.close()
    rmSync(elsewhere, { recursive: true })
    go.resolve()
    await until(() => older.faults.length > 0)
    await older.publisher.close()
    expect([older.fed, older.faults]).toEqual([
      1,
      ['another process says what md says: not all that was said here is in the log'],
    ])
    expect(files()).toHaveLength(1)
    expect(await idsIn(bus)).toEqual([...ids(1, 1), ...ids(2, 1)])
  })

  it('[R27] files that are acknowledged go while more is said', () => {
    const kept = new OutboxFiles(folder)
    const facts = Array.from({ length: 1_000 }, (_, n) => ({ id: factId('md', 1, n), body: tickBody(n) }))
    for (let i = 0; i < 20; i++) kept.keep(facts.map(({ body }, n) => ({ id: factId('md', 1, i * 1_000 + n), body })))
    const sizes = files().map((name) => statSync(join(folder, name)).size)
    expect(sizes.length).toBeGreaterThan(3)
    expect(Math.max(...sizes)).toBeLessThan(2 << 20)
    expect(kept.bytes).toBe(sizes.reduce((sum, size) => sum + size, 0))
    kept.settle(1)
    expect(files()).toHaveLength(1)
    kept.close(0)
    expect(files()).toEqual([])
  })

  it('[R27] more than 128 MiB that are not acknowledged end the process', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    server.on('connection', (socket) => {
      socket.on('message', () => undefined).send(formatFrame({ t: 'challenge', nonce: newNonce() }))
      const credit = { groups: 1, bytes: 1 }
      const welcome = { run: 'x', runId: 'y', head: 0, now: 0, marks: {}, lockstep: null, credit }
      socket.send(formatFrame({ t: 'welcome', ...welcome, heartbeatMs: 1_000, isOfTree: false }))
    })
    await new Promise((resolve) => server.once('listening', resolve))
    const text = 'x'.repeat(1 << 20)
    let learned = 0
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { publisher, faults } = feedOf(url, async function* () {
      for (; learned < 200; learned++) yield [tick(learned, text) as Fact]
    })
    await until(() => faults.length > 0)
    expect(faults).toEqual(['the log has not acknowledged 128 MiB of what md has said'])
    expect(learned).toBe(127)
    await publisher.close()
    server.close()
  })
})

const waits = 'what md says waits until it can be written down: ENOSPC: no space left on device, write'

const lastLine = (folder: string): string => {
  const [name = ''] = readdirSync(folder)
  return existsSync(join(folder, name))
    ? (readFileSync(join(folder, name), 'utf8').trimEnd().split('\n').at(-1) ?? '')
    : ''
}
