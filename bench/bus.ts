/**
 * Measures the bus beside others on this machine, in one run: `npm run bench:bus [-- --seconds 3 --only trader,redis-always]`. Prints Markdown. NATS is
 * the program `nats-server`, or what NATS_SERVER names; Redis is `redis-server`. What is not installed is left out, with a word.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { nowMicros, tradeBody } from './bus-event.ts'
import { type Server, startNats, startRedis, startRelay, startTrader } from './bus-servers.ts'
import type { Published, Subscribed, Task } from './bus-worker.ts'

const { values: flags } = parseArgs({
  options: { seconds: { type: 'string', default: '3' }, only: { type: 'string' }, folder: { type: 'string' } },
})
const ms = Number(flags.seconds) * 1_000
/** The numbers that the next publisher's events begin with. */
let said = 0
const only = flags.only?.split(',')
const windows = [1, 32, 256, 4_096]
const rates = [1_000, 5_000, 20_000]

const systems: Readonly<Record<string, (folder: string) => Promise<Server | null>>> = {
  trader: startTrader,
  'redis-always': (folder) => startRedis(folder, 'always'),
  'redis-everysec': (folder) => startRedis(folder, 'everysec'),
  'jetstream-always': (folder) => startNats(folder, 'always', 'nats'),
  'jetstream-always-batches': (folder) => startNats(folder, 'always', 'nats-batch'),
  'jetstream-default': (folder) => startNats(folder, 'default', 'nats'),
  'ws-alone': () => startRelay(),
}

const folder = mkdtempSync(join(flags.folder ?? tmpdir(), 'trader-bench-bus-'))
try {
  const raw = measureDisk()
  console.log(
    `Events of ${tradeBody(100_000, nowMicros()).length} bytes, ${ms / 1_000} s a figure. Delays are those of a server of its own, after as long at 5,000 events/s.\n`,
  )
  console.log(`write + fdatasync of one event: ${raw.perSecond.toFixed(0)}/s, p50 ${raw.p50.toFixed(0)} µs.\n`)
  const rows: string[][] = []
  const late: string[][] = []
  for (const [name, start] of Object.entries(systems)) {
    if (only !== undefined && !only.includes(name)) continue
    const found = await measure(name, start, throughput)
    if (found === null) {
      console.log(`${name}: left out, it is not installed.`)
      continue
    }
    rows.push([name, ...found])
    // On a server of its own, which has no millions of events to tidy up meanwhile.
    late.push(...((await measure(name, start, latencies)) ?? []))
  }
  printTable(
    [
      'acknowledged events/s',
      ...windows.map((one) => `${one} in flight`),
      'ack p50 µs at 1',
      '4,096, five subscribers',
      'CPU of the servers at 4,096, µs an event',
    ],
    rows,
  )
  printTable(['µs from said to heard', 'events/s', 'p50', 'p99', 'p99.9'], late)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** With a server that has just started; null when it is not installed. */
async function measure<T>(
  name: string,
  start: (folder: string) => Promise<Server | null>,
  work: (name: string, server: Server) => Promise<T>,
): Promise<T | null> {
  const server = await start(join(folder, `${name}-${work.name}`))
  if (server === null) return null
  said = 0
  try {
    return await work(name, server)
  } catch (error) {
    console.error(`${name}: ${(error as Error).message}`)
    if (server.door.kind === 'trader')
      console.error(await (await fetch(`${server.door.url.replace(/^ws/, 'http')}/status`)).text())
    throw error
  } finally {
    await server.stop()
  }
}

async function throughput(name: string, server: Server): Promise<string[]> {
  const one = await subscribers(server, 1)
  const cells: string[] = []
  let ackP50 = ''
  let cpu = ''
  for (const inFlight of windows) {
    const before = cpuMicros(server.pids)
    const found = await run<Published>({ role: 'publish', door: server.door, first: said, ms, inFlight })
    said += found.said
    cells.push((found.acknowledged / (found.ms / 1_000)).toFixed(0))
    if (inFlight === 1) ackP50 = quantile(found.ackTimes, 0.5).toFixed(0)
    await settled(name, one, found.said)
    cpu = ((cpuMicros(server.pids) - before) / found.said).toFixed(1)
  }
  one.forEach((child) => void child.kill())
  const five = await subscribers(server, 5)
  const found = await run<Published>({ role: 'publish', door: server.door, first: said, ms, inFlight: 4_096 })
  said += found.said
  await settled(name, five, found.said)
  five.forEach((child) => void child.kill())
  return [...cells, ackP50, (found.acknowledged / (found.ms / 1_000)).toFixed(0), cpu]
}

async function latencies(name: string, server: Server): Promise<string[][]> {
  const rows: string[][] = []
  const one = await subscribers(server, 1)
  const pace = async (perSecond: number): Promise<number[]> => {
    const found = await run<Published>({ role: 'pace', door: server.door, first: said, ms, perSecond })
    said += found.said
    const [report] = await settled(name, one, found.said)
    return report?.times ?? []
  }
  // A server that has run for a while is what one lives with.
  await pace(5_000)
  for (const perSecond of rates) {
    const times = await pace(perSecond)
    rows.push([name, String(perSecond), ...[0.5, 0.99, 0.999].map((q) => quantile(times, q).toFixed(0))])
  }
  one.forEach((child) => void child.kill())
  return rows
}

async function subscribers(server: Server, count: number): Promise<ChildProcess[]> {
  const children = Array.from({ length: count }, () => worker({ role: 'subscribe', door: server.door }))
  await Promise.all(children.map((child) => new Promise((resolve) => child.once('message', resolve))))
  await sleep(100)
  return children
}

/** What the servers have used of a CPU so far: says more than a rate on a machine that others use as well. Linux only. */
function cpuMicros(pids: readonly number[]): number {
  if (process.platform !== 'linux') return Number.NaN
  const ticks = pids.map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return Number(fields[11]) + Number(fields[12])
  })
  return ticks.reduce((sum, one) => sum + one, 0) * 10_000
}

