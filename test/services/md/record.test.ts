import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, open, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { BlockFiles } from '#lib/files/block-files.ts'
import { newestLinesIn } from '#lib/files/newest-lines.ts'
import { blockFilesIn, blocksOf } from '#lib/files/read-blocks.ts'
import { readChunks } from '#lib/files/read-chunks.ts'
import { textLines } from '#lib/files/text-lines.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { seedRandom } from '#lib/market/seeded-random.ts'
import { forwardMicros } from '#lib/time/forward-clock.ts'
import { checkMarket } from '#services/md/adapters/check-market.ts'
import { liveFeed } from '#services/md/adapters/live/live-feed.ts'
import { keepRaw } from '#services/md/adapters/raw/raw-keeper.ts'
import { readRecording } from '#services/md/adapters/raw/read-recording.ts'
import { readEvents } from '#services/md/adapters/read-events.ts'
import { rebuild } from '#services/md/adapters/rebuild.ts'
import { recordMarket } from '#services/md/adapters/record-market.ts'
import { liveVenueNamed, venueNamed } from '#services/md/adapters/venues.ts'
import { serveBox } from '#test/venues/box-server.ts'
import { exchangeBox, type Fault } from '#test/venues/exchange-box.ts'
import { madeMarket, type Wire, wires } from '#test/venues/made-market.ts'

const root = mkdtempSync(join(tmpdir(), 'record-'))
afterAll(() => rmSync(root, { recursive: true }))

describe('blocks of lines', () => {
  it('[MD-R1] come back as they went in, each where the index says', async () => {
    const files = new BlockFiles(join(root, 'blocks'))
    const day = Date.UTC(2024, 0, 1) * 1000
    const lines = Array.from({ length: 30_000 }, (_, i) => `{"n":${i},"text":"${'x'.repeat(i % 50)}"}`)
    for (const [i, line] of lines.entries()) files.append(line, day + i * 4_000_000)
    await files.close()
    const written = blockFilesIn(join(root, 'blocks'))
    expect(written).toHaveLength(2)
    expect(written.flatMap((file) => [...textLines(readChunks(file))]).filter((line) => line !== '')).toEqual(lines)
    const blocks = blocksOf(written[0] as string)
    expect(blocks.length).toBeGreaterThan(2)
    expect(blocks[1]?.offset).toBe(blocks[0]?.bytes)
    expect(blocks.reduce((sum, { lines: count }) => sum + count, 0)).toBe(21_600)
  })
})

