import { describe, expect, it } from 'vitest'
import { InProcess } from '#lib/kernel/in-process.ts'
import { type AnyService, anyService } from '#lib/kernel/service.ts'
import { Verify } from '#lib/kernel/verify.ts'
import { optionQuote } from '#lib/market/option-quote.ts'
import { centsText, simulatedChain, simulatedUnderlying } from '#lib/market/simulated-listing.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Fact } from '#schemas/event.ts'
import { orders } from '#services/orders/service.ts'
import { pnl } from '#services/pnl/service.ts'
import { resolver } from '#services/resolver/service.ts'
import { risk } from '#services/risk/service.ts'
import { venue } from '#services/venue/service.ts'

type Wish = NonNullable<PayloadOf<'strategy.intent'>['wish']>

const services: readonly AnyService[] = [venue, orders, pnl, resolver, risk].map((one) => anyService(one as never))
const account = { currency: 'USD', startingCash: '1000000' }
const configs: Record<string, unknown> = {
  venue: { fill: 'touch', currency: 'USD' },
  orders: {},
  pnl: account,
  resolver: {
    mappings: [
      {
        ...{ strategy: 'condor', role: 'main' },
        to: { kind: 'option', underlying: simulatedUnderlying, liquidity: { maxSpreadPct: 100, minSizeAtTouch: 3 } },
      },
    ],
  },
  risk: { ...account, limits: {} },
}
const start = Date.UTC(2024, 0, 2, 15) * 1_000
const minute = 60_000_000

/** A market at 100.40, its chain quoted, and what a strategy wishes, minute by minute. */
function run(wishes: readonly ('long' | 'flat' | 'halt' | 'resume')[], wish: Wish): Event[] {
  const log: Event[] = []
  const inProcess = new InProcess(services, (event) => log.push(event))
  const counts = new Map<string, number>()
  const publish = (source: string, at: number, topic: string, payload: unknown) => {
    const n = counts.get(source) ?? 0
    counts.set(source, n + 1)
    inProcess.publish(source, { at, epoch: 1, n, topic, payload } as Fact)
  }
  for (const { name, config } of services) {
    const checked = JSON.parse(JSON.stringify(config.parse(configs[name])))
    publish('config', start, 'system.config', { service: name, hash: '0'.repeat(64), config: checked })
  }
  const chain = simulatedChain(start, 10_000)
  for (const { listing } of chain) publish('md', start, 'md.instrument', listing)
  wishes.forEach((target, i) => {
    const at = start + (i + 1) * minute
    const spot = 10_040 + i * 300
    for (const option of chain) {
      const quote = optionQuote(option, spot, at, { bid: 40, ask: 40 })
      if (quote !== null) publish('md', at, 'md.option.tick', { ...quote, underlyingPrice: centsText(spot) })
    }
    const size = target === 'flat' ? {} : { size: { kind: 'quantity', quantity: '2' }, wish }
    const named = { strategy: 'condor', hash: '0'.repeat(64), role: 'main', reason: 'a test says so' }
    if (target === 'halt' || target === 'resume')
      publish('operator', at, 'system.command', { ...refusing[target], reason: 'a test says so', operator: 'ann' })
    else publish('strategy', at, 'strategy.intent', { ...named, target, ...size })
    for (const option of chain) {
      const quote = optionQuote(option, spot, at + 1, { bid: 40, ask: 40 })
      if (quote !== null) publish('md', at + 1, 'md.option.tick', quote)
    }
  })
  return log
}

const refusing = { halt: { command: 'halt', whenHalted: 'refuse' }, resume: { command: 'resume' } }

const monthly = { by: 'days', min: 20, max: 60 } as const
const condor: Wish = {
  legs: [
    { right: 'put', side: 'buy', ratio: 1, strike: { by: 'otm', steps: 2 }, expiry: monthly },
    { right: 'put', side: 'sell', ratio: 1, strike: { by: 'otm', steps: 1 }, expiry: monthly },
    { right: 'call', side: 'sell', ratio: 1, strike: { by: 'delta', delta: 0.4 }, expiry: monthly },
    { right: 'call', side: 'buy', ratio: 1, strike: { by: 'otm', steps: 3 }, expiry: monthly },
  ],
}

const said = <T extends Event['topic']>(log: readonly Event[], topic: T) =>
  log.flatMap((event) => (event.topic === topic ? [event as Event<T>] : []))

describe('a wish for four legs, from intent to fills', () => {
  it('[S14] opens every leg, keeps them while the wish stays, and flat closes every one', () => {
    const log = run(['long', 'long', 'flat'], condor)
    const fills = said(log, 'order.fill').map(({ payload }) => payload)
    const position = new Map<string, number>()
    for (const { instrument, side, quantity } of fills.slice(0, 4))
      position.set(instrument, (side === 'buy' ? 1 : -1) * Number(quantity))
    expect([...position.values()].sort()).toEqual([-2, -2, 2, 2])
    expect(new Set([...position.keys()].map((instrument) => instrument.split('-')[1])).size).toBe(1)
    expect(fills.length).toBe(8)
    for (const { instrument, side, quantity } of fills.slice(4))
      position.set(instrument, (position.get(instrument) ?? 0) + (side === 'buy' ? 1 : -1) * Number(quantity))
    expect([...position.values()]).toEqual([0, 0, 0, 0])
    // The second wish keeps what it has.
    expect(said(log, 'risk.rejected').map(({ payload }) => payload.code)).toEqual(Array(4).fill('ALREADY_AT_TARGET'))
  })

  it('[S22] is closed by the flat after a halt that refused it', () => {
    const log = run(['long', 'halt', 'flat', 'flat', 'resume', 'flat', 'flat'], condor)
    const codes = said(log, 'risk.rejected').map(({ payload }) => payload.code)
    expect(codes).toEqual(Array(8).fill('HALTED'))
    const position = new Map<string, number>()
    for (const { payload } of said(log, 'order.fill')) {
      const { instrument, side, quantity } = payload
      position.set(instrument, (position.get(instrument) ?? 0) + (side === 'buy' ? 1 : -1) * Number(quantity))
    }
    expect([...position.values()]).toEqual([0, 0, 0, 0])
    expect(said(log, 'instrument.rejected').map(({ payload }) => payload.code)).toEqual(['NOTHING_HELD'])
    const verify = new Verify(services)
    for (const event of log) expect(verify.take(event)).toBeNull()
  })

  it('[S14] a leg that is not listed keeps all of them from the market', () => {
    const impossible = { legs: [...condor.legs.slice(0, 3), { ...condor.legs[3], strike: { by: 'otm', steps: 50 } }] }
    const log = run(['long'], impossible as Wish)
    expect(said(log, 'instrument.rejected').map(({ payload }) => [payload.code, payload.leg])).toEqual([
      ['NO_LISTED_STRIKE', 4],
    ])
    expect(said(log, 'order.submitted')).toEqual([])
  })

  it('[S11] is the same again, and every service says again what it said', () => {
    const log = run(['long', 'flat', 'long', 'flat'], condor)
    expect(run(['long', 'flat', 'long', 'flat'], condor)).toEqual(log)
    const verify = new Verify(services)
    for (const event of log) expect(verify.take(event)).toBeNull()
    expect(verify.answers).toBeGreaterThan(30)
  })
})
