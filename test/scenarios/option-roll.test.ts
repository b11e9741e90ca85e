import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { inMemoryRun } from '#compose/in-memory-run.ts'
import { everyService } from '#compose/services.ts'
import { Topology } from '#compose/topology.ts'
import { Verify } from '#lib/kernel/verify.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { optionQuote } from '#lib/market/option-quote.ts'
import { acme, centsText, simulatedChain, simulatedUnderlying } from '#lib/market/simulated-listing.ts'
import { dayMicros } from '#lib/time/day-micros.ts'
import type { Event } from '#schemas/event.ts'
import { feedFacts } from '#services/md/adapters/dataset-feed.ts'

const folder = mkdtempSync(join(tmpdir(), 'trader-option-roll-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = join(folder, 'calls.yaml')
writeFileSync(
  file,
  `name: calls
inputs:
  price: { role: underlying, timeframe: 1d }
entry:
  long: price.close > 10
exit:
  long: price.close < 10
size: { quantity: 2 }
trade:
  option:
    long: [buy call atm nearest, sell call otm 3 nearest]
`,
)

const start = Date.UTC(2024, 0, 2) * 1_000
const chain = simulatedChain(start, 10_000)

/** Sixty days: the bar of the day before at midnight, and the chain quoted at 15:00. */
function* market(): Generator<MarketFact> {
  for (const listing of [acme, ...chain.map((option) => option.listing)])
    yield { at: start, topic: 'md.instrument', payload: listing }
  for (let n = 0; n <= 60; n++) {
    const at = start + n * dayMicros
    const spot = 10_040 + ((n * 7) % 5) * 20
    const price = centsText(spot)
    const prices = { open: price, high: price, low: price, close: price, volume: '1' }
    const payload = { instrument: simulatedUnderlying, interval: '1d', start: at - dayMicros, end: at, ...prices }
    if (n > 0) yield { at, topic: 'md.bar', payload }
    for (const option of chain) {
      const quotedAt = at + 15 * 3_600_000_000
      const quote = optionQuote(option, spot, quotedAt, { bid: 40, ask: 40 })
      if (quote !== null) yield { at: quotedAt, topic: 'md.option.tick', payload: quote }
    }
  }
}

function run(option: object, limits: object = {}, fill = 'touch'): Event[] {
  const log: Event[] = []
  const topology = Topology.parse({
    run: 'rolls',
    feed: { kind: 'data-set', path: 'given-by-the-test' },
    account: { currency: 'USD', startingCash: '1000000' },
    risk: { limits },
    venue: { fill, fees: { takerBps: 0, makerBps: 0 } },
    strategies: [
      {
        file,
        roles: { underlying: simulatedUnderlying, option: { option: { underlying: simulatedUnderlying, ...option } } },
      },
    ],
  })
  const facts = feedFacts([...market()] as Parameters<typeof feedFacts>[0], true)
  inMemoryRun(topology)(facts, (event) => log.push({ ...event }))
  return log
}

/** By expiry: what is held of it after each fill. */
function heldAfter(log: readonly Event[]): string[] {
  const held = new Map<string, number>()
  return log.flatMap((event) => {
    if (event.topic !== 'order.fill') return []
    const { instrument, side, quantity } = event.payload
    const before = held.get(instrument) ?? 0
    held.set(instrument, before + (side === 'buy' ? 1 : -1) * Number(quantity))
    const [, expiry = '', strike = ''] = instrument.split('-')
    return [`${(event.at - start) / dayMicros - 0.625} ${expiry.slice(4)} ${strike} ${held.get(instrument)}`]
  })
}

describe('a strategy that stays long in options', () => {
  test('[S15] [R43] is taken to the next expiry when it is nearer than five days, without another wish', () => {
    const log = run({ rollDays: 5, calendar: 'coin' })
    expect(log.filter(({ topic }) => topic === 'strategy.intent').length).toBe(1)
    const near = chain[0]?.listing.expiry?.slice(5).replace('-', '')
    const held = heldAfter(log)
    expect(held).toMatchInlineSnapshot(`
      [
        "0.375 0112 100 2",
        "0.375 0112 115 -2",
        "6 0112 100 0",
        "6 0112 115 0",
        "6 0202 100 2",
        "6 0202 115 -2",
        "27 0202 100 0",
        "27 0202 115 0",
        "27 0405 100 2",
        "27 0405 115 -2",
      ]
    `)
    expect(held[0]).toContain(` ${near} `)
    const verify = new Verify(everyService)
    for (const event of log) expect(verify.take(event)).toBeNull()
    expect(run({ rollDays: 5, calendar: 'coin' })).toEqual(log)
  })

  test.each([
    ['touch', 28],
    ['same-close', 28],
    ['next-open', 29],
    ['next-close', 29],
  ])('[R43] takes what there is room for only once the old ones are sold: %s', (fill, on) => {
    const log = run({ rollDays: 5, calendar: 'coin' }, { maxGrossExposure: '1000' }, fill)
    expect(heldAfter(log).slice(-4)).toEqual([
      `${on} 0202 100 0`,
      `${on} 0202 115 0`,
      `${on} 0405 100 2`,
      `${on} 0405 115 -2`,
    ])
    const causes = log
      .filter(({ topic }) => topic === 'risk.approved')
      .map(({ cause }) => log.find(({ id }) => id === cause)?.topic)
    expect(causes.slice(-4)).toEqual(['instrument.resolved', 'instrument.resolved', 'order.fill', 'order.fill'])
  })

  test('[R43] [T10] is flat where the new ones are refused after that, and enters anew', () => {
    const limits = { maxGrossExposure: '1000', maxIntentAgeMs: 3_600_000 }
    const log = run({ rollDays: 5, calendar: 'coin' }, limits, 'next-open')
    const wished = log.flatMap(({ topic, payload }) => (topic === 'strategy.intent' ? [payload] : []))
    expect(wished.slice(0, 2).map(({ target, reason }) => [target, reason])).toEqual([
      ['long', 'entry.long: price.close > 10'],
      ['flat', 'entry refused, risk.rejected INTENT_STALE'],
    ])
    expect(heldAfter(log).slice(-4)).toEqual(['29 0202 100 0', '29 0202 115 0', '31 0405 100 2', '31 0405 115 -2'])
    const verify = new Verify(everyService)
    for (const event of log) expect(verify.take(event)).toBeNull()
  })

  test('[S5] is held through the expiry where nothing is said of rolls', () => {
    expect(heldAfter(run({ calendar: 'coin' })).length).toBe(2)
  })
})
