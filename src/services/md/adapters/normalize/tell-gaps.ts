import type { Hole } from '#lib/book/book-sync.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Tell } from './normalizer.ts'

type Numbered = { readonly instrument: string; readonly stream: string }
type HowClosed = NonNullable<PayloadOf<'md.gap'>['how']>

/** Tells what is missing in the numbers of a stream. */
export function tellGaps(tell: Tell) {
  const gap = (
    { instrument, stream }: Numbered,
    { from, to }: Hole,
    state: Pick<PayloadOf<'md.gap'>, 'state' | 'how'>,
  ) => tell({ topic: 'md.gap', payload: { instrument, stream, fromSequence: from, toSequence: to, ...state } })
  const opened = (of: Numbered, hole: Hole) => gap(of, hole, { state: 'opened' })
  const closed = (of: Numbered, hole: Hole, how: HowClosed) => gap(of, hole, { state: 'closed', how })
  return {
    opened,
    closed,
    /** Nothing of it will come. */
    lost(of: Numbered, hole: Hole): void {
      opened(of, hole)
      closed(of, hole, 'lost')
    },
  }
}
