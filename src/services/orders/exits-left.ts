import { compareExact, type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import { filledBy } from '#lib/domain/client-order-id.ts'
import { fromUnits } from '#lib/domain/decimal.ts'
import { absExact, maxExact, minExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'

/** What the exits of one fill have yet to close, and their side. */
export type LeftToClose = {
  readonly strategy: string
  readonly instrument: string
  readonly side: 'buy' | 'sell'
  readonly quantity: string
  /** The seq of the fill. */
  readonly since: number
}

/** By fill of an entry (`filledBy`), the oldest first. */
export type ExitsLeft = Map<string, LeftToClose>

/** A fill has exits; told again it is known. */
export function openLeft(exitsLeft: ExitsLeft, fill: string, one: LeftToClose): void {
  if (!exitsLeft.has(fill)) exitsLeft.set(fill, one)
}

/**
 * What is filled exits need not close: of an exit its own fill first, then those of the strategy on that side there, the oldest first. Answers
 * the fills that are closed whole, which are forgotten.
 */
export function takeOff(
  exitsLeft: ExitsLeft,
  {
    clientOrderId,
    strategy,
    instrument,
    side,
    quantity,
  }: Pick<PayloadOf<'order.fill'>, 'clientOrderId' | 'strategy' | 'instrument' | 'side' | 'quantity'>,
): readonly string[] {
  const closed: string[] = []
  let rest = parseExact(quantity)
  for (const fill of [filledBy(clientOrderId) ?? '', ...exitsLeft.keys()]) {
    const one = exitsLeft.get(fill)
    if (one?.strategy !== strategy || one.instrument !== instrument || one.side !== side) continue
    const before = parseExact(one.quantity)
    const taken = minExact(rest, before)
    rest = subtractExact(rest, taken)
    if (compareExact(taken, before) < 0) exitsLeft.set(fill, { ...one, quantity: textOf(subtractExact(before, taken)) })
    else if (exitsLeft.delete(fill)) closed.push(fill)
  }
  return closed
}

/** What of a fill opens where `held` was, signed: nothing of what only takes that towards zero. */
export function openedBy(
  held: ExactDecimal,
  { side, quantity }: Pick<PayloadOf<'order.fill'>, 'side' | 'quantity'>,
): string {
  const isOpposed = side === 'buy' ? held.units < 0n : held.units > 0n
  return isOpposed ? textOf(maxExact(zero, subtractExact(parseExact(quantity), absExact(held)))) : quantity
}

const textOf = ({ units, scale }: ExactDecimal): string => fromUnits(units, scale)
