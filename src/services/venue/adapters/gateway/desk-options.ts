import type { venueTopics } from '#lib/domain/venue-report.ts'
import type { Statement } from '#schemas/event.ts'
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
  /** The tree's, which approvals expire by; null before it was told. Without it the machine's is. */
  readonly treeMs?: () => number | null
  /** Into the log, in this order. */
  readonly say: (
    statement: Statement<(typeof venueTopics)[number] | 'order.adopted' | 'venue.reconciled' | 'system.alert'>,
  ) => void
}
