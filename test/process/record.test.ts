import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { blockFilesIn, blocksOf } from '#lib/files/read-blocks.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { seedRandom } from '#lib/market/seeded-random.ts'
import type { Event } from '#schemas/event.ts'
import type { StreamDay } from '#services/md/adapters/check-market.ts'
import { readEvents } from '#services/md/adapters/read-events.ts'
import { type BoxServer, serveBox } from '#test/venues/box-server.ts'
import { consumer } from '#test/venues/consumer.ts'
import { type ExchangeBox, exchangeBox } from '#test/venues/exchange-box.ts'
import { madeMarket, type Wire, wires } from '#test/venues/made-market.ts'
import { writeLiveTopology } from './live-topology.ts'
import { trader } from './trader.ts'
import { eventsIn, LiveTree } from './tree.ts'

const root = mkdtempSync(join(tmpdir(), 'trader-record-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const wire = wires[1] as Wire

/** A box that plays a market of its own accord until it is closed. */
async function playing(): Promise<BoxServer & { readonly box: ExchangeBox }> {
  const box = exchangeBox(wire, madeMarket(wire, seedRandom(4), Date.now()), () => Date.now())
  const server = await serveBox(box)
  let isHeard = false
  const timer = setInterval(() => {
    // Once somebody has heard it, the market goes on whether anybody hears it or not.
    isHeard ||= server.connections() > 0
    if (isHeard) server.step(null)
  }, 5)
  return {
    ...server,
    box,
    close() {
      clearInterval(timer)
      return server.close()
    },
  }
}

/** How many trades and changes of the book are on the disk: what a gap is counted from. */
function toldIn(dir: string): number[] {
  const facts = blockFilesIn(join(dir, 'events')).flatMap((file) => [...readEvents(file, () => undefined)])
  return ['md.tick', 'md.depth'].map((wanted) => facts.filter(({ topic }) => topic === wanted).length)
}

/** Waits until there are more of both. */
async function toldMore(dir: string, than: readonly number[]): Promise<void> {
  while (toldIn(dir).some((count, i) => count <= (than[i] as number))) await sleep(20)
}

const recordArgs = ({ wsUrl, restUrl }: BoxServer, symbols: string, dir: string) => [
  ...['md', 'record', '--venue', wire.name, '--symbols', symbols, '--streams', 'depth,trades', '--raw', '--to', dir],
  ...['--ws-url', wsUrl, '--rest-url', restUrl],
]

describe('trader md record', () => {
  it('ends in order when its time is over', async () => {
    const server = await playing()
    const dir = join(root, 'short')
    const { exitCode } = await trader([...recordArgs(server, 'BTCUSDT', dir), '--for', '1'])
    await server.close()
    expect(exitCode).toBe(0)
    expect((await trader(['md', 'rebuild', dir, '--json'])).exitCode).toBe(0)
  }, 60_000)

  it('[MD-R1] [MD-R4] killed and run again in the same folder, it goes on; the frames give the events again, and what was lost is in gaps', async () => {
    const server = await playing()
    const dir = join(root, 'recording')
    for (let kill = 0; kill < 2; kill++) {
      const before = toldIn(dir)
      const killed = trader(recordArgs(server, 'BTCUSDT', dir))
      await toldMore(dir, before)
      await sleep(700)
      killed.kill('SIGKILL')
      await killed
    }
    // What a power loss leaves of a block.
    const [torn = ''] = blockFilesIn(join(dir, 'raw'))
    writeFileSync(torn, Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]), { flag: 'a' })
    const before = toldIn(dir)
    const last = trader(recordArgs(server, 'BTCUSDT', dir))
    // Behind the snapshot that closes its gap, however long that takes here.
    await toldMore(dir, before)
    while (toldIn(dir).reduce((sum, count) => sum + count, 0) < 350) await sleep(20)
    last.kill('SIGTERM')
    expect((await last).exitCode).toBe(0)
    await server.close()

    const rebuilt = await trader(['md', 'rebuild', dir, '--json'])
    expect(JSON.parse(rebuilt.stdout as string).difference).toBeNull()
    expect(JSON.parse(rebuilt.stdout as string).events).toBeGreaterThan(300)
    const checked = JSON.parse((await trader(['md', 'check', dir, '--json'])).stdout as string)
    expect(checked.days.every(({ open }: { open: number }) => open === 0)).toBe(true)
    // Between a kill and the next start the market goes on: what nobody heard is in gaps, and nothing else is.
    const heard = consumer()
    heard.hear([...readEvents(dir)])
    expect(heard.lostInSilence(server.box)).toEqual([])
    const missing = (stream: string) =>
      checked.days.filter((day: StreamDay) => day.stream === stream).map(({ gaps }: StreamDay) => gaps)
    expect([missing('trades'), missing('depth')]).toEqual([[2], [2]])
    // One byte of a block: it is named, what is behind it is read, and the answer is no.
    for (const folder of ['events', 'raw']) {
      const file = blockFilesIn(join(dir, folder))[1] as string
      const whole = readFileSync(file)
      writeFileSync(file, whole.with(20, (whole[20] as number) ^ 255))
      const named = `${file}: the block at byte 0 is damaged`
      const [check, again] = [await trader(['md', 'check', dir]), await trader(['md', 'rebuild', dir])]
      if (folder === 'events') expect([check.exitCode, check.stdout]).toEqual([1, expect.stringContaining(named)])
      expect([again.exitCode, again.stdout]).toEqual([1, expect.stringContaining(named)])
      expect(again.stdout).toMatch(
        /[1-9]\d* events not compared, since blocks are damaged\n[1-9]\d* events, no difference/,
      )
      writeFileSync(file, whole)
    }
    const other = await trader(recordArgs(server, 'ETHUSDT', dir))
    expect([other.exitCode, other.stderr]).toEqual([
      2,
      expect.stringContaining('a recording of something else is in this folder already'),
    ])
  }, 60_000)
})

