import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { firstFacts, inMemoryRun } from '#compose/in-memory-run.ts'
import { findLookAhead } from '#compose/look-ahead.ts'
import { everyService } from '#compose/services.ts'
import { Topology } from '#compose/topology.ts'
import { Machine } from '#lib/kernel/machine.ts'
import { anyService } from '#lib/kernel/service.ts'
import { Verify } from '#lib/kernel/verify.ts'
import { drawBelow, seedRandom } from '#lib/market/seeded-random.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Fact } from '#schemas/event.ts'
import { feedFacts } from '#services/md/adapters/dataset-feed.ts'
import { strategy } from '#services/strategy/service.ts'
import { exampleMarket, exampleRoles } from '#test/example-market.ts'

const market = exampleMarket(260)
const names = readdirSync('strategies').map((file) => basename(file, '.yaml'))

/** The market, and on the way a model that now and then calls it wild. */
function* factsWithModel(): Generator<Fact> {
  let n = 0
  for (const fact of feedFacts(market as Parameters<typeof feedFacts>[0], true)) {
    if (fact.topic === 'md.bar' && fact.payload.instrument === 'DAY.SIM') {
      const score = n % 50 < 10 ? 0.1 : 0.8
      yield {
        at: fact.at,
        epoch: 1,
        n: n++,
        topic: 'ml.signal',
        payload: { model: 'calm-market', instrument: 'DAY.SIM', score },
      }
    }
    yield fact
  }
}

/** Of market data and what is answered to it: the seed, and how many bars market data runs ahead. */
const interleavings = [
  [1, 1],
  [2, 2],
  [3, 4],
  [4, 8],
] as const

const topologyOf = (name: string): Topology =>
  Topology.parse({
    run: 'examples',
    feed: { kind: 'data-set', path: 'given-by-the-test' },
    account: { currency: 'USD', startingCash: '1000000' },
    venue: { fill: 'next-open', fees: { takerBps: 1, makerBps: 0 } },
    strategies: [{ file: `strategies/${name}.yaml`, roles: exampleRoles[name] }],
  })

describe('the strategies that ship with trader', () => {
  test('are at least ten, and each has its roles in the market of these tests', () => {
    expect(names.length).toBeGreaterThanOrEqual(10)
    expect(Object.keys(exampleRoles).sort()).toEqual([...names].sort())
  })

  test.each(names)(
    '%s wishes something, breaks nowhere, knows no future, and says it all again when it is heard again',
    (name) => {
      const run = inMemoryRun(topologyOf(name))
      const log: Event[] = []
      run(factsWithModel(), (event) => log.push({ ...event }))
      const intents = log.filter((event) => event.topic === 'strategy.intent')
      expect(intents.length).toBeGreaterThanOrEqual(2)
      expect(new Set(intents.map(({ payload }) => payload.hash)).size).toBe(1)
      for (const { payload } of intents) expect(Object.keys(payload.saw ?? {}).length).toBeGreaterThan(0)
      expect(log.filter((event) => event.topic === 'strategy.status' && event.payload.state === 'failed')).toEqual([])
      expect(log.filter((event) => event.topic === 'system.alert')).toEqual([])

      for (const leg of takenLegs(log)) expect(leg.taken).toBe(leg.stated)

      const verify = new Verify(everyService)
      for (const event of log) expect(verify.take(event)).toBeNull()

      expect(restarted(log)).toEqual(
        log.filter(({ source, cause }) => source === 'strategy' && cause !== null).map(({ payload }) => payload),
      )

      const wishes = wishesOf(log)
      for (const [seed, most] of interleavings) {
        const ahead = runningAhead(log, seed, most)
        if (log.some(isIndicator)) expect(ahead.map(({ seq }) => seq)).not.toEqual(log.map(({ seq }) => seq))
        expect(wishesOf(ahead)).toEqual(wishes)
      }

      const subject = { facts: (most: number | null) => firstFacts(factsWithModel(), most), run }
      expect(findLookAhead(subject, 6, () => undefined)).toMatchObject({ leak: null })
    },
  )
})

/** Of every leg that a file states, for long or for short: its side, and the side on which it was taken. */
function takenLegs(log: readonly Event[]): { stated: string; taken: string }[] {
  const wishes = new Map(log.flatMap(({ topic, id, payload }) => (topic === 'strategy.intent' ? [[id, payload]] : [])))
  return log.flatMap((event) => {
    if (event.topic !== 'instrument.resolved' || event.payload.target === '0') return []
    const { intent, target, leg = 1 } = event.payload
    const stated = wishes.get(intent)?.wish?.legs[leg - 1]
    return stated ? [{ stated: stated.side, taken: target.startsWith('-') ? 'sell' : 'buy' }] : []
  })
}

/**
 * A log as a free tree may order it: what md says runs up to `most` bars ahead of what others answer. Whoever answered keeps their order, and nothing comes
 * before what caused it.
 */
function runningAhead(log: readonly Event[], seed: number, most: number): Event[] {
  const random = seedRandom(seed)
  const told = log.findIndex(isIndicator)
  if (told < 0) return [...log]
  const ordered = log.slice(0, told)
  const rest = log.slice(told)
  const bars = rest.filter(({ topic }) => topic === 'md.bar')
  let [ahead, next] = [0, 0]
  for (const event of rest) {
    if (event.topic === 'md.bar') {
      if (ahead > 0) ahead--
      else ordered.push(bars[next++] as Event)
      continue
    }
    for (let n = drawBelow(random, most + 1); n > 0 && ahead < most && next < bars.length; n--) {
      ordered.push(bars[next++] as Event)
      ahead++
    }
    ordered.push(event)
  }
  return ordered
}

const isIndicator = ({ topic }: Event): boolean => topic.startsWith('indicator.')

/** What it wishes, in order: role, target and the clause that decided. */
function wishesOf(log: readonly Event[]): string[] {
  const machine = new Machine(anyService(strategy))
  const said = log.flatMap((event) =>
    (event.source === 'strategy' && event.cause !== null) || !machine.hears(event) ? [] : machine.step(event),
  )
  return said.flatMap(({ topic, payload }) => {
    if (topic !== 'strategy.intent') return []
    const { role, target, reason } = payload as PayloadOf<'strategy.intent'>
    return [`${role} ${target} ${reason}`]
  })
}

/** What the strategy service says to a log when it is stopped, and comes back from JSON text, again and again. */
function restarted(log: readonly Event[]): unknown[] {
  let machine = new Machine(anyService(strategy))
  const said: unknown[] = []
  for (const [n, event] of log.entries()) {
    if (event.source === 'strategy' && event.cause !== null) continue
    if (machine.hears(event)) said.push(...machine.step(event).map(({ payload }) => payload))
    if (n % 97 !== 0 || machine.configHash === undefined) continue
    const state = JSON.stringify(machine.snapshot())
    const hash = machine.configHash
    machine = new Machine(anyService(strategy))
    machine.restore(JSON.parse(state), hash)
  }
  return said
}
