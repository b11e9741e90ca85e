import type { StreamKind } from '#services/md/adapters/live/live-venue.ts'
import { liveVenueNamed } from '#services/md/adapters/venues.ts'
import type { Wire } from './made-market.ts'

/** An input to a session without its time, which who plays the session says. */
export type Timeless<T> = T extends unknown ? Omit<T, 'at'> : never

/** What a session with this exchange is of. */
export function sessionOf(wire: Wire, kinds: readonly StreamKind[]) {
  const { venue, market } = liveVenueNamed(wire.name)
  if (!('connections' in venue)) throw new Error('the venue has no sessions')
  const wish = { market, symbols: [wire.symbol], streams: kinds }
  const [first, ...others] = venue.connections(wish)
  if (first === undefined) throw new Error('the venue plans no connection')
  // USD-margined futures have two addresses: here one connection carries all.
  const streams = [first, ...others].flatMap((one) => one.streams)
  const url = first.areInUrl ? `${first.url.split('=')[0]}=${streams.join('/')}` : first.url
  const plan = { ...first, streams, url }
  return { venue, market, plan, listings: [{ url: venue.listingRequests(wish)[0]?.url ?? '', text: wire.listing }] }
}
