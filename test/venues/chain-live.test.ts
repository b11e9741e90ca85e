import { describe, expect, it } from 'vitest'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { forwardMicros } from '#lib/time/forward-clock.ts'
import { catalogue, type PayloadOf } from '#schemas/catalogue.ts'
import { liveFeed } from '#services/md/adapters/live/live-feed.ts'
import type { StreamKind } from '#services/md/adapters/live/live-venue.ts'
import { shareSymbols } from '#services/md/adapters/live/share-symbols.ts'
import { liveVenueNamed } from '#services/md/adapters/venues.ts'
import { startChain } from '#services/md/chain.ts'
import { chainAt, foldChains } from '#services/md/chains.ts'
import { serveBox } from './box-server.ts'
import { type BoxOption, chainBox, tickerOf } from './chain-box.ts'
import type { BoxAct } from './exchange-box.ts'
import { stepUntil } from './step-until.ts'

type Contract = PayloadOf<'md.option.chain.snapshot'>['contracts'][number]

const farAway = Date.UTC(2099, 11, 25, 8)
const option = (strike: number, more: Partial<BoxOption> = {}): BoxOption => ({
  ...{ name: `BTC-25DEC99-${strike}-C`, endsAtMs: farAway },
  ...more,
})
const idOf = (name: string): string => `${name}.DERIBIT`

/** Listens to a box with that wish, and keeps the chain of what is told. */
async function listenTo(
  box: ReturnType<typeof chainBox>,
  symbols: readonly string[],
  streams: StreamKind[] = ['quotes'],
) {
  const acts: BoxAct[] = []
  const server = await serveBox({ ...box, step: () => [...acts.splice(0), ...box.step()] })
  const { venue, market } = liveVenueNamed('deribit')
  const stopping = new AbortController()
  const facts: MarketFact[] = []
  const chain = startChain({ underlying: 'BTC_USD.DERIBIT' })
  const feed = liveFeed({
    ...{ venue, epoch: 1, clock: forwardMicros(), signal: stopping.signal, stallMs: 2_000 },
    wish: { market, symbols, streams, wsUrl: server.wsUrl, restUrl: server.restUrl },
  })
  const listening = (async () => {
    for await (const batch of feed)
      for (const fact of batch) {
        catalogue[fact.topic].schema.parse(fact.payload)
        facts.push(fact)
        if (fact.topic === 'md.option.tick' || fact.topic === 'md.instrument' || fact.topic === 'md.status')
          foldChains([chain], fact as MarketFact<'md.status'>, () => Number.POSITIVE_INFINITY)
      }
  })()
  const contracts = (): ReadonlyMap<string, Contract> =>
    new Map(chainAt(chain, Date.now() * 1_000).contracts.map((one) => [one.instrument, one]))
  return {
    facts,
    contracts,
    /** What the box does beside its steps. */
    does: (more: readonly BoxAct[]) => acts.push(...more),
    until: (isSo: () => boolean) => stepUntil(server, isSo),
    async close() {
      stopping.abort()
      await listening
      await server.close()
    },
  }
}