/** A module that makes each fdatasync of a file whose path has `part` in it as slow as that. */
function slowDisk(part: string, ms: number): string {
  const file = join(root, `slow-${part}.mjs`)
  const text = `import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
const { fdatasync, openSync } = fs
const paths = new Map()
fs.openSync = (path, ...how) => {
  const fd = openSync(path, ...how)
  paths.set(fd, String(path))
  return fd
}
const isSlow = (fd) => paths.get(fd)?.includes(${JSON.stringify(`/${part}/`)})
fs.fdatasync = (fd, done) => (isSlow(fd) ? setTimeout(() => fdatasync(fd, done), ${ms}) : fdatasync(fd, done))
syncBuiltinESMExports()
`
  writeFileSync(file, text)
  return file
}

const blocksIn = (dir: string, part: string) => blockFilesIn(join(dir, part)).flatMap(blocksOf)

function isWritten(dir: string): boolean {
  const events = blocksIn(dir, 'events')
  return events.length > 1 && blocksIn(dir, 'raw').length > 3 && events.reduce((sum, { lines }) => sum + lines, 0) > 400
}

describe('trader md record on a slow disk', () => {
  it.each([
    ['raw', 1_500],
    ['events', 4_000],
  ])(
    '[MD-R1] [MD-R2] (%s, %i ms) killed, it has lost what waited 2 s, no event is without its frames, and the frames give the events again',
    async (part, ms) => {
      const server = await playing()
      const dir = join(root, `slow-${part}`)
      const wish = ['--venue', wire.name, '--symbols', 'BTCUSDT', '--streams', 'depth,trades', '--raw', '--to', dir]
      const killed = trader(['md', 'record', ...wish, '--ws-url', server.wsUrl, '--rest-url', server.restUrl], {
        env: { NODE_OPTIONS: `--import ${slowDisk(part, ms)}` },
      })
      // However slow the machine is: a few blocks are written, and the next is half way to a disk that is.
      while (!isWritten(dir)) await sleep(20)
      await sleep(ms / 2)
      killed.kill('SIGKILL')
      await killed
      await server.close()
      const rebuilt = JSON.parse((await trader(['md', 'rebuild', dir, '--json'])).stdout as string)
      expect(rebuilt.difference).toBeNull()
      expect(rebuilt.events).toBeGreaterThan(300)
      const newestFrame = blocksIn(dir, 'raw').at(-1)?.lastAt ?? 0
      const newestEvent = blocksIn(dir, 'events').at(-1)?.lastAt ?? 0
      expect(newestEvent).toBeGreaterThan(0)
      expect(newestEvent).toBeLessThanOrEqual(newestFrame)
    },
    180_000,
  )
})

describe('a live tree', () => {
  it('[MD-R2] [MD-R4] keeps the frames of its feed, also when the feed is killed: they give the events in its log again, and what was lost is in gaps', async () => {
    const server = await playing()
    const topology = writeLiveTopology(root, wire, server, 'raw: frames, ')
    const tree = new LiveTree(root, 'live', topology)
    await tree.until(1_000)
    tree.kill('md')
    const { head } = (await tree.status()) ?? { head: 0 }
    await tree.until(head + 1_000)
    await tree.stop()
    await server.close()
    const said = eventsIn(tree.log)
    expect(
      said.filter(({ topic, payload }) => topic === 'md.status' && 'state' in payload && payload.state === 'started'),
    ).toHaveLength(2)
    const heard = consumer()
    heard.hear(said as readonly Event[] as readonly MarketFact[])
    expect(heard.lostInSilence(server.box)).toEqual([])
    const streams = said.flatMap(({ topic, payload }) =>
      topic === 'md.gap' && 'state' in payload && payload.state === 'opened' ? [payload.stream] : [],
    )
    expect(streams.sort()).toEqual(['depth', 'trade'])
    const log = ['--venue', wire.name, '--log', tree.log, '--json']
    const rebuilt = JSON.parse((await trader(['md', 'rebuild', join(root, 'frames'), ...log])).stdout as string)
    expect(rebuilt.difference).toBeNull()
    expect(rebuilt.events).toBeGreaterThan(1_000)
  }, 60_000)
})
