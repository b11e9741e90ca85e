/**
 * `node bench/bus-slow.ts [--seconds 60 --rate 20000]`: one consumer is stopped (SIGSTOP) among four healthy ones. Prints the p99 of the healthy for as
 * long before and meanwhile, how much larger the router was at most meanwhile than before, and whether the slow one has every event in the end. Ends with
 * 1 when it has not, when the others waited more than twice as long, or the router grew by 100 MB.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startTrader } from './bus-servers.ts'
import type { Published, Subscribed, Task } from './bus-worker.ts'

const { values: flags } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, rate: { type: 'string', default: '20000' } },
})
const seconds = Number(flags.seconds)
const perSecond = Number(flags.rate)

const folder = mkdtempSync(join(tmpdir(), 'trader-bench-slow-'))
const server = await startTrader(folder)
const routerPid = server.pids[1] as number
try {
  const consumers = Array.from({ length: 5 }, () => worker({ role: 'subscribe', door: server.door }))
  await Promise.all(consumers.map((child) => new Promise((resolve) => child.once('message', resolve))))
  const [slow, ...healthy] = consumers as [ChildProcess, ...ChildProcess[]]
  let rssMost = 0
  const looking = setInterval(() => {
    rssMost = Math.max(rssMost, rssOf(routerPid))
  }, 250)
  // The heap of a router gets its size, and its log turns to new segments, whether or not somebody is slow: so for as long.
  let said = (await pace(0, seconds)).said
  const calm = await p99Of(healthy)
  const rssBefore = rssMost
  let { heard } = await reportOf(slow)
  rssMost = 0
  slow.kill('SIGSTOP')
  said += (await pace(said, seconds)).said
  const beside = await p99Of(healthy)
  slow.kill('SIGCONT')
  const startedMs = performance.now()
  while (heard < said && performance.now() - startedMs < 300_000) {
    await sleep(200)
    heard += (await reportOf(slow)).heard
  }
  clearInterval(looking)
  rssMost = Math.max(rssMost, rssOf(routerPid))
  const caughtUp = ((performance.now() - startedMs) / 1_000).toFixed(1)
  console.log(
    [
      `${perSecond} events/s, one consumer of five stopped for ${seconds} s.\n`,
      '| healthy p99 before | healthy p99 meanwhile | router grew by | slow one has | caught up in |',
      '| --: | --: | --: | --: | --: |',
      `| ${calm.toFixed(0)} µs | ${beside.toFixed(0)} µs | ${((rssMost - rssBefore) / 2 ** 20).toFixed(0)} MiB | ${heard} of ${said} | ${caughtUp} s |`,
    ].join('\n'),
  )
  for (const child of consumers) child.kill('SIGKILL')
  if (heard !== said || beside > 2 * calm || rssMost - rssBefore > 100e6) process.exitCode = 1
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function pace(first: number, forSeconds: number): Promise<Published> {
  const child = worker({ role: 'pace', door: server.door, first, ms: forSeconds * 1_000, perSecond })
  const found = await new Promise<Published>((resolve) =>
    child.once('message', (message) => resolve(message as Published)),
  )
  child.kill()
  await sleep(500)
  return found
}

async function p99Of(children: readonly ChildProcess[]): Promise<number> {
  const reports = await Promise.all(children.map(reportOf))
  const times = reports.flatMap(({ times }) => times).sort((a, b) => a - b)
  return times[Math.floor(times.length * 0.99)] ?? Number.NaN
}

function reportOf(child: ChildProcess): Promise<Subscribed> {
  const report = new Promise<Subscribed>((resolve) =>
    child.once('message', (message) => resolve(message as Subscribed)),
  )
  child.send('report')
  return report
}

function worker(task: Task): ChildProcess {
  const child = fork(join(import.meta.dirname, 'bus-worker.ts'), { serialization: 'advanced' })
  child.send(task)
  return child
}

function rssOf(pid: number): number {
  const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib) * 1_024
}
