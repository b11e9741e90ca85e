import type { LockstepService } from './lockstep.ts'
import type { LogPort, LogState } from './log-port.ts'

export type RouterOptions = {
  readonly log: LogPort
  readonly state: LogState
  /** The secret of an identity; null where there is none. */
  readonly secretOf: (identity: string) => string | null
  /** Whether an identity may read a topic; null asks for all of them. */
  readonly mayRead: (identity: string, topic: string | null) => boolean
  readonly lockstep: { readonly startsAt: number; readonly services: readonly LockstepService[] } | null
  /** A feed has said that it ended, as far as the log goes. */
  readonly isEnded: boolean
  readonly heartbeatMs: number
  /** A supervisor runs it, and every service with it. */
  readonly isOfTree: boolean
  /** Wall clock, microseconds UTC. */
  readonly now: () => number
  /** The log is lost, or broke its promise: the router ends, and begins again. */
  readonly fail: (error: unknown) => void
  readonly say: (message: string) => void
  /** Whatever is refused, to the operator. */
  readonly sayRefusal: (message: string) => void
}
