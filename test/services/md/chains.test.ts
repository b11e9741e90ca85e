import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { whyForbidden } from '#lib/bus/permission.ts'
import { InProcess } from '#lib/kernel/in-process.ts'
import { Machine } from '#lib/kernel/machine.ts'
import { anyService, defineService } from '#lib/kernel/service.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { calendarOf, MarketHours } from '#lib/time/market-hours.ts'
import { catalogue, type PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Fact } from '#schemas/event.ts'
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

  it('[MD-C3] what has ended is told once more at that instant and forgotten; what is listed later is in it, what is not listed never', () => {
    const soon = option('GOOG-0-C.USA', '90', 'call', { expiresAt: t0 + minute })
    const scene = given(
      md,
      config,
      event('md.instrument', soon, t0),
      event('md.instrument', option(c1, '95', 'call'), t0 + 1),
      event('md.option.tick', quote('OTHER-1-C.USA', '1', '2'), t0 + 2),
      event('md.option.tick', quote(c1, '5', '6'), t0 + 3),
      event('md.option.tick', quote('GOOG-0-C.USA', '1', '2'), t0 + minute),
      event('md.instrument', option(c2, '100', 'call'), t0 + minute),
    )
    const left = [row(c1, '95', 'call', '5', '6'), row(c2, '100', 'call', null, null)]
    scene
      .when(event('md.option.tick', quote('GOOG-0-C.USA', '3', '4'), t0 + minute + 1))
      .then(snapshot(null, row('GOOG-0-C.USA', '90', 'call', '1', '2'), ...left))
    scene.when(event('md.instrument', soon, t0 + minute + 2)).then()
    scene.when(event('md.option.tick', quote(c1, '5', '6'), t0 + 2 * minute + 1)).then(snapshot(null, ...left))
  })

  describe('[MD-C3] of which only the day is known', () => {
    const at = (iso: string) => Date.parse(iso) * 1000
    const day = (underlying: string) => ({ expiry: '2023-11-24', underlying })
    // A quarter past three on an early close.
    const calendar = calendarOf(
      MarketHours.parse({
        zone: 'America/New_York',
        week: { wednesday: ['09:30', '16:15'], friday: ['09:30', '16:15'] },
        earlyCloses: { '2023-11-24': '15:15' },
      }),
    )
    const sessions = { calendars: { own: calendar }, sessions: { 'SPX.CBOE': 'own' } }
    it.each([
      ['the close of the calendar of its underlying', 'SPX.CBOE', '2023-11-24', '2023-11-24T20:15:00Z'],
      ['the close of the session before a day without one', 'SPX.CBOE', '2023-11-23', '2023-11-22T21:15:00Z'],
      ['the close of New York, which is early', 'GOOG.USA', '2023-11-24', '2023-11-24T18:00:00Z'],
      ['the close of New York before its clocks go forward', 'GOOG.USA', '2023-03-10', '2023-03-10T21:00:00Z'],
      ['the close of New York behind that', 'GOOG.USA', '2023-03-13', '2023-03-13T20:00:00Z'],
      ['the close of its calendar before they go forward', 'SPX.CBOE', '2023-03-10', '2023-03-10T21:15:00Z'],
      ['the close of its calendar behind that', 'SPX.CBOE', '2023-03-17', '2023-03-17T20:15:00Z'],
      ['the day everywhere', 'NIFTY.NSE', '2023-11-24', '2023-11-26T00:00:00Z'],
    ])('it ends with %s', (_, underlying, expiry, iso) => {
      const wanted = { ...sessions, chains: [{ underlying, everyMicros: minute }] }
      const one = option('A.X', '1', 'call', { ...day(underlying), expiry })
      const scene = given(md, wanted, event('md.instrument', one, at(iso) - minute + 1))
      const counts = [0, 1, 2].map((n) => {
        const { answers: told } = scene.when(
          event('md.option.tick', quote('OTHER.X', '1', '2'), at(iso) + n * minute + 1),
        )
        return told.map(({ payload }) => (payload as PayloadOf<'md.option.chain.snapshot'>).contracts.length)
      })
      expect(counts).toEqual([[1], [0], [0]])
    })
  })

  it('[MD-C3] a monthly and a weekly of one day, strike and right are two contracts; the one that is settled at the open ends first', () => {
    const [monthly, weekly] = ['SPX-1-C.USA', 'SPXW-1-C.USA']
    const scene = given(
      md,
      config,
      event('md.instrument', option(weekly, '95', 'call', { expiresAt: t0 + 3 * minute }), t0),
      event('md.instrument', option(monthly, '95', 'call', { expiresAt: t0 + minute }), t0),
      event('md.option.tick', quote(weekly, '5', '6'), t0 + 1),
      event('md.option.tick', quote(monthly, '7', null), t0 + 2),
    )
    const left = row(weekly, '95', 'call', '5', '6')
    const tick = (at: number) => event('md.option.tick', quote('OTHER.USA', '1', '2'), at)
    scene.when(tick(t0 + minute + 1)).then(snapshot(null, row(monthly, '95', 'call', '7', null), left))
    scene.when(tick(t0 + 2 * minute + 1)).then(snapshot(null, left))
    scene.when(tick(t0 + 3 * minute + 1)).then(snapshot(null, left))
    scene.when(tick(t0 + 4 * minute + 1)).then(snapshot(null))
  })

  it('[MD-C3] 750 days of options that end on their day leave nothing behind', () => {
    const machine = new Machine(anyService(md))
    let seq = 0
    const tell = (topic: string, payload: unknown, at: number) => {
      seq++
      machine.step({ seq, id: `md-feed:e1.${seq}`, topic, v: 1, at, source: 'md-feed', cause: null, payload } as Event)
    }
    tell('system.config', { service: 'md', config, hash: '0'.repeat(64) }, t0)
    for (let day = 0; day < 750; day++) {
      const at = t0 + day * 1_440 * minute
      for (let strike = 1; strike <= 20; strike++) {
        const instrument = `GOOG-${day}-${strike}.USA`
        const more = { expiry: new Date(at / 1000).toISOString().slice(0, 10), expiresAt: at + 600 * minute }
        tell('md.instrument', option(instrument, String(strike), 'call', more), at)
        tell('md.option.tick', { ...quote(instrument, '1', '2'), underlyingPrice: String(day + 1) }, at + 1)
      }
    }
    expect(JSON.stringify(machine.snapshot()).length).toBeLessThan(10_000)
  })

  it('[MD-C4] the end of the feed tells the chain as it stands', () => {
    given(md, config, ...listings.slice(2), event('md.option.tick', quote(c1, '5', '6'), t0 + 1))
      .when(event('md.status', { feed: 'test', state: 'ended', isSimulated: false }, t0 + 2))
      .then(snapshot(null, row(c1, '95', 'call', '5', '6')))
  })

  it('[MD-C4] what options are on is told of each expiry; of the underlying its trade, else what the nearest expiry says', () => {
    const [near, far] = ['GOOG-1-C.USA', 'GOOG-3-C.USA']
    const scene = given(
      md,
      { chains: [{ underlying: 'GOOG.USA', everyMicros: minute }] },
      event('md.instrument', option(near, '95', 'call'), t0),
      event('md.instrument', option(far, '95', 'call', { expiry: '2023-09-15' }), t0),
      event('md.option.tick', { ...quote(near, '5', '6'), underlyingPrice: '100' }, t0 + 1),
      event('md.option.tick', { ...quote(far, '7', '8'), underlyingPrice: '104' }, t0 + 2),
    )
    const contracts = [row(near, '95', 'call', '5', '6'), { ...row(far, '95', 'call', '7', '8'), expiry: '2023-09-15' }]
    const forwards = { '2023-06-16': '100', '2023-09-15': '104' }
    const told = (underlyingPrice: string) => ({
      topic: 'md.option.chain.snapshot' as const,
      payload: { underlying: 'GOOG.USA', underlyingPrice, forwards, contracts },
    })
    scene
      .when(event('md.tick', { kind: 'trade', instrument: 'GOOG.USA', price: '99', size: '1' }, t0 + minute + 1))
      .then(told('100') as never)
    scene.when(event('md.option.tick', quote('X.USA', null, null), t0 + 2 * minute + 1)).then(told('99') as never)
  })

  it('[MD-C5] a service asks for it with an event, and hears the snapshot as the answer', () => {
    const heard: Event[] = []
    const asker = defineService({
      name: 'strategy',
      config: z.object({}),
      subscribes: ['md.tick', 'md.option.chain.snapshot', 'system.command.result'],
      emits: ['system.request'],
      init: () => ({}),
      reconfigure: (state: object) => state,
      evolve: (state: object) => state,
      decide: (_, input) =>
        input.topic === 'md.tick'
          ? [
              {
                topic: 'system.request' as const,
                payload: { service: 'strategy', request: 'chain.snapshot' as const, instrument: 'GOOG.USA' },
              },
            ]
          : [],
    })
    const run = new InProcess([anyService(asker), anyService(md)], (said) => heard.push(said))
    const fact = (n: number, topic: string, payload: unknown) =>
      run.publish('md-feed', { epoch: 1, n, at: t0 + n, topic, payload } as Fact)
    for (const [service, own] of [
      ['md', { chains: [{ underlying: 'GOOG.USA' }] }],
      ['strategy', {}],
    ] as const)
      run.publish(service, {
        epoch: 1,
        n: 0,
        at: t0,
        topic: 'system.config',
        payload: { service, config: own, hash: '0'.repeat(64) },
      } as Fact)
    fact(1, 'md.instrument', option(c1, '95', 'call'))
    fact(2, 'md.option.tick', quote(c1, '5', '6'))
    fact(3, 'md.tick', { kind: 'trade', instrument: 'GOOG.USA', price: '99', size: '1' })
    const [asked, told, result] = heard.slice(-3)
    expect(heard.slice(-3).map(({ topic, source, cause }) => [topic, source, cause])).toEqual([
      ['system.request', 'strategy', 'md-feed:e1.3'],
      ['md.option.chain.snapshot', 'md', asked?.id],
      ['system.command.result', 'md', asked?.id],
    ])
    expect(told?.payload).toEqual(snapshot('99', row(c1, '95', 'call', '5', '6')).payload)
    expect(result?.payload).toEqual({ command: asked?.id, isDone: true, message: '1 contracts on GOOG.USA' })
    for (const said of heard) catalogue[said.topic].schema.parse(said.payload)
    for (const [identity, isAllowed] of [
      ['strategy', true],
      ['resolver', false],
    ] as const)
      expect(whyForbidden(identity, asked as Event) === null).toBe(isAllowed)
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

    const rows = Map.groupBy(
      facts.filter(({ topic }) => topic === 'md.option.tick'),
      ({ at }) => at,
    )
    let missing = 0
    snapshots.forEach(({ contracts }, n) => {
      const ofMinute = rows.get(first + n * minute) ?? []
      const told = new Map(contracts.map((contract) => [contract.instrument, contract]))
      for (const { payload } of ofMinute as MarketFact<'md.option.tick'>[]) {
        const { instrument, bid, bidSize, ask, askSize } = payload
        const contract = told.get(instrument)
        if (contract === undefined) missing++
        else
          expect([contract.bid, contract.bidSize, contract.ask, contract.askSize]).toEqual([bid, bidSize, ask, askSize])
      }
    })

    expect(wrong).toBe(0)
    // 09:31 to 13:01 New York: a bar stands at its end. At 13:00 the 176 options of the day end.
    expect(snapshots.map(({ contracts }) => contracts.length)).toEqual([...new Array(210).fill(2192), 2192 - 176])
    // Each row of each minute is in the chain of that minute, but for the quotes of options that have ended.
    expect([rows.size, missing]).toEqual([211, 8])
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
