import type { FeedStatus } from '../feed-status.ts'
import type { Listed } from '../import-plan.ts'
import type { Flag, NormalizerOptions, Tell } from './normalizer.ts'

type Options = Pick<NormalizerOptions, 'listingOf' | 'onListing'>

/** Tells each listing once, again with new terms or where it was delisted before. */
export function followListings(options: Options, tell: Tell, flag: Flag, status: (said: FeedStatus) => void) {
  /** As they were told; '' of what a venue whose list was read does not have: nothing of it is told. */
  const told = new Map<string, string>()
  let hasList = false
  return {
    isUnlisted: (instrument: string): boolean => hasList && told.get(instrument) === '',
    listing(listed: Listed): void {
      options.onListing?.(listed)
      const listing = options.listingOf?.(listed)
      if (listing === undefined) return
      const { instrument } = listed
      const terms = listing === null ? '' : JSON.stringify(listing)
      if (told.get(instrument) === terms) return
      told.set(instrument, terms)
      hasList ||= listing !== null
      if (listing !== null) tell({ topic: 'md.instrument', payload: listing })
      else
        flag('flagged', 'wrong_instrument', {
          instrument,
          reason: 'the venue does not list it, its steps are not known',
        })
    },
    delisted(instruments: readonly string[]): void {
      for (const instrument of instruments) told.delete(instrument)
      status({ state: 'delisted', instruments: [...instruments] })
    },
  }
}
