import type { Statement } from '#schemas/event.ts'
import type { Report } from './gateway-order.ts'
import type { RealVenue } from './real-venue.ts'

/** What a desk works with. */
export type DeskOptions = {
  readonly venue: RealVenue
  /** How long after its timestamp the venue may take a submission. */
  readonly windowMs: number
  /** An order of which nothing is heard for so long is asked for. */
  readonly inFlightMs: number
  /** The machine's clock, milliseconds. */
  readonly nowMs: () => number
  /** Into the log, in this order. */
  readonly say: (
    statement: Statement<
      | Report['topic']
      | 'order.updated'
      | 'order.update_rejected'
      | 'order.adopted'
      | 'venue.reconciled'
      | 'venue.settled'
      | 'venue.paid'
      | 'system.alert'
    >,
  ) => void
}
