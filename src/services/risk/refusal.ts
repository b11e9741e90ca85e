import type { Statement } from '#schemas/event.ts'
import type { Wish } from './account.ts'
import type { BrokenLimit } from './proposal.ts'

export const refusal = ({ intent, strategy, instrument }: Wish, broken: BrokenLimit): Statement<'risk.rejected'> => ({
  topic: 'risk.rejected',
  payload: { intent, strategy, instrument, ...broken },
})

/** What waits of a roll ends with the leg that may not go on: that has the code, the others `ROLL_REFUSED` with it. */
export const refuseLegs = (
  wishes: readonly Wish[],
  { instrument, ...broken }: BrokenLeg,
): Statement<'risk.rejected'>[] =>
  wishes.map((wish) =>
    wish.instrument === instrument
      ? refusal(wish, broken)
      : refusal(wish, { code: 'ROLL_REFUSED', value: broken.code }),
  )

export type BrokenLeg = BrokenLimit & { readonly instrument: string }
