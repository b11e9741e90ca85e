import type { MarketFact } from '#lib/market/market-fact.ts'

/** What a session wants done. Sockets are numbered: during a rollover there are two. */
export type SessionAct =
  | { readonly kind: 'connect'; readonly socket: number; readonly url: string }
  | { readonly kind: 'send'; readonly socket: number; readonly text: string }
  | { readonly kind: 'ping'; readonly socket: number }
  | { readonly kind: 'close'; readonly socket: number }
  | { readonly kind: 'get'; readonly id: number; readonly url: string }

/** What happened; `at` in microseconds UTC. `alive` is a ping or pong of the other side. */
export type SessionInput =
  | { readonly kind: 'start' | 'tick' | 'stop'; readonly at: number }
  | { readonly kind: 'opened' | 'alive'; readonly at: number; readonly socket: number }
  | { readonly kind: 'frame'; readonly at: number; readonly socket: number; readonly text: string }
  | { readonly kind: 'closed'; readonly at: number; readonly socket: number; readonly reason: string }
  | ({ readonly kind: 'answered'; readonly at: number; readonly id: number } & HttpOutcome)

/** `status` 0: no answer came, `text` says why. */
export type HttpOutcome = {
  readonly status: number
  readonly text: string
  readonly retryAfterMs: number | null
  readonly usedWeight: number | null
}

export type SessionStep = {
  readonly facts: readonly MarketFact[]
  readonly acts: readonly SessionAct[]
  /** When a `tick` is due, microseconds UTC. */
  readonly wakeAt: number
}
