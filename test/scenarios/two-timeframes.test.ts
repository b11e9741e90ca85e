import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { inMemoryRun } from '#compose/in-memory-run.ts'
import { Topology } from '#compose/topology.ts'
import { Machine } from '#lib/kernel/machine.ts'
import { anyService } from '#lib/kernel/service.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { drawBelow, seedRandom } from '#lib/market/seeded-random.ts'
import type { Event } from '#schemas/event.ts'
import { feedFacts } from '#services/md/adapters/dataset-feed.ts'
import { strategy } from '#services/strategy/service.ts'
import { hourlyBars, hourlyRun, hourlyStrategy, hourlyTrades, wishesIn } from '#test/hourly-market.ts'

const folder = mkdtempSync(join(tmpdir(), 'trader-two-timeframes-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = join(folder, 'two.yaml')
writeFileSync(file, hourlyStrategy)

function logOf(
  facts: readonly MarketFact[],
  bars: readonly { interval: string }[] = [],
  text = hourlyStrategy,
): Event[] {
  writeFileSync(file, text)
  const log: Event[] = []
  const topology = Topology.parse({
    run: 'two',
    feed: { kind: 'data-set', path: 'given-by-the-test' },
    bars,
    ...hourlyRun(file),
  })
  inMemoryRun(topology)(feedFacts(facts as Parameters<typeof feedFacts>[0], true), (event) => log.push({ ...event }))
  return log
}

describe('[T6] one market read in two timeframes', () => {
  const built = logOf(hourlyTrades(600), [{ interval: '1m' }, { interval: '1h' }])
  const wishes = wishesIn(built)

  test('is judged with the bar of the hour that ends with the bar of the minute', () => {
    expect(wishes.length).toBeGreaterThan(4)
    // At the full hour the newest trend is the last close of that hour, which is that of the minute too.
    expect(wishes[0]).toMatch(/^60 long .*"price.close":([\d.]+),"trend":\1/)
  })

  test('comes to the same wishes from bars that are told as from bars that are built', () => {
    // The end of the feed ends the last bars early, where they are built.
    const isWhole = (wish: string) => !wish.startsWith('599 ')
    expect(wishesIn(logOf(hourlyBars(600))).filter(isWhole)).toEqual(wishes.filter(isWhole))
  })

  test('comes to the same wishes beside an indicator that decides nothing', () => {
    const more = hourlyStrategy.replace('entry:', '  own: { ema: [3], of: price }\nentry:')
    const read = more.replace('price.close < trend', 'price.close < trend and own > 0 or own < 0')
    const log = logOf(hourlyTrades(600), [{ interval: '1m' }, { interval: '1h' }], read)
    const short = (wish: string) => wish.slice(0, wish.indexOf('{'))
    expect(wishesIn(log).map(short)).toEqual(wishes.map(short))
  })

  test.each([
    [1, 1],
    [2, 3],
    [3, 200],
    [4, 100_000],
  ])('comes to the same wishes when market data runs ahead (seed %i, up to %i bars)', (seed, most) => {
    writeFileSync(file, hourlyStrategy)
    const machine = new Machine(anyService(strategy))
    const said = runningAhead(built, seed, most).flatMap((event) =>
      (event.source === 'strategy' && event.cause !== null) || !machine.hears(event) ? [] : machine.step(event),
    )
    expect(wishesIn(said)).toEqual(wishes)
  })
})

/** What md says up to `most` bars ahead of what is answered to it: both in their own order, and nothing before what caused it. */
function runningAhead(log: readonly Event[], seed: number, most: number): Event[] {
  const random = seedRandom(seed)
  const bars = log.filter(({ topic }) => topic === 'md.bar')
  const ordered: Event[] = []
  let [told, next] = [0, 0]
  for (const event of log) {
    if (event.topic === 'md.bar') {
      if (told++ >= next) ordered.push(bars[next++] as Event)
      continue
    }
    const until = Math.min(bars.length, told + drawBelow(random, most + 1))
    while (told > 0 && next < until) ordered.push(bars[next++] as Event)
    ordered.push(event)
  }
  return ordered
}
