import { type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { negateExact, subtractExact } from './signed-decimal.ts'

/** By how much a fill moves the position, signed: what was traded, less a commission that was taken of it. */
export function movedBy({
  side,
  quantity,
  feePaid,
}: Pick<PayloadOf<'order.fill'>, 'side' | 'quantity' | 'feePaid'>): ExactDecimal {
  const traded = side === 'buy' ? parseExact(quantity) : negateExact(parseExact(quantity))
  return feePaid?.isOfPosition ? subtractExact(traded, parseExact(feePaid.amount)) : traded
}
