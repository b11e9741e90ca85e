import type { MarketFact } from '#lib/market/market-fact.ts'
import { acme, centsText } from '#lib/market/simulated-listing.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'

const minuteUs = 60_000_000
export const hourlyStart = Date.UTC(2024, 0, 2) * 1_000

/** Reads the bar of a minute plain, beside an indicator of the hour. */
export const hourlyStrategy = `name: two-frames
inputs:
  price: { role: underlying, timeframe: 1m }
  hour: { role: underlying, timeframe: 1h }
  trend: { sma: [1], of: hour }
entry:
  long: price.close >= trend
exit:
  long: price.close < trend
size: { quantity: 1 }
`

/** What a topology says of accounts, the venue and the strategy, which stands in `file`. */
export const hourlyRun = (file: string) => ({
  account: { currency: 'USD', startingCash: '100000' },
  venue: { fill: 'next-open', fees: { takerBps: 0, makerBps: 0 } },
  strategies: [{ file, roles: { underlying: 'TWO.SIM' } }],
})

/** When it wished (minutes from the start), what, and what it saw. */
export const wishesIn = (events: readonly Event[]): string[] =>
  events.flatMap(({ topic, at, payload }) => {
    if (topic !== 'strategy.intent') return []
    const { target, saw } = payload as PayloadOf<'strategy.intent'>
    return [`${(at - hourlyStart) / minuteUs} ${target} ${JSON.stringify(saw)}`]
  })

const listing: MarketFact = { at: hourlyStart, topic: 'md.instrument', payload: { ...acme, instrument: 'TWO.SIM' } }

/** Cents. */
const priceAt = (minute: number): number => Math.round(10_000 + 1_000 * Math.sin(minute / 25) + ((minute * 7) % 5) * 10)

/** One trade a minute. */
export const hourlyTrades = (minutes: number): MarketFact[] => [
  listing,
  ...Array.from(
    { length: minutes },
    (_, n): MarketFact => ({
      at: hourlyStart + n * minuteUs,
      topic: 'md.tick',
      payload: { kind: 'trade', instrument: 'TWO.SIM', price: centsText(priceAt(n)), size: '1' },
    }),
  ),
]

/** The same market as bars of minutes and hours, each told at its end, the wide one before the narrow one. */
export function hourlyBars(minutes: number): MarketFact[] {
  const facts = [listing]
  for (let n = 1; n < minutes; n++) {
    if (n % 60 === 0) facts.push(barFact('1h', n - 60, n))
    facts.push(barFact('1m', n - 1, n))
  }
  return facts
}

function barFact(interval: string, from: number, to: number): MarketFact {
  const prices = Array.from({ length: to - from }, (_, n) => priceAt(from + n))
  const [open, close] = [prices[0] as number, prices.at(-1) as number]
  const end = hourlyStart + to * minuteUs
  return {
    at: end,
    topic: 'md.bar',
    payload: {
      instrument: 'TWO.SIM',
      interval,
      start: hourlyStart + from * minuteUs,
      end,
      open: centsText(open),
      high: centsText(Math.max(...prices)),
      low: centsText(Math.min(...prices)),
      close: centsText(close),
      volume: String(prices.length),
    },
  }
}
