/**
 * What went over the wire between a recorder and an exchange, in order; `at` is when, in microseconds UTC by the recorder's clock. `frame`
 * and `sent` are WebSocket text, `answer` is the body of an HTTP answer, `resumed` what was told before this start.
 */
export type RawRecord =
  | { readonly kind: 'frame'; readonly at: number; readonly connection: string; readonly text: string }
  | {
      readonly kind: 'answer'
      readonly at: number
      readonly connection?: string
      readonly url: string
      readonly text: string
    }
  | { readonly kind: 'opened'; readonly at: number; readonly connection: string; readonly url: string }
  | { readonly kind: 'sent'; readonly at: number; readonly connection: string; readonly text: string }
  | {
      readonly kind: 'resumed'
      readonly at: number
      readonly connection: string
      readonly numbers: readonly NewestNumber[]
    }
  | { readonly kind: 'closed'; readonly at: number; readonly connection: string; readonly reason: string }

/** The newest number of a stream that is counted; `at` is the exchange's time of it, microseconds. */
export type NewestNumber = {
  readonly instrument: string
  readonly stream: 'trades' | 'depth'
  readonly number: number
  readonly at: number | null
}

/**
 * A record, and where it stands. `isTimed` false: its file does not tell when it was received, and `at` is 0; or the time that it tells cannot be
 * believed (`badTime` says why), and `at` is that of the record before.
 */
export type Placed = {
  readonly record: RawRecord
  readonly file: string
  readonly line: number
  readonly isTimed: boolean
  readonly badTime?: string
}
