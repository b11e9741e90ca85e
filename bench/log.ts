/**
 * Measures the event log's files: 1,000,000 bars appended through the log, then read by seq, by event time and by topic, and a seek into a
 * compressed segment; beside it, in the same run, a bare read and JSON.parse of the same files, and a bare write and fdatasync of the same
 * bytes. Prints Markdown.
 */
import { closeSync, fdatasync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { zstdDecompressSync } from 'node:zlib'
import { bodyOf } from '#lib/codec/event-text.ts'
import { isPacked, topicSegments } from '#lib/journal/log-files.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { packFrame } from '#lib/journal/packed-file.ts'
import { readLog, readRawLog } from '#lib/journal/read-log.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import type { Event } from '#schemas/event.ts'

const { values: flags } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    folder: { type: 'string' },
    rounds: { type: 'string', default: '3' },
  },
})
const events = Number(flags.events)
const rounds = Number(flags.rounds)
const root = mkdtempSync(join(flags.folder ?? tmpdir(), 'trader-bench-log-'))
const startsAt = 1_700_000_000_000_000
const minute = 60_000_000
const instruments = ['BTC-USD', 'ETH-USD', 'SPY']

type Row = { readonly what: string; readonly events: number; readonly bytes: number; readonly seconds: number }

try {
  const plain = join(root, 'plain')
  const append = [
    await appendAll(plain, 1_000, null),
    await rawSync(1_000),
    await appendAll(join(root, 'one'), 1, null, 2_000),
    await rawSync(1, 2_000),
  ]
  const packed = join(root, 'packed')
  await appendAll(packed, 1_000, 8 << 20)
  const reads: Row[] = []
  for (let round = 0; round < rounds; round++) reads.push(...readAll(plain), ...readPacked(packed))
  report(append, reads)
} finally {
  rmSync(root, { recursive: true, force: true })
}

function body(n: number): string {
  const price = (60_000 + (n % 977) / 100).toFixed(2)
  const instrument = instruments[n % 3] as string
  const at = startsAt + n * minute
  const isTime = n % 10 === 9
  const payload = isTime
    ? { now: at }
    : {
        instrument,
        interval: '1m',
        openedAt: at - minute,
        open: price,
        high: price,
        low: price,
        close: price,
        volume: '1.5',
        trades: 12,
      }
  const source = isTime ? 'clock' : 'md-feed'
  const number = isTime ? (n - 9) / 10 : n - Math.floor(n / 10)
  const topic = isTime ? 'system.time' : 'md.bar'
  return bodyOf({ id: `${source}:e1.${number}`, topic, v: 1, at, source, cause: null, payload } as unknown as Omit<
    Event,
    'seq'
  >)
}

async function appendAll(folder: string, batch: number, segmentBytes: number | null, count = events): Promise<Row> {
  const log = await openEventLog(folder, {
    ...(segmentBytes === null ? {} : { segmentBytes }),
    compress: segmentBytes === null ? null : packFrame,
  })
  const bodies = Array.from({ length: count }, (_, n) => [body(n)])
  const startedMs = performance.now()
  let waiting: Promise<unknown>[] = []
  for (let n = 0; n < count; n += batch) {
    waiting.push(log.append(bodies.slice(n, n + batch)))
    if (waiting.length >= (batch === 1 ? 1 : 4)) {
      await Promise.all(waiting)
      waiting = []
    }
  }
  await Promise.all(waiting)
  const seconds = (performance.now() - startedMs) / 1_000
  await log.close()
  const bytes =
    bodies.slice(0, 1_000).reduce((sum, [text]) => sum + (text?.length ?? 0) + 40, 0) * (count / Math.min(count, 1_000))
  return { what: `log, ${batch} a commit`, events: count, bytes, seconds }
}

async function rawSync(batch: number, count = events): Promise<Row> {
  const sync = promisify(fdatasync)
  const fd = openSync(join(root, 'raw'), 'w')
  const bytes = Buffer.alloc(batch * 290, 'x')
  const startedMs = performance.now()
  for (let n = 0; n < count; n += batch) {
    writeSync(fd, bytes)
    await sync(fd)
  }
  closeSync(fd)
  const seconds = (performance.now() - startedMs) / 1_000
  return {
    what: `bare write + fdatasync, ${batch} at a time`,
    events: count,
    bytes: (count / batch) * bytes.length,
    seconds,
  }
}

