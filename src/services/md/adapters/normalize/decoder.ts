import type { SyncRule } from '#lib/book/book-sync.ts'
import type { MarketTopic } from '#lib/market/market-fact.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import type { Listed } from '../import-plan.ts'
import type { RawRecord } from '../raw/raw-record.ts'

export type Trade = Extract<PayloadOf<'md.tick'>, { kind: 'trade' }>
export type Quote = Extract<PayloadOf<'md.tick'>, { kind: 'quote' }>
export type Depth = PayloadOf<'md.depth'>

/** Takes what a venue's frame says; sequences are checked behind it. */
export type Sink = {
  /** What has no sequence. */
  say(statement: Statement<MarketTopic>): void
  /** `number` is one more than that of the trade before on this stream; null where the venue does not count. `isOfMarket` false: only counted. */
  trade(trade: Trade, stream: string, number: number | null, isOfMarket?: boolean): void
  /** `sequence` of a quote never goes back. */
  quote(quote: Quote, stream: string): void
  /** A delta holds all updates of (previousSequence, lastSequence], or of [firstSequence, lastSequence] where it has no previous. */
  depth(depth: Depth, stream: string): void
  listing(listed: Listed): void
  /** A later list of the venue does not have them, though they have not ended. */
  delisted(instruments: readonly string[]): void
  /** The venue says that quotes of these come over this connection from now on, or do not come any more; their listings were told before. */
  subscribed(instruments: readonly string[], isSo: boolean): void
  /** What is not made into events, in a few words. */
  leaveOut(reason: string): void
  /** The venue answers that something is wrong. */
  trouble(reason: string): void
}

/**
 * Reads one session of a venue, record by record. Throws a LineFault on what cannot be read. A record is told whole or not at all: all of it is
 * read before the first of it is said (a listing may come before).
 */
export type Decoder = {
  readonly rule: SyncRule
  read(record: RawRecord, sink: Sink): void
}

export type DecoderOptions = {
  readonly market?: string
  /** All that is read is of one session of ours: frames of what it did not ask for are not read. */
  readonly isOurs?: boolean
}

/** A venue as far as recordings go; docs/adapters.md tells how to write one. */
export type Venue = {
  readonly name: string
  /** Is it what a user means by this name, in lower case? */
  isNamed(name: string): boolean
  /** The one of its markets that a name means. */
  marketOf?(name: string): string | undefined
  /** The one that a recording is of. */
  marketIn?(records: Iterable<RawRecord>): string
  openDecoder(options: DecoderOptions): Decoder
}
