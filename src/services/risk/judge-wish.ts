import { addExact, compareExact, type ExactDecimal, formatExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { absExact, minExact, negateExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import type { Statement } from '#schemas/event.ts'
import { type Account, bookKey, positionOf, type Wish, workingOf } from './account.ts'
import { type BrokenLimit, brokenLimit } from './broken-limit.ts'
import type { Proposal } from './worst-case.ts'

type Verdict = Statement<'risk.approved' | 'risk.rejected' | 'risk.superseded'>

/** Must this wish wait until the strategy's own orders in the instrument have ended? [R2] */
export function mustWait(account: Account, wish: Wish): boolean {
  const { strategy, instrument, target } = wish
  const working = workingOf(account, strategy, instrument)
  if (working.length === 0) return false
  if (account.waiting.has(bookKey(strategy, instrument))) return true
  let reached = positionOf(account, strategy, instrument)
  for (const { side, progress } of working) {
    const leaves = subtractExact(parseExact(progress.quantity), parseExact(progress.filled))
    reached = addExact(reached, side === 'buy' ? leaves : negateExact(leaves))
  }
  return compareExact(reached, parseExact(target)) !== 0
}

/** What the gate says to a wish that has just come; it stands among the waiting when it must wait. */
export function answerWish(account: Account, wish: Wish): readonly Verdict[] {
  const { intent, strategy, instrument, target } = wish
  if (account.waiting.get(bookKey(strategy, instrument))?.intent === intent) {
    return [{ topic: 'risk.superseded', payload: { intent, strategy, instrument } }]
  }
  if (workingOf(account, strategy, instrument).length > 0)
    return [refusal(wish, { code: 'ALREADY_AT_TARGET', value: target })]
  return judge(account, wish)
}

/** Leave for the order that takes the position to the target, or why not. The strategy has nothing at work there. [R1] */
export function judge(account: Account, wish: Wish): readonly Verdict[] {
  const position = positionOf(account, wish.strategy, wish.instrument)
  const difference = subtractExact(parseExact(wish.target), position)
  if (difference.units === 0n) return [refusal(wish, { code: 'ALREADY_AT_TARGET', value: wish.target })]
  const { strategy, instrument } = wish
  const side = difference.units > 0n ? 'buy' : 'sell'
  const proposal: Proposal = { strategy, instrument, side, quantity: absExact(difference) }
  const closes = closingPart(position, proposal)
  const broken = compareExact(closes, proposal.quantity) === 0 ? null : brokenLimit(account, proposal, wish.limitPrice)
  if (broken === null) return [approval(account, wish, side, proposal.quantity)]
  if (closes.units === 0n) return [refusal(wish, broken)]
  return [approval(account, wish, side, closes), refusal(wish, broken)]
}

/** How much of an order only takes the position towards zero. [R6] */
function closingPart(position: ExactDecimal, { side, quantity }: Proposal): ExactDecimal {
  const isOpposed = side === 'sell' ? position.units > 0n : position.units < 0n
  return isOpposed ? minExact(absExact(position), quantity) : zero
}

function approval(
  account: Account,
  wish: Wish,
  side: 'buy' | 'sell',
  quantity: ExactDecimal,
): Statement<'risk.approved'> {
  const { intent, strategy, instrument, orderType, limitPrice } = wish
  const { approvalTtlMs, timeInForce } = account.config
  const terms = { intent, strategy, instrument, side, quantity: formatExact(quantity), orderType }
  const expiresAt = account.now + approvalTtlMs * 1_000
  return {
    topic: 'risk.approved',
    payload:
      limitPrice === undefined
        ? { ...terms, timeInForce, expiresAt }
        : { ...terms, limitPrice, timeInForce, expiresAt },
  }
}

const refusal = ({ intent, strategy, instrument }: Wish, broken: BrokenLimit): Statement<'risk.rejected'> => ({
  topic: 'risk.rejected',
  payload: { intent, strategy, instrument, ...broken },
})
