import type { MarketFact } from '#lib/market/market-fact.ts'
import { optionQuote } from '#lib/market/option-quote.ts'
import { drawBelow, seedRandom } from '#lib/market/seeded-random.ts'
import { acme, centsText, type SimulatedOption } from '#lib/market/simulated-listing.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'

/** What each example strategy reads, by role, in the market below. */
export const exampleRoles: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'atm-option-cross': { underlying: 'MINUTE.SIM', option: { option: { underlying: 'MINUTE.SIM' } } },
  'bollinger-breakout': { underlying: 'DAY.SIM' },
  'calm-momentum': { underlying: 'DAY.SIM' },
  'credit-spread': {
    underlying: 'DAY.SIM',
    option: { option: { underlying: 'DAY.SIM', rollDays: 16, calendar: 'coin' } },
  },
  'ema-cross': { underlying: 'DAY.SIM' },
  'macd-trend': { underlying: 'HOUR.SIM' },
  'opening-range': { underlying: 'FIVE.SIM' },
  'pairs-reversion': { first: 'DAY.SIM', second: 'PAIR.SIM' },
  'rsi-reversion': { underlying: 'DAY.SIM' },
  'turtle-breakout': { underlying: 'DAY.SIM' },
  'volatility-target': { underlying: 'DAY.SIM' },
}

const minuteUs = 60_000_000
const dayUs = 1_440 * minuteUs
const startAt = Date.UTC(2021, 2, 1) * 1_000

/** Shares with bars of five widths, and options on two of them: trends, dips and ranges, so that every example finds what it bets on. */
export function exampleMarket(bars: number): MarketFact[] {
  const series: Series[] = [
    { instrument: 'DAY.SIM', interval: '1d', widthUs: dayUs, seed: 5, optionsEvery: 20 },
    { instrument: 'PAIR.SIM', interval: '1d', widthUs: dayUs, seed: 6, optionsEvery: 0 },
    { instrument: 'HOUR.SIM', interval: '1h', widthUs: 60 * minuteUs, seed: 7, optionsEvery: 0 },
    { instrument: 'FIVE.SIM', interval: '5m', widthUs: 5 * minuteUs, seed: 8, optionsEvery: 0, lateUs: 840 * minuteUs },
    { instrument: 'MINUTE.SIM', interval: '1m', widthUs: minuteUs, seed: 9, optionsEvery: bars },
  ]
  // Sorting is stable: of one time what is listed first comes first.
  return series.flatMap((one) => [...factsOf(one, bars)]).sort((a, b) => a.at - b.at)
}

type Series = {
  readonly instrument: string
  readonly interval: string
  readonly widthUs: number
  readonly seed: number
  /** Lists a chain, and quotes it, every so many bars. */
  readonly optionsEvery: number
  /** Its first bar begins so much later, so that it is in the session of New York. */
  readonly lateUs?: number
}

function* factsOf(
  { instrument, interval, widthUs, seed, optionsEvery, lateUs = 0 }: Series,
  bars: number,
): Generator<MarketFact> {
  const random = seedRandom(seed)
  yield { at: startAt, topic: 'md.instrument', payload: share(instrument) }
  let close = 10_000
  for (let n = 0; n < bars; n++) {
    const start = startAt + lateUs + n * widthUs
    if (optionsEvery > 0 && n % optionsEvery === 0) yield* chainFacts(instrument, start, close)
    const open = close
    close = Math.max(2_000, close + driftAt(n) + drawBelow(random, 201) - 100)
    const high = Math.max(open, close) + drawBelow(random, 60)
    const low = Math.min(open, close) - drawBelow(random, 60)
    const [o, h, l, c] = [open, high, low, close].map(centsText)
    const payload = {
      instrument,
      interval,
      start,
      end: start + widthUs,
      open: o,
      high: h,
      low: l,
      close: c,
      volume: String(100 + drawBelow(random, 900)),
    }
    yield { at: start + widthUs, topic: 'md.bar', payload: payload as PayloadOf<'md.bar'> }
  }
}

/** Rises, a fast fall every sixteen bars, and every hundredth bar a turn. */
function driftAt(n: number): number {
  const way = Math.floor(n / 100) % 3 === 2 ? -1 : 1
  return n % 16 > 13 ? -90 * way : 25 * way
}

const share = (instrument: string): PayloadOf<'md.instrument'> => ({ ...acme, instrument })

function* chainFacts(underlying: string, at: number, priceTicks: number): Generator<MarketFact> {
  const middle = Math.round(priceTicks / 500) * 500
  for (const days of [10, 35]) {
    const expiresAt = Math.floor(at / dayUs + days) * dayUs + 20 * 60 * minuteUs
    for (const isCall of [true, false])
      for (let step = -4; step <= 4; step++) {
        const option = optionOf(underlying, middle + step * 500, isCall, expiresAt)
        yield { at, topic: 'md.instrument', payload: option.listing }
        const quote = optionQuote(option, priceTicks, at, { bid: 50, ask: 50 })
        if (quote) yield { at, topic: 'md.option.tick', payload: quote }
      }
  }
}

function optionOf(underlying: string, strikeTicks: number, isCall: boolean, expiresAt: number): SimulatedOption {
  const expiry = new Date(expiresAt / 1_000).toISOString().slice(0, 10)
  const strike = String(strikeTicks / 100)
  const name = `${underlying.replace('.SIM', '')}-${expiry.replaceAll('-', '')}-${strike}-${isCall ? 'C' : 'P'}.SIM`
  const listing = {
    ...share(name),
    kind: 'option' as const,
    multiplier: '100',
    underlying,
    expiry,
    expiresAt,
    strike,
    right: isCall ? ('call' as const) : ('put' as const),
  }
  return { listing, strikeTicks, isCall, expiresAt }
}