/** Waits until every subscriber has heard that many, and takes their reports. Says so when one has not. */
async function settled(name: string, children: readonly ChildProcess[], count: number): Promise<Subscribed[]> {
  return Promise.all(
    children.map(async (child) => {
      const whole: Subscribed = { heard: 0, ms: 0, times: [] }
      let { heard, ms: lasted } = whole
      for (let tries = 0; heard < count && tries < 100; tries++) {
        await sleep(100)
        const part = await new Promise<Subscribed>((resolve) => {
          child.once('message', (message) => resolve(message as Subscribed))
          child.send('report')
        })
        heard += part.heard
        lasted += part.ms
        for (const time of part.times) whole.times.push(time)
      }
      if (heard !== count) throw new Error(`${name}: a subscriber heard ${heard} of ${count} events`)
      return { ...whole, heard, ms: lasted }
    }),
  )
}

async function run<T>(task: Task): Promise<T> {
  const child = worker(task)
  const result = await new Promise<T>((resolve, reject) => {
    child.once('message', (message) => resolve(message as T))
    child.once('exit', (code) => reject(new Error(`a worker ended with ${code}`)))
  })
  child.kill()
  return result
}

function worker(task: Task): ChildProcess {
  const child = fork(join(import.meta.dirname, 'bus-worker.ts'), { serialization: 'advanced' })
  child.send(task)
  return child
}

function measureDisk(): { perSecond: number; p50: number } {
  const file = openSync(join(folder, 'raw'), 'w')
  const times: number[] = []
  const body = Buffer.from(`${tradeBody(0, nowMicros())}\n`)
  const endsMs = performance.now() + ms
  while (performance.now() < endsMs) {
    const atMs = performance.now()
    writeSync(file, body)
    fdatasyncSync(file)
    times.push((performance.now() - atMs) * 1_000)
  }
  closeSync(file)
  return { perSecond: times.length / (ms / 1_000), p50: quantile(times, 0.5) }
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN
}

function printTable(head: readonly string[], rows: readonly string[][]): void {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  console.log([line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line), ''].join('\n'))
}
