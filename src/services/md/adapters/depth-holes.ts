import type { PayloadOf } from '#schemas/catalogue.ts'

/** Updates of a book that nobody told, and no `md.gap` either: both ends included. */
export type DepthHole = { readonly instrument: string; readonly from: number; readonly to: number }

/** Follows the numbers of books as they were told. [MD-R3] */
export function followDepth() {
  const newest = new Map<string, number>()
  return {
    /** Nothing is known of what was before a start. */
    start: () => newest.clear(),

    /** Is said to be missing. */
    onGap(instrument: string, to: number): void {
      const last = newest.get(instrument)
      if (last !== undefined) newest.set(instrument, Math.max(last, to))
    },

    /** A snapshot begins anew; null where nothing is missing before a change. */
    onDepth(depth: PayloadOf<'md.depth'>): DepthHole | null {
      const { instrument, kind, firstSequence, lastSequence } = depth
      const last = newest.get(instrument)
      newest.set(instrument, lastSequence)
      const previous = depth.previousSequence ?? firstSequence - 1
      return kind === 'snapshot' || last === undefined || previous <= last
        ? null
        : { instrument, from: last + 1, to: previous }
    },
  }
}

export const holeText = ({ instrument, from, to }: DepthHole): string =>
  `the book of ${instrument} lacks the updates ${from} to ${to}, and no md.gap says so`
