/**
 * Runs benchmarks one after the other and writes what they print into their sections of docs/benchmarks.md:
 * `npm run bench [-- backtest bus]`. A benchmark is a script in this folder that prints Markdown; talk goes to stderr.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'

const benchmarks: Readonly<Record<string, string>> = {
  bus: 'Bus',
  'bus-slow': 'A consumer that is stopped',
  backtest: 'Backtest',
  options: 'Options',
  log: 'Event log',
  indicators: 'Indicators and strategies',
  capital: 'Gate, orders, venue and books in process',
  'capital-tree': 'From a tick to an order, across processes',
  md: 'Market data adapters',
  'md-live': 'Market data, live',
  'start-memory': 'Start and memory',
}

const root = join(import.meta.dirname, '..')
const page = join(root, 'docs', 'benchmarks.md')
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in benchmarks))
if (unknown.length > 0) {
  console.error(`no such benchmark: ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}`)
  process.exit(2)
}
for (const name of asked.length > 0 ? asked : Object.keys(benchmarks)) {
  console.error(`bench ${name}`)
  const { status, stdout } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`)], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) {
    console.error(`bench ${name} ended with ${status}; its section is left as it was`)
    process.exitCode = 1
  } else writeFileSync(page, withSection(readFileSync(page, 'utf8'), name, stdout))
}

/** The page with a section replaced, or added at its end. */
function withSection(text: string, name: string, body: string): string {
  const opening = `<!-- ${name} -->`
  const closing = `<!-- end of ${name} -->`
  const section = `${opening}\n## ${benchmarks[name]}\n\n\`npm run bench -- ${name}\`, ${circumstances()}\n\n${body.trim()}\n${closing}`
  const from = text.indexOf(opening)
  const to = text.indexOf(closing)
  return from < 0 || to < from
    ? `${text.trimEnd()}\n\n${section}\n`
    : text.slice(0, from) + section + text.slice(to + closing.length)
}

function circumstances(): string {
  const [cpu] = cpus()
  const gib = Math.round(totalmem() / 2 ** 30)
  return `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} x ${cpu?.model.trim()}, ${gib} GiB.`
}
