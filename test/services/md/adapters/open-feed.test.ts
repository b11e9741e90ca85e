import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { catalogue } from '#schemas/catalogue.ts'
import type { Fact } from '#schemas/event.ts'
import { FeedConfig } from '#services/md/adapters/feed-config.ts'
import { generateMarketData } from '#services/md/adapters/generate-market-data.ts'
import { type FeedStart, openFeed } from '#services/md/adapters/open-feed.ts'

const root = mkdtempSync(join(tmpdir(), 'feed-'))
afterAll(() => rmSync(root, { recursive: true }))

const startAt = Date.UTC(2020, 0, 1) * 1000
const minute = 60_000_000
const path = join(root, 'set')
generateMarketData(path, { seed: 7, startAt, kind: 'bars', bars: 5000, interval: '1m' }, () => undefined)

const config = (feed: object) => FeedConfig.parse(feed)
const recorded = (more: object = {}) => config({ kind: 'data-set', path, speed: 'max', ...more })
const seeded = (more: object = {}) => config({ kind: 'seeded', seed: 3, ...more })

async function factsOf(feed: FeedConfig, mark: FeedStart['mark'] = null, most = Number.POSITIVE_INFINITY) {
  const facts: Fact[] = []
  for await (const batch of await openFeed(feed, { mark, now: startAt + 5 })) {
    facts.push(...batch)
    if (facts.length >= most) break
  }
  return facts
}
const states = (facts: readonly Fact[]) =>
  facts.filter(({ topic }) => topic === 'md.status').map(({ payload }) => (payload as { state: string }).state)

describe('a data set as a feed', () => {
  it('[MD-I12] starts, says all of it and ends, in one epoch, n without a hole', async () => {
    const facts = await factsOf(recorded())
    expect(facts).toHaveLength(5003)
    expect(facts.every(({ epoch, n }, i) => epoch === 1 && n === i)).toBe(true)
    for (const { topic, payload } of facts) catalogue[topic].schema.parse(payload)
    expect(facts[0]).toMatchObject({ at: startAt, payload: { feed: 'dataset', state: 'started', isSimulated: true } })
    expect(facts.at(-1)).toMatchObject({ at: startAt + 5000 * minute, payload: { state: 'ended' } })
  })

  it('[MD-I12] goes on right behind any mark, and says nothing behind its end', async () => {
    const selection = { from: startAt + 10 * minute, to: startAt + 600 * minute, instruments: ['ACME.SIM'] }
    for (const feed of [recorded(), recorded(selection)]) {
      const all = await factsOf(feed)
      for (const n of [0, 1, 2, 500, all.length - 3, all.length - 2, all.length - 1])
        expect(await factsOf(feed, { epoch: 1, n })).toEqual(all.slice(n + 1))
    }
  })

  it('[MD-I12] selects by time, with the listings from before at the time of the first fact', async () => {
    const facts = await factsOf(recorded({ from: startAt + 10 * minute, to: startAt + 12 * minute }))
    expect(facts.map(({ topic, at }) => [topic, (at - startAt) / minute])).toEqual([
      ['md.status', 10],
      ['md.instrument', 10],
      ['md.bar', 10],
      ['md.bar', 11],
      ['md.status', 11],
    ])
  })

  it('is refused in the log of a live feed, and where an instrument is not in it', async () => {
    const open = (feed: FeedConfig, epoch: number) => openFeed(feed, { mark: { epoch, n: 9 }, now: 0 })
    await expect(open(recorded(), 2)).rejects.toThrow('a live feed, which has started 2 times')
    await expect(open(recorded({ instruments: ['NONE.SIM'] }), 1)).rejects.toMatchObject({
      name: 'UserError',
      message: 'holds no NONE.SIM',
      file: path,
    })
  })
})

describe('the seeded market as a feed', () => {
  it('is live: every start is a new epoch that begins now', async () => {
    const first = await factsOf(seeded(), null, 3)
    const second = await factsOf(seeded(), { epoch: 4, n: 99 }, 3)
    expect(first[0]).toMatchObject({ epoch: 1, n: 0, at: startAt + 5, payload: { state: 'started' } })
    expect(second[0]).toMatchObject({ epoch: 5, n: 0, at: startAt + 5, payload: { state: 'started' } })
    expect(second.map(({ n }) => n)).toEqual(second.map((_, i) => i))
  })

  it('[MD-I13] with a start or a speed it is a recording: it goes on behind the mark, and ends', async () => {
    for (const feed of [
      seeded({ speed: 'max', until: startAt + 20_000_000 }),
      seeded({ startAt, speed: 'max', until: startAt + 20_000_000 }),
    ]) {
      const all = await factsOf(feed)
      expect(states(all)).toEqual(['started', 'ended'])
      expect(all.every(({ at, epoch, n }, i) => at < startAt + 20_000_000 && epoch === 1 && n === i)).toBe(true)
      expect(all.length).toBeGreaterThan(200)
      for (const n of [0, 1, 100, all.length - 2, all.length - 1])
        expect(await factsOf(feed, { epoch: 1, n })).toEqual(all.slice(n + 1))
    }
  })
})