function filesOf(folder: string): string[] {
  return ['md', 'system'].flatMap((namespace) => topicSegments(realDisk, folder, namespace).map(({ path }) => path))
}

function timed(what: string, bytes: number, run: () => number): Row {
  const startedMs = performance.now()
  const count = run()
  return { what, events: count, bytes, seconds: (performance.now() - startedMs) / 1_000 }
}

function readAll(folder: string): Row[] {
  const bytes = filesOf(folder).reduce((sum, path) => sum + statSync(path).size, 0)
  const half = Math.floor(events / 2)
  return [
    timed('bare: read file, split, JSON.parse', bytes, () =>
      bareParse(filesOf(folder).map((path) => readFileSync(path, 'utf8'))),
    ),
    timed('by seq, parsed', bytes, () => parsed(readLog(folder))),
    timed('by seq, lines checked', bytes, () => counted(readRawLog(folder))),
    timed('by topic (md.bar), parsed', bytes * 0.95, () => parsed(readLog(folder, { topics: ['md.bar'] }))),
    timed('by event time (the later half), parsed', bytes / 2, () =>
      parsed(readLog(folder, { since: startsAt + half * minute })),
    ),
    timed(`a seek to seq ${half}, 100 events`, 0, () => parsed(readLog(folder, { from: half, to: half + 99 }))),
  ]
}

function readPacked(folder: string): Row[] {
  const files = filesOf(folder)
  const packed = files.filter(isPacked)
  const bytes = packed.reduce((sum, path) => sum + statSync(path).size, 0)
  const middle = Math.floor(events / 3)
  return [
    timed('compressed, bare: unpack, split, JSON.parse', bytes, () =>
      bareParse(packed.map((path) => zstdDecompressSync(readFileSync(path)).toString())),
    ),
    timed('compressed, by seq, parsed', bytes, () => parsed(readLog(folder))),
    timed(`compressed, a seek to seq ${middle}, 100 events`, 0, () =>
      parsed(readLog(folder, { from: middle, to: middle + 99 })),
    ),
  ]
}

function bareParse(texts: readonly string[]): number {
  let count = 0
  for (const text of texts)
    for (const line of text.split('\n')) if (line !== '' && JSON.parse(line).seq !== undefined) count++
  return count
}

function parsed(lines: Iterable<{ readonly content: string }>): number {
  let count = 0
  for (const { content } of lines) if (JSON.parse(content).seq !== undefined) count++
  return count
}

function counted(lines: Iterable<unknown>): number {
  let count = 0
  for (const _ of lines) count++
  return count
}

function report(append: readonly Row[], reads: readonly Row[]): void {
  const best = new Map<string, Row>()
  for (const row of reads)
    if ((best.get(row.what)?.seconds ?? Number.POSITIVE_INFINITY) > row.seconds) best.set(row.what, row)
  const bare = best.get('bare: read file, split, JSON.parse') as Row
  process.stdout.write(`${events.toLocaleString('en-US')} events; reads are the best of ${rounds} rounds.\n\n`)
  process.stdout.write('| read | events | ms | events/s | MB/s | of the bare loop |\n|---|--:|--:|--:|--:|--:|\n')
  for (const row of best.values())
    process.stdout.write(
      `${line(row)} ${((row.events / row.seconds / (bare.events / bare.seconds)) * 100).toFixed(0)} % |\n`,
    )
  process.stdout.write('\n| append | events | ms | events/s | MB/s |\n|---|--:|--:|--:|--:|\n')
  for (const row of append) process.stdout.write(`${line(row)}\n`)
}

function line({ what, events: count, bytes, seconds }: Row): string {
  return `| ${what} | ${count.toLocaleString('en-US')} | ${(seconds * 1_000).toFixed(seconds < 0.1 ? 1 : 0)} | ${Math.round(count / seconds).toLocaleString('en-US')} | ${(bytes / seconds / 1e6).toFixed(0)} |`
}
