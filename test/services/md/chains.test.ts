import { describe, expect, it } from 'vitest'
import { Machine } from '#lib/kernel/machine.ts'
import { anyService } from '#lib/kernel/service.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { planLeanImport } from '#services/md/adapters/import-lean.ts'
import { md } from '#services/md/service.ts'
import { event, given } from '#test/given.ts'
import { describeShared, sharedDir } from '#test/shared.ts'
import { readPlan } from './adapters/read-plan.ts'

const minute = 60_000_000
const t0 = 28_000_000 * minute
const config = { chains: [{ underlying: 'GOOG.USA', everyMicros: minute }] }
const option = (instrument: string, strike: string, right: 'call' | 'put', more: object = {}) => ({
  ...{ instrument, kind: 'option' as const, tickSize: '0.01', lotSize: '1', multiplier: '100', currency: 'USD' },
  ...{ underlying: 'GOOG.USA', expiry: '2023-06-16', strike, right, isSimulated: false },
  ...more,
})
const quote = (instrument: string, bid: string | null, ask: string | null) => ({
  ...{ instrument, bid, bidSize: bid === null ? null : '1', ask, askSize: ask === null ? null : '2' },
})
const row = (instrument: string, strike: string, right: string, bid: string | null, ask: string | null) => ({
  ...quote(instrument, bid, ask),
  ...{ expiry: '2023-06-16', strike, right },
})
const [c1, p1, c2] = ['GOOG-1-C.USA', 'GOOG-1-P.USA', 'GOOG-2-C.USA']
const listings = [
  event('md.instrument', option(c2, '100', 'call'), t0),
  event('md.instrument', option(p1, '95', 'put'), t0),
  event('md.instrument', option(c1, '95', 'call'), t0),
]
const snapshot = (underlyingPrice: string | null, ...contracts: object[]) => ({
  topic: 'md.option.chain.snapshot' as const,
  payload: { underlying: 'GOOG.USA', underlyingPrice, contracts } as PayloadOf<'md.option.chain.snapshot'>,
})

describe('option chains', () => {
  it('[MD-C1] when an interval is over every listed contract is told, by expiry, strike and right; missing sides are null', () => {
    given(
      md,
      config,
      ...listings,
      event('md.option.tick', quote(c1, '5', '6'), t0 + 1),
      event('md.option.tick', { ...quote(p1, null, '0.5'), underlyingPrice: '99' }, t0 + minute),
    )
      .when(event('md.option.tick', quote(c2, '2', '3'), t0 + minute + 1))
      .then(
        snapshot(
          '99',
          row(c1, '95', 'call', '5', '6'),
          row(p1, '95', 'put', null, '0.5'),
          row(c2, '100', 'call', null, null),
        ),
      )
  })

  it('[MD-C5] an operator asks for it: it is told as it is now, also where it has no interval, and a chain that is not kept is refused', () => {
    const onDemand = { chains: [{ underlying: 'GOOG.USA' }] }
    const ask = (instrument: string, at: number) =>
      event('system.command', { command: 'chain.snapshot', instrument, reason: 'test', operator: 'test' }, at)
    const scene = given(md, onDemand, ...listings, event('md.option.tick', quote(c1, '5', '6'), t0 + 9 * minute))
    const whole = snapshot(
      null,
      row(c1, '95', 'call', '5', '6'),
      row(p1, '95', 'put', null, null),
      row(c2, '100', 'call', null, null),
    )
    const result = (isDone: boolean, message: string) => ({
      topic: 'system.command.result' as const,
      payload: { command: expect.any(String), isDone, message },
    })
    scene.when(ask('GOOG.USA', t0 + 10 * minute)).then(whole, result(true, '3 contracts on GOOG.USA'))
    scene.when(ask('SPX.USA', t0 + 10 * minute)).then(result(false, 'kept are the chains of GOOG.USA'))
    scene.when(event('system.command', { command: 'halt', reason: 'test', operator: 'test' }, t0 + 10 * minute)).then()
  })

  it('[MD-C2] an interval without an event has no snapshot; the next one stands at its own end', () => {
    given(md, config, ...listings, event('md.option.tick', quote(c1, '5', '6'), t0 + 1))
      .when(event('md.option.tick', quote(c1, '7', '8'), t0 + 5 * minute + 1))
      .then(
        snapshot(
          null,
          row(c1, '95', 'call', '5', '6'),
          row(p1, '95', 'put', null, null),
          row(c2, '100', 'call', null, null),
        ),
      )
  })

  it('[MD-C3] what has expired is no more in it; what is listed later is, what is not listed never', () => {
    const soon = option('GOOG-0-C.USA', '90', 'call', { expiresAt: t0 + minute })
    given(
      md,
      config,
      event('md.instrument', soon, t0),
      event('md.instrument', option(c1, '95', 'call'), t0 + 1),
      event('md.option.tick', quote('OTHER-1-C.USA', '1', '2'), t0 + 2),
      event('md.option.tick', quote(c1, '5', '6'), t0 + 3),
      event('md.instrument', option(c2, '100', 'call'), t0 + 4),
    )
      .when(event('md.option.tick', quote(c2, '2', '3'), t0 + minute + 1))
      .then(snapshot(null, row(c1, '95', 'call', '5', '6'), row(c2, '100', 'call', null, null)))
  })

  it('[MD-C4] the end of the feed tells the chain as it stands', () => {
    given(md, config, ...listings.slice(2), event('md.option.tick', quote(c1, '5', '6'), t0 + 1))
      .when(event('md.status', { feed: 'test', state: 'ended', isSimulated: false }, t0 + 2))
      .then(snapshot(null, row(c1, '95', 'call', '5', '6')))
  })
})

