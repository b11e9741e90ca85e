import { expect, it } from 'vitest'
import { seedRandom } from '#lib/market/seeded-random.ts'
import { startBudget } from '#lib/time/request-budget.ts'
import { completeListing } from '#services/md/adapters/live/complete-listing.ts'
import { startSession } from '#services/md/adapters/live/session.ts'
import { startNormalizer } from '#services/md/adapters/normalize/normalizer.ts'
import type { RawRecord } from '#services/md/adapters/raw/raw-record.ts'
import { wires } from './made-market.ts'
import { sessionOf } from './session-of.ts'

it.each(wires)(
  '[MD-N6a] $name: what a session did not ask for is refused, and the frames alone tell the same',
  (wire) => {
    const of = sessionOf(wire, ['trades'])
    const records: RawRecord[] = []
    const session = startSession({
      ...of,
      budget: startBudget(of.venue.requestsPerMinute),
      random: seedRandom(1),
      stallMs: 1_000,
      onRecord: (record) => records.push(record),
    })
    const startMs = 1_700_000_000_000
    const at = startMs * 1_000
    const trade = (id: number) => wire.trade({ id, price: '50.00', size: '1', isSell: false, ms: startMs })
    const depth = wire.delta({
      ...{ first: 5, previous: 4, last: 9, ms: startMs },
      ...{ bids: [['7.00', '2']], asks: [] },
    })
    const bare = (text: string) => JSON.stringify(JSON.parse(text).data ?? { jsonrpc: '2.0' })
    const other = (text: string) =>
      text
        .replaceAll('BTCUSDT', 'ETHUSDT')
        .replaceAll('btcusdt', 'ethusdt')
        .replaceAll('BTC-PERPETUAL', 'ETH-PERPETUAL')
    // A book under the name of the trades that were asked for.
    const misnamed = depth.replace(/@depth@100ms|"channel":"book/, (name) =>
      name.startsWith('@') ? '@trade' : '"channel":"trades',
    )
    const frames = [trade(1), other(trade(1)), depth, other(depth), misnamed, bare(trade(2)), trade(2)]
    const facts = [
      { kind: 'start', at } as const,
      { kind: 'opened', at, socket: 1 } as const,
      ...frames.map((text, i) => ({ kind: 'frame', at: at + i, socket: 1, text }) as const),
    ].flatMap((input) => session(input).facts)
    const told = facts.flatMap(({ topic, payload }) =>
      topic === 'md.status' ? (payload.state === 'refused' ? [payload.code] : []) : [topic],
    )
    expect(told).toEqual(['md.instrument', 'md.tick', ...Array<string>(5).fill('bad_frame'), 'md.tick'])

    const again = startNormalizer({
      feed: of.venue.name,
      decoder: of.venue.openDecoder({ market: of.market, isOurs: true }),
      canWait: () => true,
      isOneSession: true,
      keepsPartialBars: false,
      listingOf: completeListing,
    })
    expect(records.flatMap((record) => again.read(record))).toEqual(facts)
  },
)
