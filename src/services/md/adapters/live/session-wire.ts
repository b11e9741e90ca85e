import type { MarketFact } from '#lib/market/market-fact.ts'
import type { SeededRandom } from '#lib/market/seeded-random.ts'
import type { Answered } from '#lib/time/honour-limit.ts'
import type { RequestBudget } from '#lib/time/request-budget.ts'
import type { NewestNumber, RawRecord } from '../raw/raw-record.ts'
import type { Answer, ConnectionPlan, LiveVenue } from './live-venue.ts'

export type SessionOptions = {
  readonly venue: LiveVenue
  readonly market: string | undefined
  readonly plan: ConnectionPlan
  /** Answers of the listing requests, which the decoder has to know. */
  readonly listings: readonly Answer[]
  /** What was told before this start. */
  readonly told?: readonly NewestNumber[]
  readonly budget: RequestBudget
  readonly random: SeededRandom
  /** Without a sign of life for so long, or without anything of the market for six times as long, the connection is given up. */
  readonly stallMs: number
  readonly onRecord?: (record: RawRecord) => void
}

/** What a session wants done. Sockets are numbered: during a rollover there are two. */
export type SessionAct =
  | { readonly kind: 'connect'; readonly socket: number; readonly url: string }
  | { readonly kind: 'send'; readonly socket: number; readonly text: string }
  | { readonly kind: 'ping'; readonly socket: number }
  | { readonly kind: 'close'; readonly socket: number }
  | { readonly kind: 'get'; readonly id: number; readonly url: string }
  /** What is listed has changed. */
  | { readonly kind: 'relist' }

/** What happened; `at` in microseconds UTC. `alive` is a ping or pong of the other side. */
export type SessionInput =
  | { readonly kind: 'start' | 'tick' | 'stop'; readonly at: number }
  | { readonly kind: 'opened' | 'alive'; readonly at: number; readonly socket: number }
  | { readonly kind: 'frame'; readonly at: number; readonly socket: number; readonly text: string }
  | {
      readonly kind: 'closed'
      readonly at: number
      readonly socket: number
      readonly reason: string
      /** What the handshake was answered with, where it was refused. */
      readonly refused?: Answered
    }
  | { readonly kind: 'listed'; readonly at: number; readonly listings: readonly Answer[] }
  /** Its streams are others from now on. */
  | { readonly kind: 'planned'; readonly at: number; readonly plan: ConnectionPlan }
  | ({ readonly kind: 'answered'; readonly at: number; readonly id: number } & HttpOutcome)

/** `status` 0: no answer came, `text` says why. */
export type HttpOutcome = Answered & { readonly text: string; readonly usedWeight: number | null }

export type SessionStep = {
  readonly facts: readonly MarketFact[]
  readonly acts: readonly SessionAct[]
  /** When a `tick` is due, microseconds UTC. */
  readonly wakeAt: number
}
