import type { MarketFact } from './market-fact.ts'
import { drawBelow, drawStep, type SeededRandom, seedRandom } from './seeded-random.ts'
import { acme, centsText, simulatedUnderlying } from './simulated-listing.ts'

export type SeededBarsOptions = {
  /** Any safe whole number: the bars are a function of it, of startAt and of the width. */
  readonly seed: number
  readonly bars: number
  /** As bars name it, like `1m`, and in microseconds. */
  readonly interval: string
  readonly widthUs: number
  /** Start of the first bar, microseconds UTC. */
  readonly startAt: number
}

/** The built-in market as bars without a gap: its listing, then the bars, each told at its end. A bar is four steps of a random walk of cents. */
export function* seededBars({ seed, bars, interval, widthUs, startAt }: SeededBarsOptions): Generator<MarketFact> {
  const random = seedRandom(seed)
  yield { at: startAt, topic: 'md.instrument', payload: acme }
  let close = 10_000
  for (let n = 0; n < bars; n++) {
    const open = close
    let high = open
    let low = open
    for (let step = 0; step < 4; step++) {
      close = walk(random, close)
      if (close > high) high = close
      else if (close < low) low = close
    }
    const start = startAt + n * widthUs
    const payload = {
      instrument: simulatedUnderlying,
      interval,
      start,
      end: start + widthUs,
      open: centsText(open),
      high: centsText(high),
      low: centsText(low),
      close: centsText(close),
      volume: String(100 + drawBelow(random, 900)),
    }
    yield { at: start + widthUs, topic: 'md.bar', payload }
  }
}

/** A step of the walk; below 10.00 it only goes up. */
function walk(random: SeededRandom, ticks: number): number {
  const step = drawStep(random)
  return ticks < 1_000 && step < 0 ? ticks - step : ticks + step
}
