import { isBuildable, parseBarInterval } from '#lib/bars/bar-interval.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { orderFlow } from '#lib/market/order-flow.ts'
import { seededBars } from '#lib/market/seeded-bars.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { Interval } from '#schemas/primitives.ts'
import { type Written, writeDataSet } from './write-data-set.ts'

/** What to make of the built-in market: so many bars of a width, or so many ticks at a rate. */
export type Generation = { readonly seed: number; readonly startAt: number } & (
  | { readonly kind: 'bars'; readonly bars: number; readonly interval: string }
  | { readonly kind: 'ticks'; readonly ticks: number; readonly eventsPerSecond: number }
)

/** Makes `dir` a data set of the built-in market, labelled simulated: a function of the seed and the rest of what is asked for. */
export function generateMarketData(dir: string, asked: Generation, onProgress: (events: number) => void): Written {
  const { kind, ...options } = asked
  checkGeneration(asked)
  return writeDataSet(dir, {
    origin: { kind: 'generated', format: kind, options, sources: [] },
    isSimulated: true,
    facts: () =>
      asked.kind === 'bars'
        ? seededBars({ ...asked, widthUs: widthUsOf(asked.interval) })
        : firstFacts(orderFlow(asked), asked.ticks),
    leftOut: () => ({ badLines: 0, rows: {} }),
    onProgress,
  })
}

function checkGeneration(asked: Generation): void {
  if (!Number.isSafeInteger(asked.seed)) throw new UserError(`--seed is ${asked.seed}, expected a whole number`)
  if (asked.kind === 'bars') widthUsOf(asked.interval)
  else if (!(asked.eventsPerSecond > 0 && asked.eventsPerSecond <= 1_000_000)) {
    throw new UserError(`--rate is ${asked.eventsPerSecond}, expected events a second, more than 0 and at most 1000000`)
  }
}

function widthUsOf(interval: string): number {
  const width = Interval.safeParse(interval).success && isBuildable(interval) ? parseBarInterval(interval) : null
  if (width?.kind === 'time') return width.widthUs
  throw new UserError(`not a bar width of time: ${interval}`, { hint: '--interval takes one like 1s, 1m or 1d' })
}

/** Listings are not counted: they come before the first tick. */
function* firstFacts(facts: Iterable<MarketFact>, ticks: number): Generator<MarketFact> {
  let taken = 0
  for (const fact of facts) {
    if (fact.topic !== 'md.instrument' && taken++ === ticks) return
    yield fact
  }
}
