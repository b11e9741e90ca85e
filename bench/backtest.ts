/**
 * Measures `trader backtest` as a process of its own: EMA(10/20) cross on seeded one-minute bars, every event in the log, at 10,000, 100,000 and
 * 1,000,000 bars; beside it, in the same run, what reading, JSON.parse, JSON.stringify and writing of the same log cost. Prints Markdown.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  closeSync,
  fdatasyncSync,
  globSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, folder: { type: 'string' } },
})
const rounds = Number(flags.rounds)
const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(flags.folder ?? tmpdir(), 'trader-bench-backtest-'))
const sizes = [10_000, 100_000, 1_000_000]

type Run = { readonly seconds: number; readonly peakMb: number; readonly events: number; readonly orders: number }

const runs = new Map<number, Run[]>(sizes.map((bars) => [bars, []]))
const plain: number[] = []

try {
  const strategy = join(folder, 'ema-cross-1m.yaml')
  writeFileSync(strategy, readFileSync(join(root, 'strategies/ema-cross.yaml'), 'utf8').replace('1d', '1m'))
  for (const bars of sizes) trader('md', 'generate', '--seed', '7', '--bars', `${bars}`, '--to', dataOf(bars))
  for (let round = 0; round < rounds; round++) {
    for (const bars of sizes) runs.get(bars)?.push(backtest(strategy, bars, `${bars}-${round}`))
    plain.push(plainSeconds(join(folder, 'runs', `${sizes.at(-1)}-${round}`, 'log')))
    rmSync(join(folder, 'runs'), { recursive: true })
  }
  report()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function dataOf(bars: number): string {
  return join(folder, `bars-${bars}`)
}

function trader(...args: readonly string[]): void {
  execFileSync(join(root, 'bin/trader'), args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

/** One process from its start to its end, the log synced. */
function backtest(strategy: string, bars: number, id: string): Run {
  const args = ['backtest', strategy, '--data', dataOf(bars), '--cash', '100000000', '--runs', join(folder, 'runs')]
  const from = performance.now()
  const { stdout, stderr, status } = spawnSync(join(root, 'bin/trader'), [...args, '--id', id, '--json'], {
    encoding: 'utf8',
  })
  const seconds = (performance.now() - from) / 1_000
  if (status !== 0) throw new Error(stderr + stdout)
  const said = JSON.parse(stdout) as { manifest: { events: number }; result: { orders: number }; peakRssBytes: number }
  return { seconds, peakMb: said.peakRssBytes / 1e6, events: said.manifest.events, orders: said.result.orders }
}

/** Every line of a log through JSON.parse, JSON.stringify and into a file that is synced, in this process: what no log can do without. */
function plainSeconds(log: string): number {
  const files = globSync('*/*/*.jsonl', { cwd: log })
  const from = performance.now()
  const out = openSync(join(folder, 'plain.jsonl'), 'w')
  for (const file of files) {
    const lines = readFileSync(join(log, file)).toString('latin1').split('\n')
    for (let n = 0; n < lines.length; n += 1_000) {
      const some = lines.slice(n, n + 1_000).filter((line) => line !== '')
      writeSync(out, some.map((line) => `${JSON.stringify(JSON.parse(line))}\n`).join(''))
    }
  }
  fdatasyncSync(out)
  closeSync(out)
  return (performance.now() - from) / 1_000
}

function report(): void {
  const rows = sizes.map((bars) => {
    const own = runs.get(bars) as Run[]
    const seconds = median(own.map((run) => run.seconds))
    const { events, orders } = own[0] as Run
    return [
      bars.toLocaleString('en'),
      orders.toLocaleString('en'),
      events.toLocaleString('en'),
      seconds.toFixed(2),
      Math.min(...own.map((run) => run.seconds)).toFixed(2),
      Math.round(bars / seconds).toLocaleString('en'),
      Math.round(events / seconds).toLocaleString('en'),
      ((seconds / bars) * 1e6).toFixed(2),
      Math.max(...own.map(({ peakMb }) => peakMb)).toFixed(0),
    ]
  })
  const [middle, large] = [100_000, 1_000_000].map((bars) =>
    median((runs.get(bars) as Run[]).map((run) => run.seconds)),
  )
  const ratio = (large as number) / (middle as number)
  const heads = ['bars', 'orders', 'events', 's, median', 's, best', 'bars/s', 'events/s', 'us a bar', 'peak MB']
  console.log(
    `EMA(10/20) cross on seeded one-minute bars, whole processes from start to the synced log, ${rounds} rounds.\n`,
  )
  console.log(table(heads, rows))
  console.log(`\ntime(1M) / time(100k) = ${ratio.toFixed(2)}.`)
  const alone = median(plain)
  console.log(
    `The same lines through JSON.parse and JSON.stringify into one synced file, nothing else: ${alone.toFixed(2)} s; the backtest takes ${((large as number) / alone).toFixed(2)} times that.`,
  )
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => '--:'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
