/** How fast trader starts, and what an idle tree of processes takes: Markdown on stdout. Memory is PSS, read from /proc (Linux). */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const root = join(import.meta.dirname, '..')
const trader = join(root, 'bin', 'trader')
const runs = 20
const settleMs = 4_000

const starts = [
  { args: ['--version'], aimMs: 100 },
  { args: ['router', '--help'], aimMs: 120 },
].map(({ args, aimMs }) => ({ what: `trader ${args.join(' ')}`, aimMs, ms: fastestStart(args) }))
const tree = await idleTree()

const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
console.log(row(['start', `minimum of ${runs}`, 'aim']))
console.log('| --- | ---: | ---: |')
for (const { what, ms, aimMs } of starts) console.log(row([`\`${what}\``, `${ms.toFixed(0)} ms`, `${aimMs} ms`]))
console.log(row(['`trader up`, every process ready, minimum of 3', `${tree.readyMs.toFixed(0)} ms`, '2000 ms']))
console.log('')
console.log(row(['process of the idle tree', 'PSS', 'of it its own']))
console.log('| --- | ---: | ---: |')
for (const { name, pss, own } of tree.processes) console.log(row([name, mb(pss), mb(own)]))
console.log(row(['all, without a dashboard (aim 320 MB)', mb(sum('pss')), mb(sum('own'))]))
console.log('')
console.log(
  `Sum of PSS ${settleMs / 1_000} s after the tree is up, on the seeded market. Pages of the executable are shared with whatever else`,
)
console.log('runs on the same Node, so that PSS is lower beside other trees.')

function sum(key: 'pss' | 'own'): number {
  return tree.processes.reduce((total, one) => total + one[key], 0)
}

function mb(kB: number): string {
  return `${(kB / 1_024).toFixed(1)} MB`
}

function fastestStart(args: readonly string[]): number {
  let fastest = Number.POSITIVE_INFINITY
  for (let run = 0; run < runs; run++) {
    const startedMs = performance.now()
    const { status } = spawnSync(trader, args, { stdio: 'ignore' })
    if (status !== 0) throw new Error(`trader ${args.join(' ')} ended with ${status}`)
    fastest = Math.min(fastest, performance.now() - startedMs)
  }
  return fastest
}

type Measured = { readonly readyMs: number; readonly processes: { name: string; pss: number; own: number }[] }

async function idleTree(): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'trader-bench-'))
  try {
    const seeded = readFileSync(join(root, 'examples/seeded.yaml'), 'utf8').replace('port: 7411', 'port: 0')
    const placed = seeded.replaceAll('../strategies', join(root, 'strategies'))
    const file = join(folder, 'tree.yaml')
    writeFileSync(file, placed.replace('file: fast-cross', `file: ${join(root, 'examples/fast-cross')}`))
    const [first, second, third] = [
      await treeOnce(folder, file),
      await treeOnce(folder, file),
      await treeOnce(folder, file),
    ]
    return { readyMs: Math.min(first.readyMs, second.readyMs, third.readyMs), processes: third.processes }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function treeOnce(folder: string, file: string): Promise<Measured> {
  const startedMs = performance.now()
  const up = spawn(trader, ['up', '--no-dashboard', '--topology', file], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise((resolve) => up.once('exit', resolve))
  await new Promise<void>((resolve, reject) => {
    let said = ''
    up.stderr.on('data', (bytes) => {
      said += String(bytes)
      if (said.includes('the tree is up')) resolve()
    })
    void ended.then(() => reject(new Error(`the tree ended:\n${said}`)))
  })
  const readyMs = performance.now() - startedMs
  await sleep(settleMs)
  const shown = JSON.parse(readFileSync(join(folder, 'logs', 'seeded', 'tree.json'), 'utf8'))
  const all = [{ name: 'supervisor', pid: up.pid as number }, ...shown.processes] as { name: string; pid: number }[]
  const processes = all.map(({ name, pid }) => {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    const of = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(rollup)?.[1])
    return { name, pss: of('Pss'), own: of('Pss_Anon') }
  })
  up.kill('SIGTERM')
  await ended
  return { readyMs, processes }
}