describe('[MD-L11] a wish for all options of an underlying', () => {
  it('subscribes to all that is listed, spread over connections within what the exchange lets them have; none is unheard', async () => {
    const many = Array.from({ length: 1_200 }, (_, i) =>
      option(10_000 + i, i % 3 === 0 ? {} : i % 3 === 1 ? { bid: '0.0125' } : { bid: '0.0125', ask: '0.0130' }),
    )
    const box = chainBox(many, () => Date.now())
    const heard = await listenTo(box, ['BTC-*', 'BTC-PERPETUAL'])
    const tickers = () => box.subscribed().flatMap((channels) => channels.filter((one) => one.startsWith('ticker.')))
    await heard.until(() => tickers().length === 1_201)
    const quoted = () => [...heard.contracts().values()].filter(({ bid }) => bid === '0.0125').length
    await heard.until(() => quoted() === 800 && [...heard.contracts().values()].every(({ isUnheard }) => !isUnheard))
    expect(new Set(tickers()).size).toBe(1_201)
    expect(box.subscribed()).toHaveLength(3)
    expect([heard.contracts().size, box.refused]).toEqual([1_200, []])
    const [none, one, both] = many.map(({ name }) => heard.contracts().get(idOf(name)))
    expect([none?.bid, none?.ask, one?.bid, one?.ask, both?.bid, both?.ask]).toEqual([
      ...[null, null, '0.0125', null],
      ...['0.0125', '0.0130'],
    ])
    await heard.close()
  }, 30_000)

  it('takes in what is listed while it runs, and gives up what has ended, also within the day', async () => {
    const today = option(20_000, { bid: '0.5', endsAtMs: Date.now() + 6_000 })
    const box = chainBox([today, option(30_000, { bid: '0.1' })], () => Date.now())
    const heard = await listenTo(box, ['BTC-*'])
    await heard.until(() => heard.contracts().get(idOf(today.name))?.bid === '0.5')
    const fresh = option(40_000, { ask: '0.2' })
    heard.does(box.list(fresh))
    await heard.until(() => heard.contracts().get(idOf(fresh.name))?.ask === '0.2')
    expect(heard.contracts().size).toBe(3)
    await heard.until(() => !box.subscribed().flat().includes(tickerOf(today.name)))
    expect(Date.now()).toBeGreaterThanOrEqual(today.endsAtMs)
    expect([...heard.contracts().keys()]).toEqual(['BTC-25DEC99-30000-C', fresh.name].map(idOf))
    const codes = heard.facts.flatMap(({ topic, payload }) =>
      topic === 'md.status' && payload.code !== undefined ? [payload.code] : [],
    )
    expect(codes).toEqual([])
    await heard.close()
  }, 30_000)

  it('says that nothing is asked for any more over a connection that it gives up', async () => {
    const only = option(20_000, { bid: '0.5', endsAtMs: Date.now() + 3_000 })
    const heard = await listenTo(
      chainBox([only], () => Date.now()),
      ['BTC-*'],
    )
    const states = () =>
      heard.facts.flatMap(({ topic, payload }) =>
        topic === 'md.status' && ['connected', 'disconnected', 'unsubscribed'].includes(payload.state) ? [payload] : [],
      )
    await heard.until(() => states().some(({ state, instruments }) => state === 'unsubscribed' && !instruments))
    const [opened, closed, over] = [states()[0], states().at(-2), states().at(-1)]
    expect([opened?.state, closed?.state, over?.state]).toEqual(['connected', 'disconnected', 'unsubscribed'])
    expect(opened?.connection).toBe(`${over?.connection}.1`)
    await heard.close()
  }, 30_000)

  it('a connection that is cut makes its own contracts old, and is subscribed to all of them again', async () => {
    const many = Array.from({ length: 600 }, (_, i) => option(10_000 + i, { bid: '0.01' }))
    const box = chainBox(many, () => Date.now())
    const heard = await listenTo(box, ['BTC-*'])
    const marks = () => [...heard.contracts().values()].filter(({ isStale }) => isStale).length
    await heard.until(() => heard.contracts().size === 600 && [...heard.contracts().values()].every(({ bid }) => bid))
    const [first = '', last = ''] = [many[0], many.at(-1)].map((one) => one?.name)
    const ofFirst = box.subscribed().find((channels) => channels.includes(tickerOf(first)))?.length ?? 0
    // One of its channels says what is listed.
    const own = ofFirst - 1
    let most = 0
    heard.does(box.cut(tickerOf(first)))
    await heard.until(() => {
      most = Math.max(most, marks())
      return most > 0
    })
    expect([most, heard.contracts().get(idOf(last))?.isStale]).toEqual([own, undefined])
    await heard.until(() => marks() === 0)
    expect(
      box
        .subscribed()
        .flat()
        .filter((one) => one.startsWith('ticker.')),
    ).toHaveLength(600)
    await heard.close()
  }, 30_000)

  it('[MD-C3] what is taken off the list before its end is given up and leaves the chain, until it is listed again', async () => {
    const [kept, gone] = [option(10_000, { bid: '0.01' }), option(20_000, { bid: '0.02' })]
    const box = chainBox([kept, gone], () => Date.now())
    const heard = await listenTo(box, ['BTC-*'])
    const now = ({ name }: BoxOption) => heard.contracts().get(idOf(name))
    await heard.until(() => now(gone)?.bid === '0.02')
    heard.does(box.unlist(gone.name))
    await heard.until(() => !box.subscribed().flat().includes(tickerOf(gone.name)))
    expect([now(gone), now(kept)?.bid, now(kept)?.isUnheard]).toEqual([undefined, '0.01', undefined])
    heard.does(box.list(gone))
    await heard.until(() => now(gone)?.bid === '0.02' && now(gone)?.isUnheard === undefined)
    await heard.close()
  }, 30_000)

  it('options that are named one by one leave the others of the chain unheard', async () => {
    const [named, other] = [option(10_000, { bid: '0.01' }), option(20_000, { bid: '0.02' })]
    const heard = await listenTo(
      chainBox([named, other], () => Date.now()),
      [named.name],
    )
    await heard.until(() => heard.contracts().get(idOf(named.name))?.bid === '0.01')
    const marks = [named, other].map(({ name }) => heard.contracts().get(idOf(name))?.isUnheard)
    expect(marks).toEqual([undefined, true])
    await heard.close()
  })
})

it('[MD-L11] symbols stay on their connection, fill up where others ended, and a connection without any is given up', () => {
  const share = shareSymbols(3)
  const shown = (wanted: string) => share([...wanted]).map(({ number, symbols }) => `${number}${symbols.join('')}`)
  expect(shown('abcdefg')).toEqual(['1abc', '2def', '3g'])
  expect(shown('acdefgx')).toEqual(['1acx', '2def', '3g'])
  expect(shown('acxg')).toEqual(['1acx', '3g'])
  expect(shown('acxghij')).toEqual(['1acx', '3ghi', '4j'])
})
