import type { Wish } from './account.ts'

/** A wish and when it was wished, microseconds; whether another waited there before; and, where exits may come, the newest `risk.superseded` that is to be read before it is judged. */
export type WaitingWish = {
  readonly wish: Wish
  readonly at: number
  readonly isNewer?: true
  readonly superseded?: string
}
