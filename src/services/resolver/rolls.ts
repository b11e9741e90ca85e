import type { HeldLeg } from './known-market.ts'

/** Rolls that are due and those that were said; plain JSON. Keys are `roleKey`s. [S15] */
export type Rolls = {
  /** Roles whose options have come too near to their expiry, and since when they wait for prices of the day. */
  due: readonly { readonly key: string; readonly since: number }[]
  /** The day of the newest roll, and of the newest refusal of one. */
  readonly rolledOn: { [key: string]: number }
  readonly refusedOn: { [key: string]: number }
  /** What was held before the newest roll of a role, until its next wish: from then on no refusal undoes it. */
  readonly before: { [key: string]: BeforeRoll }
}

type BeforeRoll = {
  /** What the roll answers. */
  readonly intent: string
  readonly wish: string
  readonly legs: readonly HeldLeg[]
}

export const noRolls = (): Rolls => ({ due: [], rolledOn: {}, refusedOn: {}, before: {} })
