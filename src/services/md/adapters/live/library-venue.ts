import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Venue } from '../normalize/decoder.ts'
import type { LiveWish } from './live-venue.ts'

/** A venue that a library listens to: it has sockets of its own, and tells text that the venue's decoder reads. */
export type LibraryVenue = Venue & {
  /** Throws a UserError where the library is not there, or cannot do what is wished. */
  openLibrary(wish: LiveWish, stallMs: number): Promise<LibrarySource>
}

export type LibrarySource = {
  /** What the decoder has to know before the first frame. Throws a UserError on a symbol that is not there. */
  listing(): Promise<string>
  readonly streams: readonly LibraryStream[]
  /** What a status says of an error. */
  codeOf(error: Error): PayloadOf<'md.status'>['code']
  /** Ends all connections: whoever waits is told, and may ask again. */
  restart(): Promise<void>
}

export type LibraryStream = {
  readonly name: string
  readonly url: string
  /** Something of it comes all the time: silence is a fault. */
  readonly isSteady: boolean
  /** The next frame. Rejects when the connection is in trouble; asked again, it connects again. */
  next(): Promise<string>
}
