import { UserError } from '#lib/terminal/user-error.ts'
import { liveBinance } from './binance/live.ts'
import { liveCcxt } from './ccxt/live.ts'
import { liveDeribit } from './deribit/live.ts'
import { independentReserve } from './independent-reserve/venue.ts'
import type { LibraryVenue } from './live/library-venue.ts'
import type { LiveVenue } from './live/live-venue.ts'
import type { Venue } from './normalize/decoder.ts'

/** Whose frames can be read. A new one is a folder here, a line, and its names below. */
const venues: readonly Venue[] = [liveBinance, liveDeribit, independentReserve, liveCcxt]

/** What a user may name, for a person: what can be listened to, and whatever recordings are read of. */
export const liveVenueNames = 'binance, binance-usdm, binance-cm, binance-us, deribit, ccxt-<exchange>'
export const venueNames = `${liveVenueNames}, independent-reserve`

/** The venue that a user names, and the market of it. Throws a UserError on an unknown name. */
export function venueNamed(name: string): { readonly venue: Venue; readonly market: string | undefined } {
  const asked = name.trim().toLowerCase()
  const venue = venues.find((one) => one.isNamed(asked))
  if (venue !== undefined) return { venue, market: venue.marketOf?.(asked) }
  throw new UserError(`there is no venue ${JSON.stringify(name)}`, {
    hint: `there are ${venueNames}`,
  })
}

/** The same, of those that can be listened to. */
export function liveVenueNamed(name: string): {
  readonly venue: LiveVenue | LibraryVenue
  readonly market: string | undefined
} {
  const { venue, market } = venueNamed(name)
  if ('connections' in venue || 'openLibrary' in venue) return { venue: venue as LiveVenue | LibraryVenue, market }
  throw new UserError(`${venue.name} can be read from recordings only`, {
    hint: `those that can be listened to are ${liveVenueNames}`,
  })
}
