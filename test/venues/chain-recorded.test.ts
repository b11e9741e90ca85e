import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { readEvents } from '#services/md/adapters/read-events.ts'
import { rebuild } from '#services/md/adapters/rebuild.ts'
import { recordMarket } from '#services/md/adapters/record-market.ts'
import { venueNamed } from '#services/md/adapters/venues.ts'
import { serveBox } from './box-server.ts'
import { type BoxOption, chainBox, tickerOf } from './chain-box.ts'
import type { BoxAct } from './exchange-box.ts'

it('[MD-R2] [MD-L12] a recording of a whole chain, with a new listing, an end and a cut, gives the events again, subscriptions too', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'chain-record-'))
  const option = (strike: number, endsAtMs = Date.UTC(2099, 11, 25, 8)): BoxOption => {
    return { name: `BTC-25DEC99-${strike}-C`, endsAtMs, bid: '0.01' }
  }
  const [today, other, fresh] = [option(10_000, Date.now() + 6_000), option(20_000), option(30_000)]
  const box = chainBox([today, other], () => Date.now())
  const acts: BoxAct[] = []
  const server = await serveBox({ ...box, step: () => [...acts.splice(0), ...box.step()] })
  const playing = setInterval(() => server.step(null), 5)
  const stopping = new AbortController()
  const recording = recordMarket({
    ...{ venueName: 'deribit', dir, keepsRaw: true, signal: stopping.signal },
    wish: { symbols: ['BTC-*'], streams: ['quotes'], wsUrl: server.wsUrl, restUrl: server.restUrl },
    ...{ onProgress: () => undefined, onStatus: () => undefined },
  })
  const isSubscribed = ({ name }: BoxOption) => box.subscribed().flat().includes(tickerOf(name))
  const until = async (isSo: () => boolean) => {
    for (let i = 0; i < 2_000 && !isSo(); i++) await sleep(5)
    expect(isSo()).toBe(true)
  }
  await until(() => isSubscribed(today) && isSubscribed(other))
  acts.push(...box.list(fresh))
  await until(() => isSubscribed(fresh))
  await until(() => !isSubscribed(today))
  acts.push(...box.cut(tickerOf(other.name)))
  await until(() => !isSubscribed(other))
  await until(() => isSubscribed(other) && isSubscribed(fresh))
  await sleep(100)
  stopping.abort()
  await recording
  clearInterval(playing)
  await server.close()
  const subscribed = [...readEvents(dir)].flatMap(({ topic, payload }) =>
    topic === 'md.status' && /^(un)?subscribed$/.test(payload.state) ? [payload.instruments?.length] : [],
  )
  expect(subscribed).toEqual([2, 1, 1, 2])
  const { venue, market } = venueNamed('deribit')
  const { events, difference } = rebuild(dir, venue, market, () => undefined)
  expect([difference, events > 100]).toEqual([null, true])
  rmSync(dir, { recursive: true })
}, 30_000)
