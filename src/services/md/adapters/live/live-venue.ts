import type { Venue } from '../normalize/decoder.ts'

export const streamKinds = ['trades', 'quotes', 'depth', 'funding'] as const
/** What may be asked of a venue; `bar:1m` and other widths besides. */
export type StreamKind = (typeof streamKinds)[number] | `bar:${string}`

export type LiveWish = {
  readonly market: string | undefined
  /** The venue's own symbols. */
  readonly symbols: readonly string[]
  readonly streams: readonly StreamKind[]
  /** Where to go instead of the venue's own addresses. */
  readonly wsUrl?: string
  readonly restUrl?: string
}

/** `weight` is what it takes of the venue's budget of requests. */
export type Request = { readonly url: string; readonly weight: number }

/** One connection: where it goes, what is sent when it is open, and whose books it carries, by the instruments' ids. */
export type ConnectionPlan = {
  readonly name: string
  readonly url: string
  readonly subscribe: readonly string[]
  readonly books: ReadonlyMap<string, Resync>
}

/** How a book is fetched again: by a request beside the stream, or by messages that make the stream begin with a snapshot. */
export type Resync = { readonly request: Request } | { readonly send: readonly string[] }

/** A venue that can be listened to. All of it is text; sockets and waiting are elsewhere. */
export type LiveVenue = Venue & {
  readonly requestsPerMinute: number
  /** The header of an answer that says how much of the budget is used. */
  readonly usedHeader?: string
  /** The connection is replaced when it is so old: the venue ends it a little later. */
  readonly rolloverMs: number
  /** Requests for listings, in the form that the decoder reads. */
  listingRequests(wish: LiveWish): readonly Request[]
  connections(wish: LiveWish): readonly ConnectionPlan[]
  /** What a frame wants to be answered with, at once. */
  replyTo?(text: string): string | null
}
