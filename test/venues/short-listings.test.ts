import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { forwardMicros } from '#lib/time/forward-clock.ts'
import { liveFeed } from '#services/md/adapters/live/live-feed.ts'
import { liveVenueNamed } from '#services/md/adapters/venues.ts'
import { serveBox } from './box-server.ts'
import { chainBox, tickerOf } from './chain-box.ts'
import { stepUntil } from './step-until.ts'

const names = Array.from({ length: 20 }, (_, i) => `BTC-25DEC99-${10_000 + i}-C`)
const boxOf = (some: readonly string[]) =>
  chainBox(
    some.map((name) => ({ name, endsAtMs: Date.UTC(2099, 11, 25, 8), bid: '0.5', ask: '0.6' })),
    () => Date.now(),
  )
const whole = boxOf(names).asked('get_instruments')
const half = boxOf(names.slice(0, 10)).asked('get_instruments')
const empty = { status: 200, text: '{"jsonrpc":"2.0","result":[]}' }

/** Listens to all options; the lists are answered one after the other, the last again and again. */
async function listenTo(lists: readonly (typeof empty)[], asks: { listingsMs: number; nothingMs?: number }) {
  const box = boxOf(names)
  let asked = 0
  const server = await serveBox({
    ...box,
    asked: (url) =>
      url.includes('get_instruments') ? (lists[Math.min(asked++, lists.length - 1)] as typeof empty) : box.asked(url),
  })
  const { venue, market } = liveVenueNamed('deribit')
  const stopping = new AbortController()
  const facts: MarketFact[] = []
  const feed = liveFeed({
    ...{ venue, epoch: 1, signal: stopping.signal, stallMs: 60_000, ...asks },
    clock: forwardMicros(),
    wish: { market, symbols: ['BTC-*'], streams: ['quotes'], wsUrl: server.wsUrl, restUrl: server.restUrl },
  })
  const listening = (async () => {
    for await (const batch of feed) facts.push(...batch)
  })()
  const said = (code: string) =>
    facts.flatMap(({ topic, payload }) =>
      topic === 'md.status' && (payload.code ?? payload.state) === code ? [payload] : [],
    )
  return {
    said,
    asked: () => asked,
    isHeard: (some: readonly string[]) => {
      const channels = box.subscribed().flat()
      return names.every((name) => channels.includes(tickerOf(name)) === some.includes(name))
    },
    until: (isSo: () => boolean) => stepUntil(server, isSo),
    async close() {
      stopping.abort()
      await listening
      await server.close()
    },
  }
}

describe('[MD-L1] a list that is much shorter than the one before', () => {
  it.each([
    ['empty', [whole, empty, whole]],
    ['half of it', [whole, half, whole]],
    ['empty, then half of it', [whole, empty, half, whole]],
  ])(
    'once (%s) ends nothing: it is asked for again',
    async (_, lists) => {
      const heard = await listenTo(lists, { listingsMs: 1_500 })
      await heard.until(() => heard.isHeard(names))
      await heard.until(() => heard.asked() >= lists.length)
      await sleep(50)
      expect(heard.isHeard(names)).toBe(true)
      expect([heard.said('delisted'), heard.said('not_subscribed'), heard.said('disconnected')]).toEqual([[], [], []])
      expect(heard.said('http_error').map(({ reason }) => reason?.replace(/^.*: /, ''))).toEqual(
        lists
          .slice(1, -1)
          .map(({ text }) => `the list has ${text.length} characters, the one before had ${whole.text.length}`),
      )
      await heard.close()
    },
    20_000,
  )

  it('is believed when it comes again', async () => {
    const heard = await listenTo([whole, half], { listingsMs: 1_500 })
    await heard.until(() => heard.isHeard(names))
    await heard.until(() => heard.isHeard(names.slice(0, 10)))
    await heard.until(() => heard.said('delisted').length > 0)
    expect(heard.said('delisted').map(({ instruments }) => instruments?.length)).toEqual([10])
    expect(heard.said('http_error')).toHaveLength(1)
    await heard.close()
  }, 20_000)
})

it('[MD-L11] where nothing is listed that is wished for, the list is asked for again after a minute', async () => {
  const heard = await listenTo([empty, whole], { listingsMs: 3_600_000, nothingMs: 1_000 })
  await heard.until(() => heard.isHeard(names))
  expect([heard.asked(), heard.said('not_subscribed').length]).toEqual([2, 1])
  await heard.close()
}, 20_000)
