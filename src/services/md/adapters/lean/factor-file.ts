import { readFileSync } from 'node:fs'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { leanClock } from './lean-clock.ts'

type SplitFact = MarketFact<'md.split'>
type FactorFile = { readonly market: string; readonly ticker: string }

/** `.../equity/usa/factor_files/aapl.csv`; null for any other place. */
export function factorFileAt(file: string): FactorFile | null {
  const [, market, ticker] = /(?:^|[\\/])equity[\\/]([^\\/]+)[\\/]factor_files[\\/]([^\\/]+)\.csv$/i.exec(file) ?? []
  return market === undefined || ticker === undefined
    ? null
    : { market: market.toLowerCase(), ticker: ticker.toLowerCase() }
}

/**
 * The splits of a factor file of LEAN, in order: lines of `day,price factor,split factor,…`, where what holds up to a day's end changes with the next line. The ratio is the
 * simplest one that the two factors, which are rounded, allow.
 */
export function splitsIn(file: string, instrument: string, zone: string): SplitFact[] {
  const { endOf } = leanClock(zone, 'daily', undefined)
  const lines = readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line, i) => {
      const [day = '', , factor = ''] = line.split(',')
      const value = Number(factor)
      if (!/^\d{8}$/.test(day) || factor === '' || !(value > 0))
        throw new UserError(`${line} is no line of a factor file`, { file, line: i + 1 })
      return { day, value }
    })
  return lines.flatMap(({ day, value }, i): SplitFact[] => {
    const next = lines[i + 1]?.value ?? value
    if (next === value) return []
    const at = endOf(`${day} 00:00`, 0)
    return [{ at, topic: 'md.split', payload: { instrument, ...simplestRatio(next / value) } }]
  })
}

/** Each split before the first price that begins after it; none before the first price, or behind the last. */
export function* withSplits(facts: Iterable<MarketFact>, splits: readonly SplitFact[]): Generator<MarketFact> {
  let next = 0
  let isFirst = true
  for (const fact of facts) {
    const begins = fact.topic === 'md.bar' ? fact.payload.start : fact.at
    for (; (splits[next]?.at ?? Number.POSITIVE_INFINITY) <= begins; next++)
      if (!isFirst) yield splits[next] as SplitFact
    isFirst = false
    yield fact
  }
}

/** Factors have six digits or more. */
const tolerance = 5e-6

/** The fraction with the smallest numbers within the tolerance of a ratio, by its continued fraction. */
function simplestRatio(ratio: number): { numerator: number; denominator: number } {
  let [numerator, before, denominator, below] = [1, 0, 0, 1]
  for (let rest = ratio; ; ) {
    const whole = Math.floor(rest + 1e-9)
    ;[numerator, before] = [whole * numerator + before, numerator]
    ;[denominator, below] = [whole * denominator + below, denominator]
    if (Math.abs(numerator / denominator - ratio) <= ratio * tolerance) return { numerator, denominator }
    rest = 1 / (rest - whole)
  }
}
