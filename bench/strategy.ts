/** Run at the end of `bench -- indicators`: what strategies cost, 1, 50, 100 and 200 of them on one feed of bars, in one process; and how long a file takes to read. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Machine } from '#lib/kernel/machine.ts'
import { anyService } from '#lib/kernel/service.ts'
import { readStrategy } from '#lib/strategy/read-strategy.ts'
import type { Event } from '#schemas/event.ts'
import { indicators } from '#services/indicators/service.ts'
import { strategy } from '#services/strategy/service.ts'

const { values } = parseArgs({ options: { bars: { type: 'string', default: '3000' } }, allowPositionals: true })
const bars = Number(values.bars)
const folder = join(import.meta.dirname, '..', 'strategies')
const rounds = 5

/** Crosses of different lengths with a stop, so that no two share their work. */
const definitionOf = (n: number) => {
  const text = `name: s${n}
inputs: { price: { role: u, timeframe: 1m }, fast: { ema: [${5 + (n % 50)}] }, slow: { ema: [${60 + n}] } }
entry: { long: fast crosses above slow and price.close > 1, short: fast crosses below slow }
exit: { long: "price.close < fast[3]", short: price.close rising for 4 }
size: { quantity: 1 }
stop: 2%
trail: 3%`
  const { definition, problems } = readStrategy(text)
  if (!definition) throw new Error(JSON.stringify(problems))
  return { definition, hash: '0'.repeat(64), roles: { u: 'BTCUSDT.BINANCE' } }
}

const walk = Array.from({ length: bars }, (_, n) => (100 + 10 * Math.sin(n / 40) + 3 * Math.sin(n / 7)).toFixed(2))

/** Every event that the strategy service hears, made once; then only its own time is taken. */
function heardBy(count: number): Event[] {
  const machine = new Machine(anyService(indicators))
  const heard: Event[] = []
  let seq = 0
  const config = (service: string, value: unknown): Event =>
    ({
      seq: ++seq,
      id: `${service}:e1.0`,
      topic: 'system.config',
      v: 1,
      at: 0,
      source: service,
      cause: null,
      payload: { service, hash: '0'.repeat(64), config: value },
    }) as Event
  const strategies = Array.from({ length: count }, (_, n) => definitionOf(n))
  const configured = config('strategy', JSON.parse(JSON.stringify({ strategies })))
  heard.push(configured)
  machine.step(config('indicators', {}))
  for (const answer of new Machine(anyService(strategy)).step(configured))
    machine.step({ ...answer, seq: ++seq } as Event)
  walk.forEach((close, n) => {
    const at = (n + 1) * 60_000_000
    const payload = {
      instrument: 'BTCUSDT.BINANCE',
      interval: '1m',
      start: at - 60_000_000,
      end: at,
      open: close,
      high: close,
      low: close,
      close,
      volume: '1',
    }
    const bar = { seq: ++seq, id: `md:e1.${n}`, topic: 'md.bar', v: 1, at, source: 'md', cause: null, payload } as Event
    heard.push(bar, ...machine.step(bar).map((answer) => ({ ...answer, seq: ++seq }) as Event))
  })
  return heard
}

function millisecondsOf(events: readonly Event[]): { ms: number; intents: number } {
  const machine = new Machine(anyService(strategy))
  let intents = 0
  const started = performance.now()
  for (const event of events) intents += machine.step(event).length
  return { ms: performance.now() - started, intents }
}

console.log(
  `Strategies on one feed of ${bars} bars, each with two averages of its own, a cross, a run, a previous value, a stop and a trail: time of the strategy service alone, best of ${rounds}.\n`,
)
console.log('| strategies | ms | ns a strategy and bar | intents |\n|--:|--:|--:|--:|')
// Compiled code first, whoever is measured first.
for (let round = 0; round < rounds; round++) millisecondsOf(heardBy(20))
// In turns, so that a machine that slows down slows all.
const runs = [1, 50, 100, 200].map((count) => ({
  count,
  events: heardBy(count),
  ms: Number.POSITIVE_INFINITY,
  intents: 0,
}))
for (let round = 0; round < rounds; round++)
  for (const run of runs) {
    const took = millisecondsOf(run.events)
    run.ms = Math.min(run.ms, took.ms)
    run.intents = took.intents
  }
for (const { count, ms, intents } of runs)
  console.log(`| ${count} | ${ms.toFixed(0)} | ${((ms * 1e6) / (count * bars)).toFixed(0)} | ${intents} |`)

const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))
const first = performance.now()
readStrategy(texts[0] as string)
const cold = performance.now() - first
const started = performance.now()
for (let round = 0; round < 20; round++) for (const text of texts) readStrategy(text)
const warm = (performance.now() - started) / (20 * texts.length)
console.log(
  `\nA shipped strategy file is read and checked in ${warm.toFixed(2)} ms; the first one of a process in ${cold.toFixed(1)} ms.`,
)