describeShared('the chain of GOOG on 2015-12-24', () => {
  it('[MD-C1] is complete each minute of a day that closed early: 2,192 contracts of 12 expiries, the last of them at 13:00', () => {
    const plan = planLeanImport([`${sharedDir}data/lean/option/usa/minute/goog/20151224_quote_american.zip`], {})
    const { facts } = readPlan(plan)
    const machine = new Machine(anyService(md))
    let seq = 0
    const snapshots: { at: number; contracts: PayloadOf<'md.option.chain.snapshot'>['contracts'] }[] = []
    const newest = new Map<string, { bid: string | null; ask: string | null }>()
    let wrong = 0
    const tell = (topic: string, payload: unknown, at: number) => {
      seq++
      const input = { seq, id: `md-feed:e1.${seq}`, topic, v: 1, at, source: 'md-feed', cause: null, payload } as Event
      for (const said of machine.step(input)) {
        if (said.topic !== 'md.option.chain.snapshot') continue
        const { contracts } = said.payload as PayloadOf<'md.option.chain.snapshot'>
        snapshots.push({ at, contracts })
        for (const { instrument, bid, ask } of contracts) {
          const was = newest.get(instrument) ?? { bid: null, ask: null }
          if (was.bid !== bid || was.ask !== ask) wrong++
        }
      }
    }
    const first = (facts[0] as { at: number }).at
    tell('system.config', { service: 'md', config, hash: '0'.repeat(64) }, first)
    for (const listed of plan.listed.values())
      tell('md.instrument', { ...listed, tickSize: '0.01', lotSize: '1', currency: 'USD', isSimulated: false }, first)
    for (const { topic, payload, at } of facts) {
      tell(topic, payload, at)
      if (topic === 'md.option.tick') newest.set(payload.instrument, payload)
    }
    tell('md.status', { feed: 'test', state: 'ended', isSimulated: false }, (facts.at(-1) as { at: number }).at)

    expect(wrong).toBe(0)
    // 09:31 to 13:01 New York: a bar stands at its end.
    expect(snapshots).toHaveLength(211)
    expect(new Set(snapshots.map(({ contracts }) => contracts.length))).toEqual(new Set([2192]))
    expect(new Date((snapshots.at(-1)?.at as number) / 1000).toISOString()).toBe('2015-12-24T18:01:00.000Z')
    const perExpiry: Record<string, number> = {}
    for (const { expiry } of snapshots[0]?.contracts ?? []) perExpiry[expiry] = (perExpiry[expiry] ?? 0) + 1
    expect(Object.values(perExpiry).reduce((sum, count) => sum + count)).toBe(2192)
    expect(perExpiry).toMatchInlineSnapshot(`
      {
        "2015-12-24": 176,
        "2015-12-31": 194,
        "2016-01-08": 164,
        "2016-01-15": 342,
        "2016-01-22": 174,
        "2016-01-29": 180,
        "2016-02-05": 72,
        "2016-02-19": 210,
        "2016-03-18": 230,
        "2016-06-17": 138,
        "2017-01-20": 198,
        "2018-01-19": 114,
      }
    `)
  })
})
