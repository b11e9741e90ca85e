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
  /** Those of its streams that say that what is listed has changed; nothing may come of them for days. */
  readonly news?: readonly string[]
}

/** What symbols stand for at a time, by the venue's lists, and when the first of them ends (microseconds; infinite where none does). */
export type SymbolsNow = { readonly symbols: readonly string[]; readonly firstEnd: number }

/** Where a symbol may stand for all that is listed of a kind. Each connection carries some of what it stands for. */
export type ListedWishes = {
  /** Throws a UserError on what is no symbol. */
  symbolsNow(wish: LiveWish, listings: readonly Answer[], now: number): SymbolsNow
  /** How many symbols a connection carries at most. */
  symbolsMost(wish: LiveWish): number
  plan(wish: LiveWish, symbols: readonly string[], number: number): ConnectionPlan
}

/** What the venue answered to a request. */
export type Answer = { readonly url: string; readonly text: string }

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
  /** Of named symbols. */
  connections(wish: LiveWish): readonly ConnectionPlan[]
  readonly listed?: ListedWishes
  /** So many streams are subscribed to with one request. */
  readonly streamsPerRequest?: number
  /** The stream that a frame is of; null where it says nothing of the market. */
  streamOf(text: string): string | null
  subscribe(id: number, streams: readonly string[]): string
  unsubscribe(id: number, streams: readonly string[]): string
  /** What a frame that is of no stream answers; null where it answers nothing. */
  replyIn(text: string): Reply | null
  /** What a frame wants to be answered with, at once. */
  replyTo?(text: string): string | null
}
