/** Prints as Markdown what an update of each indicator costs, beside npm packages and TA-Lib, and then what strategies on one feed cost. `node bench/indicators.ts [bars]` */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { exampleParams } from '#lib/indicators/describe-indicator.ts'
import type { AnyIndicator, BarValues } from '#lib/indicators/indicator.ts'
import { indicatorCatalogue } from '#lib/indicators/indicator-catalogue.ts'
import { readRequest } from '#lib/indicators/read-request.ts'
import { drawBelow, seedRandom } from '#lib/market/seeded-random.ts'
import { indicators } from '#services/indicators/service.ts'
import { type Step, technicalIndicators, tradingSignals } from './indicator-rivals.ts'

const bars = Number(process.argv[2] ?? 50_000)
const series = walk(bars)
let sink: unknown

const talib = taLib()
console.log(
  `${bars.toLocaleString('en-US')} bars; ns an update, the least of five rounds. TA-Lib ${talib.version} computes whole arrays in C.\n`,
)
console.log('| indicator | trader | technicalindicators | trading-signals | TA-Lib |\n|---|--:|--:|--:|--:|')
for (const indicator of Object.values(indicatorCatalogue)) {
  const key = keyOf(indicator)
  const cells = best([own(indicator, key), technicalIndicators[key], tradingSignals[key]])
  console.log(`| \`${key}\` | ${[...cells, talib.ns[key]].map(shown).join(' | ')} |`)
}
console.log(`\n${manyInstruments()}\n${throughService()}`)
if (sink === undefined) throw new Error('nothing was computed')
console.log('\n### Strategies on one feed\n')
await import('./strategy.ts')

function keyOf({ name, params }: AnyIndicator): string {
  const chosen: Readonly<Record<string, string>> = { cci: 'cci(20)', aroon: 'aroon(25)' }
  const request = readRequest(chosen[name] ?? `${name}(${exampleParams(params).join(',')})`)
  if (!request.isValid) throw new Error(request.message)
  return request.key
}

function own(indicator: AnyIndicator, key: string): () => Step {
  const request = readRequest(key)
  if (!request.isValid) throw new Error(request.message)
  return () => {
    const state = indicator.start(request.params)
    return (bar) => {
      indicator.update(state, bar)
      return indicator.read(state)
    }
  }
}

/** In turns, so that a machine that slows down slows all. */
function best(makers: readonly ((() => Step) | undefined)[]): (number | undefined)[] {
  const least = makers.map((): number | undefined => undefined)
  for (let round = 0; round < 5; round++)
    makers.forEach((make, i) => {
      if (!make) return
      const step = make()
      const start = process.hrtime.bigint()
      for (const bar of series) sink = step(bar)
      least[i] = Math.min(least[i] ?? Number.POSITIVE_INFINITY, Number(process.hrtime.bigint() - start) / bars)
    })
  return least
}

function manyInstruments(): string {
  const twenty = Object.values(indicatorCatalogue)
    .filter((_, i) => i % 3 === 0)
    .slice(0, 20)
  const states = Array.from({ length: 1_000 }, () => twenty.map((one) => one.start(exampleParams(one.params))))
  const rounds = 200
  const start = process.hrtime.bigint()
  for (let round = 0; round < rounds; round++)
    for (const own of states)
      for (let i = 0; i < twenty.length; i++) {
        const one = twenty[i] as AnyIndicator
        one.update(own[i], series[round] as BarValues)
        sink = one.read(own[i])
      }
  return `1,000 instruments x 20 indicators (${twenty.map(({ name }) => name).join(', ')}): ${perSecond(rounds * 20_000, start)} updates/s in one core.`
}

/** The same, as the service does it: from the text of a bar to the payloads of 20 events. */
function throughService(): string {
  const twenty = Object.values(indicatorCatalogue)
    .filter((_, i) => i % 3 === 0)
    .slice(0, 20)
  const names = Array.from({ length: 1_000 }, (_, i) => `I${i}.SIM`)
  const requests = names.flatMap((instrument) =>
    twenty.map(({ name, params }) => ({ instrument, interval: '1m', indicator: name, params: exampleParams(params) })),
  )
  const state = indicators.init(indicators.config.parse({ requests }))
  const rounds = 30
  let said = 0
  const start = process.hrtime.bigint()
  for (let round = 0; round < rounds; round++) {
    const { open, high, low, close, volume } = series[round] as BarValues
    for (const instrument of names) {
      const payload = {
        ...{ instrument, interval: '1m', start: round * 60_000_000, end: (round + 1) * 60_000_000 },
        ...{ open: `${open}`, high: `${high}`, low: `${low}`, close: `${close}`, volume: `${volume}` },
      }
      const event = {
        seq: 1,
        id: 'md:e1.1',
        topic: 'md.bar',
        v: 1,
        at: payload.end,
        source: 'md',
        cause: null,
        payload,
      } as const
      indicators.evolve(state, event)
      said += indicators.decide(state, event).length
    }
  }
  return `The same through the service, from a bar's text to the payloads of its events: ${perSecond(said, start)} events/s.`
}

function perSecond(count: number, start: bigint): string {
  return Math.round(count / (Number(process.hrtime.bigint() - start) / 1e9)).toLocaleString('en-US')
}

function shown(ns: number | undefined): string {
  return ns === undefined ? '' : ns < 10 ? ns.toFixed(1) : Math.round(ns).toLocaleString('en-US')
}

function walk(length: number): BarValues[] {
  const random = seedRandom(7)
  let price = 10_000
  return Array.from({ length }, (_, i) => {
    const open = price
    price += drawBelow(random, 401) / 100 - 2
    const close = price
    const reach = drawBelow(random, 101) / 100
    return {
      open,
      high: Math.max(open, close) + reach,
      low: Math.min(open, close) - reach,
      close,
      volume: 1 + drawBelow(random, 5_000),
      session: Math.floor(i / 390),
    }
  })
}

function taLib(): { version: string; ns: Readonly<Record<string, number>> } {
  try {
    const script = join(import.meta.dirname, 'ta-lib-bulk.py')
    const python = process.env.PYTHON ?? 'python3'
    return {
      version: 'is not installed and',
      ns: {},
      ...JSON.parse(execFileSync(python, [script, '1000000'], { encoding: 'utf8' })),
    }
  } catch (error) {
    console.error(`no TA-Lib: ${(error as Error).message.split('\n')[0]}`)
    return { version: 'is not installed and', ns: {} }
  }
}