describe('blocks of events', () => {
  it('[MD-R1] wait until their frames are durable', async () => {
    const dir = join(root, 'waiting')
    const frames = Promise.withResolvers<void>()
    const files = new BlockFiles(dir, () => frames.promise)
    files.append('{}', Date.UTC(2024, 0, 1) * 1000)
    const flushed = files.flush()
    await sleep(50)
    const written = () => blockFilesIn(dir).flatMap((file) => blocksOf(file)).length
    expect(written()).toBe(0)
    frames.resolve()
    await flushed
    expect(written()).toBe(1)
    await files.close()
  })

  it('[MD-R1] on a slow disk: what comes while one is written is one block, and who appends is asked to wait at 32 MiB', async () => {
    const dir = join(root, 'slow')
    const disk = Promise.withResolvers<void>()
    const files = new BlockFiles(dir, () => disk.promise)
    const at = Date.UTC(2024, 0, 1) * 1000
    for (let n = 0; n < 20; n++) {
      files.append(`{"n":${n}}`, at + n)
      void files.flush()
      await sleep(1)
    }
    expect(files.full()).toBeNull()
    const line = 'x'.repeat(1 << 20)
    let appended = 0
    for (; files.full() === null; appended++) files.append(line, at + 20)
    expect(appended).toBe(32)
    const room = files.full()
    disk.resolve()
    await room
    expect(files.full()).toBeNull()
    await files.close()
    const counts = blockFilesIn(dir).flatMap((file) => blocksOf(file).map(({ lines }) => lines))
    expect(counts.slice(0, 2)).toEqual([1, 20])
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(52)
  })

  it('[MD-R1] that cannot be written are one error of the folder', async () => {
    const dir = join(root, 'full')
    const files = new BlockFiles(dir, () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' })))
    files.append('{}', Date.UTC(2024, 0, 1) * 1000)
    await expect(files.flush()).rejects.toMatchObject({
      name: 'UserError',
      message: 'cannot be written: ENOSPC',
      file: dir,
    })
  })

  it('[MD-R1] for which no file can be made end a recording with one error of the folder', async () => {
    const wire = wires[0] as Wire
    const box = exchangeBox(wire, madeMarket(wire, seedRandom(9), Date.now()), () => Date.now())
    const server = await serveBox(box)
    const dir = join(root, 'no-folder')
    mkdirSync(join(dir, 'events'), { recursive: true })
    // Files in the place of the folders of today and tomorrow.
    for (const ms of [Date.now(), Date.now() + 86_400_000])
      writeFileSync(join(dir, 'events', new Date(ms).toISOString().slice(0, 10)), '')
    const recording = recordMarket({
      ...{ venueName: wire.name, dir, keepsRaw: true, signal: new AbortController().signal },
      wish: { symbols: [wire.symbol], streams: ['trades'], wsUrl: server.wsUrl, restUrl: server.restUrl },
      ...{ onProgress: () => undefined, onStatus: () => undefined },
    })
    await expect(recording).rejects.toMatchObject({
      name: 'UserError',
      message: 'is no folder',
      file: expect.stringContaining(join(dir, 'events', '2')),
    })
    await server.close()
  })

  it('[MD-R1] that cannot be written end it: nothing is appended behind them', async () => {
    const files = new BlockFiles(join(root, 'failing'), () => Promise.reject(new Error('the disk is full')))
    const at = Date.UTC(2024, 0, 1) * 1000
    files.append('{}', at)
    await expect(files.flush()).rejects.toThrow('the disk is full')
    expect(() => files.append('{}', at)).toThrow('the disk is full')
    await expect(files.close()).rejects.toThrow('the disk is full')
  })
})

describe('raw frames', () => {
  it('[MD-R1] are durable within about a second, though nobody asks for it', async () => {
    const dir = join(root, 'frames')
    const raw = keepRaw(dir)
    const at = Date.UTC(2024, 0, 1) * 1000
    raw.take({ kind: 'frame', at, connection: 'a', text: '{}' })
    for (let i = 0; i < 200 && blockFilesIn(dir).every((file) => blocksOf(file).length === 0); i++) await sleep(20)
    const records = [...readRecording(blockFilesIn(dir), { badLine: () => undefined })].map(({ record }) => record)
    await raw.close()
    expect(records).toEqual([{ kind: 'frame', at, connection: 'a', text: '{}' }])
  })
})

/** Until it is let go, nothing of this process gets through the thread pool: as with a disk that stands still. */
function holdThreadPool(): () => void {
  const threads = Number(process.env.UV_THREADPOOL_SIZE ?? 4)
  const pipes = Array.from({ length: threads }, (_, i) => join(root, `pipe${i}`))
  execFileSync('mkfifo', pipes)
  for (const pipe of pipes) open(pipe, 'r', (_, fd) => closeSync(fd))
  return () => {
    for (const pipe of pipes) closeSync(openSync(pipe, 'w'))
  }
}

describe('a disk that stands still', () => {
  it('[MD-R1] [MD-R2] holds the feed within 2 s, and nothing is lost when it goes on', async () => {
    const wire = wires[0] as Wire
    const box = exchangeBox(wire, madeMarket(wire, seedRandom(9), Date.now()), () => Date.now())
    const server = await serveBox(box)
    const dir = join(root, 'standing')
    const stopping = new AbortController()
    let events = 0
    const recording = recordMarket({
      ...{ venueName: wire.name, dir, keepsRaw: true, signal: stopping.signal },
      wish: { symbols: [wire.symbol], streams: ['trades', 'depth'], wsUrl: server.wsUrl, restUrl: server.restUrl },
      onProgress: (count) => {
        events = count
      },
      onStatus: () => undefined,
    })
    const play = async (ms: number) => {
      for (const until = performance.now() + ms; performance.now() < until; await sleep(5)) server.step(null)
    }
    while (server.connections() === 0) await sleep(10)
    await play(1_000)
    const letGo = holdThreadPool()
    const heldAt = Date.now() * 1000
    await play(3_000)
    const before = events
    await play(1_500)
    expect(events).toBe(before)
    const goesOnAt = Date.now() * 1000
    letGo()
    await play(1_000)
    stopping.abort()
    await recording
    await server.close()
    const times = [...readRecording(blockFilesIn(join(dir, 'raw')), { badLine: () => undefined })].map(
      ({ record }) => record.at,
    )
    const inTime = (from: number, to: number) => times.filter((at) => at > from && at < to).length
    expect(inTime(heldAt, heldAt + 2_500_000)).toBeGreaterThan(20)
    expect(inTime(heldAt + 2_500_000, goesOnAt)).toBe(0)
    expect(inTime(goesOnAt, Number.POSITIVE_INFINITY)).toBeGreaterThan(300)
    const facts = blockFilesIn(join(dir, 'events')).flatMap((file) => [...readEvents(file, () => undefined)])
    expect(facts.filter(({ topic }) => topic === 'md.gap')).toEqual([])
    const { venue, market } = venueNamed(wire.name)
    expect(rebuild(dir, venue, market, () => undefined).difference).toBeNull()
  })

  it.each(['throws', 'rejects'])(
    '[MD-R1] a disk that cannot be written ends the feed with its error (%s)',
    async (how) => {
      const wire = wires[0] as Wire
      const box = exchangeBox(wire, madeMarket(wire, seedRandom(9), Date.now()), () => Date.now())
      const server = await serveBox(box)
      const { venue, market } = liveVenueNamed(wire.name)
      const feed = liveFeed({
        ...{ venue, epoch: 1, clock: forwardMicros() },
        wish: { market, symbols: [wire.symbol], streams: ['trades'], wsUrl: server.wsUrl, restUrl: server.restUrl },
        onRecord({ kind }) {
          if (kind !== 'frame') return null
          if (how === 'throws') throw new Error('no space')
          return Promise.reject(new Error('no space'))
        },
      })
      const playing = setInterval(() => server.step(null), 5)
      const listening = (async () => {
        for await (const _ of feed);
      })()
      await expect(listening).rejects.toThrow('no space')
      clearInterval(playing)
      await server.close()
    },
  )
})

describe('a check', () => {
  it('[MD-R3] counts a gap that a killed recorder left as lost, and one of its own as open', () => {
    const at = Date.UTC(2024, 0, 1) * 1000
    const started: MarketFact = {
      at,
      topic: 'md.status',
      payload: { feed: 'test', state: 'started', isSimulated: false },
    }
    const gap: MarketFact = {
      at,
      topic: 'md.gap',
      payload: { instrument: 'A.B', stream: 'trade', fromSequence: 3, toSequence: 4, state: 'opened' },
    }
    const openIn = (facts: MarketFact[]) =>
      checkMarket(facts).days.map(({ gaps, missing, open }) => [gaps, missing, open])
    expect(openIn([started, gap])).toEqual([[1, 2, 1]])
    expect(openIn([started, gap, started])).toEqual([[1, 2, 0]])
  })

  it('[MD-R3] a gap over midnight is of the day on which it was opened, closed or not, and with all that its snapshot holds', () => {
    const midnight = Date.UTC(2026, 0, 2) * 1000
    const gap = (at: number, fromSequence: number, toSequence: number, how?: 'snapshot'): MarketFact => ({
      at,
      topic: 'md.gap',
      payload: {
        ...{ instrument: 'A.B', stream: 'depth', fromSequence, toSequence },
        ...(how === undefined ? { state: 'opened' } : { state: 'closed', how }),
      },
    })
    const daysOf = (...facts: MarketFact[]) =>
      checkMarket(facts).days.map(({ day, gaps, missing, open }) => [day, gaps, missing, open])
    const opened = gap(midnight - 1, 10, 15)
    const closed = gap(midnight + 1, 10, 20, 'snapshot')
    expect(daysOf(opened)).toEqual([['2026-01-01', 1, 6, 1]])
    expect(daysOf(opened, closed)).toEqual([['2026-01-01', 1, 11, 0]])
    expect(daysOf(opened, closed, gap(midnight + 2, 30, 31))).toEqual([
      ['2026-01-01', 1, 11, 0],
      ['2026-01-02', 1, 2, 1],
    ])
    expect(daysOf(closed)).toEqual([])
  })
})

describe('recordings of an exchange', () => {
  it.each(wires)(
    '[MD-R2] $name: the events follow from the raw frames again, through gaps and new connections',
    async (wire: Wire) => {
      const dir = join(root, wire.name)
      const box = exchangeBox(wire, madeMarket(wire, seedRandom(9), Date.now()), () => Date.now())
      const server = await serveBox(box)
      const stopping = new AbortController()
      const said: string[] = []
      const recording = recordMarket({
        venueName: wire.name,
        wish: { symbols: [wire.symbol], streams: ['depth'], wsUrl: server.wsUrl, restUrl: server.restUrl },
        dir,
        keepsRaw: true,
        signal: stopping.signal,
        onProgress: () => undefined,
        onStatus: (line) => said.push(line),
      })
      const faults = new Map<number, Fault>([
        [30, 'drop'],
        [60, 'garbage'],
        [90, 'abort'],
        [200, 'repeat'],
      ])
      for (let frame = 0; frame < 400; frame++) {
        await sleep(3)
        if (server.connections() === 0 && frame < 30) frame--
        else server.step(faults.get(frame) ?? null)
      }
      await expect(
        recordMarket({
          ...{ venueName: wire.name, dir, keepsRaw: true, signal: stopping.signal },
          wish: { symbols: [wire.symbol], streams: ['depth'] },
          ...{ onProgress: () => undefined, onStatus: () => undefined },
        }),
      ).rejects.toThrow(`process ${process.pid} is writing this recording`)
      stopping.abort()
      const events = await recording
      await server.close()
      const { venue, market } = venueNamed(wire.name)
      const rebuilt = rebuild(dir, venue, market, () => undefined)
      expect(rebuilt.difference).toBeNull()
      expect(rebuilt.events).toBeGreaterThan(200)
      expect(rebuilt.events).toBeLessThanOrEqual(events)
      expect(said.some((line) => line.startsWith('disconnected'))).toBe(true)

      const { days, timeGoesBack } = checkMarket(readEvents(dir))
      expect(timeGoesBack).toBe(0)
      const depth = days.find(({ stream }) => stream === 'depth')
      expect(depth?.gaps).toBeGreaterThan(0)
      expect(depth?.open).toBe(0)
      await expect(
        recordMarket({
          ...{ venueName: wire.name, dir, keepsRaw: true, signal: stopping.signal },
          wish: { symbols: [wire.symbol], streams: ['depth', 'trades'] },
          ...{ onProgress: () => undefined, onStatus: () => undefined },
        }),
      ).rejects.toThrow('a recording of something else is in this folder already')
    },
  )

  it('[MD-R2] what a killed run has on one side only is as much as a second, or a difference', () => {
    const dir = join(root, 'binance')
    const { venue, market } = venueNamed('binance')
    const events = [...readEvents(dir)].filter(
      ({ topic, payload }) => topic !== 'md.status' || payload.state !== 'ended',
    )
    const end = events.at(-1)?.at as number
    const upTo = (at: number) => events.filter((event) => event.at <= at)
    const of = (facts: MarketFact[]) => rebuild(dir, venue, market, () => undefined, facts)
    const cut = of(upTo(end - 400_000))
    expect([cut.difference, cut.cutOff > 0]).toEqual([null, true])
    // The same run, four seconds later: its frames are of another time than all of its events.
    expect(of([]).difference === null).toBe(end - (events[0]?.at as number) <= 3_000_000)
    const late = events.map((event) => ({ ...event, at: event.at + (event.at > end - 400_000 ? 4_000_000 : 0) }))
    expect(of(late).difference).not.toBeNull()
  })

  it('[MD-R2] [MD-R4] a damaged block is named by who reads it, and a start goes on without it', async () => {
    const dir = join(root, 'damaged')
    const files = new BlockFiles(dir)
    const at = Date.UTC(2024, 0, 1) * 1000
    for (let n = 0; n < 3; n++) {
      files.append(`{"n":${n}}`, at + n)
      await files.flush()
    }
    await files.close()
    const [file = ''] = blockFilesIn(dir)
    const { offset = 0, bytes: length = 0 } = blocksOf(file)[1] ?? {}
    const bytes = readFileSync(file)
    const text = () => Buffer.concat([...readChunks(file)].map((chunk) => Buffer.from(chunk))).toString()
    const whole = text()
    for (let at = offset * 8; at < (offset + length) * 8; at++) {
      const byte = at >> 3
      writeFileSync(file, bytes.with(byte, (bytes[byte] as number) ^ (1 << (at & 7))))
      let read = 'refused'
      try {
        read = text()
      } catch {}
      expect(['refused', whole]).toContain(read)
    }
    writeFileSync(file, bytes.fill(255, offset, offset + length))
    expect(() => [...readChunks(file)]).toThrow(`the block at byte ${offset} is damaged`)
    const [taken, told]: [string[], number[]] = [[], []]
    newestLinesIn(dir, (_, damaged) => told.push(damaged))(10, (line) => taken.push(line))
    expect([taken, told]).toEqual([['{"n":0}', '{"n":2}'], [offset]])
  })

  it('[MD-R2] a changed event is found, with its number', () => {
    const dir = join(root, 'binance')
    const [file = ''] = blockFilesIn(join(dir, 'events'))
    const lines = [...textLines(readChunks(file))].filter((line) => line !== '')
    const changed = lines.findIndex((line) => line.includes('"md.depth"') && line.includes('"delta"'))
    lines[changed] = (lines[changed] as string).replace(/"lastSequence":(\d)/, '"lastSequence":9$1')
    writeFileSync(file, `${lines.join('\n')}\n`)
    // Without an index it is read as it is.
    rmSync(file.replace('.jsonl.zst', '.index'))
    const { venue, market } = venueNamed('binance')
    const { difference } = rebuild(dir, venue, market, () => undefined)
    expect(difference?.recorded).toBe(lines[changed])
    expect(difference?.rebuilt).toContain('"lastSequence"')
    expect(readFileSync(file, 'utf8')).toContain(difference?.recorded)
  })
})
