import { UserError } from '#lib/terminal/user-error.ts'
import { binance } from './binance/venue.ts'
import { deribit } from './deribit/venue.ts'
import type { Venue } from './normalize/decoder.ts'

/** Whose frames can be read. A new one is a folder here, and a line. */
export const venues: readonly Venue[] = [binance, deribit]

/** The venue that a user names, and the market of it. Throws a UserError on an unknown name. */
export function venueNamed(name: string): { readonly venue: Venue; readonly market: string | undefined } {
  const asked = name.trim().toLowerCase()
  const venue = venues.find((one) => one.isNamed(asked))
  if (venue !== undefined) return { venue, market: venue.marketOf?.(asked) }
  throw new UserError(`there is no venue ${JSON.stringify(name)}`, {
    hint: `there are ${venues.map((one) => one.name).join(', ')}`,
  })
}
