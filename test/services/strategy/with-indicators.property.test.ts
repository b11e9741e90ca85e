import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InProcess } from '#lib/kernel/in-process.ts'
import { Machine } from '#lib/kernel/machine.ts'
import { anyService } from '#lib/kernel/service.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Fact } from '#schemas/event.ts'
import { indicators } from '#services/indicators/service.ts'
import { strategy } from '#services/strategy/service.ts'
import { bound, btc } from './strategy-told.ts'

const averages = bound(`
name: averages
inputs: { price: { role: underlying, timeframe: 1m }, fast: { ema: [2] }, slow: { ema: [4] } }
entry: { long: fast crosses above slow, short: fast crosses below slow }
size: { quantity: 1 }`)

// Few different prices: averages touch, and touches are where crosses go wrong.
const prices = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 5, maxLength: 60 })

describe('with the indicators service', () => {
  test('[T4] [T7] [T10] the wishes are those of a plain re-computation', () => {
    const isPlain = (closes: readonly number[]) => {
      expect(targets(runTogether(closes))).toEqual(plainly(closes))
    }
    fc.assert(fc.property(prices, isPlain), { numRuns: 300 })
  })

  test('[T4] however far the bars run ahead of their indicators, the wishes are the same', () => {
    fc.assert(
      fc.property(
        prices,
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 60, maxLength: 60 }),
        (closes, ahead) => {
          const log = runTogether(closes)
          const machine = new Machine(anyService(strategy))
          const said = inOrderOf(log, ahead).flatMap((event) => (machine.hears(event) ? machine.step(event) : []))
          expect(targets(said)).toEqual(targets(log))
        },
      ),
      { numRuns: 300 },
    )
  })
})

function runTogether(closes: readonly number[]): Event[] {
  const log: Event[] = []
  const process = new InProcess([anyService(indicators), anyService(strategy)], (event) => log.push(event))
  const configure = (service: string, n: number, config: unknown) =>
    process.publish(service, { ...fact(0, n), topic: 'system.config', payload: { service, hash, config } } as Fact)
  configure('indicators', 0, {})
  configure('strategy', 0, JSON.parse(JSON.stringify({ strategies: [averages] })))
  closes.forEach((price, n) => {
    const close = String(price)
    const bar = { instrument: btc, interval: '1m', start: n, end: n + 1, open: close, high: close, low: close, close }
    process.publish('md', { ...fact(n + 1, n), topic: 'md.bar', payload: { ...bar, volume: '1' } })
  })
  return log
}

const hash = '0'.repeat(64)
const fact = (at: number, n: number) => ({ at, epoch: 1, n })

/** Bars in runs of the given lengths, each run followed by the indicators of its bars: an order that a free run may have. */
function inOrderOf(log: readonly Event[], ahead: readonly number[]): Event[] {
  const bars = log.filter(({ topic }) => topic === 'md.bar')
  const values = log.filter(({ topic }) => topic.startsWith('indicator.'))
  const ordered = log.filter(({ topic }) => topic === 'system.config')
  for (const count of ahead) {
    const run = bars.splice(0, count)
    ordered.push(...run)
    for (const { id } of run) ordered.push(...values.filter(({ cause }) => cause === id))
  }
  return ordered
}

const targets = (events: readonly Event[]): string[] =>
  events.flatMap(({ topic, payload }) =>
    topic === 'strategy.intent' ? [(payload as PayloadOf<'strategy.intent'>).target] : [],
  )

/** Exponential averages seeded by the mean of their first values; a new target at each cross. */
function plainly(closes: readonly number[]): string[] {
  const average = (n: number) => {
    const values: (number | undefined)[] = []
    closes.forEach((close, i) => {
      const before = values[i - 1]
      const seed = closes.slice(0, n).reduce((sum, one) => sum + one, 0) / n
      values[i] = i < n - 1 ? undefined : before === undefined ? seed : before + (2 / (n + 1)) * (close - before)
    })
    return values
  }
  const fast = average(2)
  const slow = average(4)
  const wishes: string[] = []
  for (let i = 4; i < closes.length; i++) {
    const was = (fast[i - 1] as number) - (slow[i - 1] as number)
    const is = (fast[i] as number) - (slow[i] as number)
    if (was <= 0 && is > 0 && wishes.at(-1) !== 'long') wishes.push('long')
    if (was >= 0 && is < 0 && wishes.at(-1) !== 'short') wishes.push('short')
  }
  return wishes
}
