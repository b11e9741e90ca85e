import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { seedRandom } from '#lib/market/seeded-random.ts'
import { forwardMicros } from '#lib/time/forward-clock.ts'
import { liveFeed } from '#services/md/adapters/live/live-feed.ts'
import { liveVenueNamed } from '#services/md/adapters/venues.ts'
import { serveBox } from './box-server.ts'
import { exchangeBox } from './exchange-box.ts'
import { madeMarket, type Wire, wires } from './made-market.ts'

describe('[MD-L1] listings', () => {
  it.each(wires)(
    '$name: what cannot be read is asked for again, and new terms are told when they are there',
    async (wire: Wire) => {
      const box = exchangeBox(wire, madeMarket(wire, seedRandom(2), Date.now()), () => Date.now())
      let asked = 0
      const listing = () => {
        asked++
        if (asked === 1) return wire.listing.slice(0, wire.listing.length / 2)
        return asked < 4
          ? wire.listing
          : wire.listing.replace(/"0\.01000000"|:0\.01,/, (step) => step.replace('0.01', '0.02'))
      }
      const asks = box.asked
      const isListing = (url: string) => url.startsWith(wire.listingPath)
      const server = await serveBox({
        ...box,
        asked: (url) => (isListing(url) ? { status: 200, text: listing() } : asks(url)),
      })
      const { venue, market } = liveVenueNamed(wire.name)
      const stopping = new AbortController()
      const facts: MarketFact[] = []
      const wish = { market, symbols: [wire.symbol], streams: ['trades' as const] }
      const feed = liveFeed({
        ...{ venue, wish: { ...wish, wsUrl: server.wsUrl, restUrl: server.restUrl }, epoch: 1 },
        ...{ clock: forwardMicros(), signal: stopping.signal, listingsMs: 100 },
      })
      const listening = (async () => {
        for await (const batch of feed) facts.push(...batch)
      })()
      const steps = () => facts.flatMap(({ topic, payload }) => (topic === 'md.instrument' ? [payload.tickSize] : []))
      for (let i = 0; i < 1_500 && steps().length < 2; i++) {
        await sleep(5)
        if (server.connections() > 0) server.step(null)
      }
      await sleep(250)
      stopping.abort()
      await listening
      await server.close()
      expect(steps()).toEqual(['0.01', '0.02'])
      expect(asked).toBeGreaterThanOrEqual(4)
      const faults = facts.flatMap(({ topic, payload }) =>
        topic === 'md.status' && payload.code === 'http_error' ? [payload.reason] : [],
      )
      expect(faults).toHaveLength(1)
    },
  )

  it.each([
    [
      ['BTC-PERPETUAL', 'BTC-30JUL21-24000-P', 'ETH-PERPETUAL'],
      ['BTC', 'ETH'],
    ],
    // What is settled in USDC is listed under USDC, whatever the coin.
    [
      ['BTC_USDC-PERPETUAL', 'SOL_USDC-26DEC25-200-C', 'BTC-PERPETUAL'],
      ['USDC', 'BTC'],
    ],
    // A pair of coins is settled in nothing.
    [['BTC_USDC', 'BTC-PERPETUAL'], ['any']],
  ])('of Deribit are asked for under what contracts are settled in: %j', (symbols, currencies) => {
    const { venue } = liveVenueNamed('deribit')
    if (!('connections' in venue)) throw new Error('the venue has no sessions')
    const urls = venue
      .listingRequests({ market: undefined, symbols, streams: ['trades'] })
      .map(({ url }) => new URL(url))
    expect(urls.map(({ searchParams }) => searchParams.get('currency'))).toEqual(currencies)
  })
})
