import type { SentOrder } from '#lib/domain/sent-orders.ts'
import type { Account, Wish } from './account.ts'

/** A roll, until each of its legs has an answer. Plain JSON. [R43] */
export type Roll = {
  readonly strategy: string
  /** Of all its legs. */
  readonly instruments: readonly string[]
  /** Legs without an answer yet. */
  readonly wishes: readonly Wish[]
  /** When it was wished, microseconds. */
  readonly at: number
  /** Orders of what is left that are not filled yet, by clientOrderId; null before one of its legs has leave. */
  readonly closing: readonly string[] | null
}

/** Another leg is there. */
export function foldLeg({ rolls }: Account, wish: Wish, at: number): void {
  const { strategy, intent, instrument } = wish
  const { instruments = [], wishes = [], closing = null } = rolls.get(intent) ?? {}
  rolls.set(intent, {
    ...{ strategy, at, closing },
    instruments: [...instruments, instrument],
    wishes: [...wishes, wish],
  })
}

/** A leg has its answer: nothing is left to be told of a roll whose legs all have one. */
export function settleLeg({ rolls }: Account, { intent, instrument }: Pick<Wish, 'intent' | 'instrument'>): void {
  const roll = rolls.get(intent)
  if (roll === undefined) return
  const wishes = roll.wishes.filter((wish) => wish.instrument !== instrument)
  if (wishes.length === 0) rolls.delete(intent)
  else rolls.set(intent, { ...roll, wishes })
}

/** What is left has an order: the legs that wait do so until it is filled. */
export function foldClosingLeg({ rolls }: Account, intent: string, clientOrderId: string): void {
  const roll = rolls.get(intent)
  if (roll !== undefined) rolls.set(intent, { ...roll, closing: [...(roll.closing ?? []), clientOrderId] })
}

/** Filled whole it is waited for no more; any other end stays to be seen. */
export function foldClosingEnd({ rolls }: Account, { clientOrderId, progress }: SentOrder): void {
  if (progress.status !== 'filled') return
  for (const [intent, roll] of rolls)
    if (roll.closing?.includes(clientOrderId))
      rolls.set(intent, { ...roll, closing: roll.closing.filter((id) => id !== clientOrderId) })
}
