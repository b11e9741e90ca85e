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

/**
 * One connection: where it goes, the streams that it carries (the venue's names of them), and whose books, by the instruments' ids. `greeting` is sent
 * when it is open; streams that are not in the address are subscribed to then.
 */
export type ConnectionPlan = {
  readonly name: string
  readonly url: string
  readonly streams: readonly string[]
  readonly areInUrl: boolean
  readonly greeting: readonly string[]
  readonly books: ReadonlyMap<string, Resync>
}

/** How a book is fetched again: by a request beside the stream, or by a subscription, with which the stream begins anew. */
export type Resync = { readonly request: Request } | { readonly stream: string }

/** What the venue answers to a message with an id. */
export type Reply = {
  readonly id: number
  /** Null where it was done. */
  readonly refused: { readonly reason: string; readonly waitMs: number | null } | null
  /** What is subscribed to, where the answer says it. */
  readonly streams: readonly string[] | null
}

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
  /** The stream that a frame is of; null where it says nothing of the market. */
  streamOf(text: string): string | null
  subscribe(id: number, streams: readonly string[]): string
  unsubscribe(id: number, streams: readonly string[]): string
  /** What a frame that is of no stream answers; null where it answers nothing. */
  replyIn(text: string): Reply | null
  /** What a frame wants to be answered with, at once. */
  replyTo?(text: string): string | null
}
