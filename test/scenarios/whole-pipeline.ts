import { InProcess } from '#lib/kernel/in-process.ts'
import { type AnyService, anyService } from '#lib/kernel/service.ts'
import type { Event, Fact } from '#schemas/event.ts'
import { clock } from '#services/clock/service.ts'
import { indicators } from '#services/indicators/service.ts'
import { md } from '#services/md/service.ts'
import { orders } from '#services/orders/service.ts'
import { pnl } from '#services/pnl/service.ts'
import { resolver } from '#services/resolver/service.ts'
import { risk } from '#services/risk/service.ts'
import { bindStrategy, readStrategyFile } from '#services/strategy/adapters/strategy-file.ts'
import { strategy } from '#services/strategy/service.ts'
import { venue } from '#services/venue/service.ts'

export type Bar = { at: number; open: string; high: string; low: string; close: string; volume: string }

export const everyService: readonly AnyService[] = [
  anyService(md),
  anyService(venue),
  anyService(orders),
  anyService(pnl),
  anyService(clock),
  anyService(indicators),
  anyService(strategy),
  anyService(resolver),
  anyService(risk),
]

const instrument = 'SPY.USA'
const account = { currency: 'USD', startingCash: '1000000' }

/** Takes daily bars through every service, with the EMA cross that ships with trader; returns the whole log. */
export function runDaily(bars: readonly Bar[]): Event[] {
  const ema = bindStrategy(readStrategyFile('strategies/ema-cross.yaml'), { underlying: instrument })
  const mappings = [{ strategy: 'ema-cross', role: 'underlying', to: { kind: 'instrument', instrument } }]
  const configs: Record<string, unknown> = {
    md: { bars: [] },
    venue: { fill: 'next-open', currency: 'USD', fees: { makerBps: 0, takerBps: 1, perUnit: '0' } },
    orders: {},
    pnl: account,
    clock: {},
    indicators: {},
    strategy: { strategies: [ema] },
    resolver: { mappings },
    risk: { ...account, limits: {} },
  }
  const log: Event[] = []
  const run = new InProcess(everyService, (event) => log.push(event))
  for (const { name } of everyService) {
    const config = JSON.parse(JSON.stringify(configs[name]))
    run.publish(name, fact(0, 0, 'system.config', { service: name, hash: '0'.repeat(64), config }))
  }
  const listing = { tickSize: '0.0001', lotSize: '1', multiplier: '1', currency: 'USD', isSimulated: false }
  run.publish('md', fact(0, 0, 'md.instrument', { instrument, kind: 'equity', ...listing }))
  bars.forEach(({ at, ...prices }, n) => {
    const payload = { instrument, interval: '1d', start: at - 86_400_000_000, end: at, ...prices }
    run.publish('md', fact(at, n + 1, 'md.bar', payload))
  })
  const last = bars.at(-1)?.at ?? 0
  run.publish('md', fact(last, bars.length + 1, 'md.status', { feed: 'test', state: 'ended', isSimulated: false }))
  return log
}

const fact = (at: number, n: number, topic: string, payload: unknown) => ({ at, epoch: 1, n, topic, payload }) as Fact
