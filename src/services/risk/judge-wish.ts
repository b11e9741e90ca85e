import { addExact, compareExact, type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import { absExact, minExact, negateExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import type { Account, Wish } from './account.ts'
import { bookKey, findBook, hasWorking, leavesOf, positionOf, workingOf } from './book.ts'
import { brokenCover } from './broken-cash.ts'
import { brokenLimit } from './broken-limit.ts'
import { brokenClose } from './broken-order.ts'
import { brokenCancelRate, brokenCloseRate } from './broken-rate.ts'
import { mayExitsCome } from './exits.ts'
import { haltedBeforeWaiting } from './halted-wishes.ts'
import { inWholeLots } from './listing.ts'
import { type BrokenLimit, exactText, type Proposal } from './proposal.ts'
import { refusal } from './refusal.ts'
import { selfTrade } from './self-trade.ts'

type Verdict = Statement<'risk.approved' | 'risk.rejected' | 'risk.superseded'>

/** Must this wish wait until the strategy's own orders in the instrument have ended, and no exits come? [R2] [R47] */
export function mustWait(account: Account, wish: Wish): boolean {
  const { strategy, instrument } = wish
  if (haltedBeforeWaiting(account, wish) !== null) return false
  if (account.waiting.has(bookKey(strategy, instrument))) return true
  const isAtWork = hasWorking(account, strategy, instrument)
  if (isBesideExits(account, wish) || !(isAtWork || mayExitsCome(account, wish))) return false
  return (!isAtWork || brokenCancelRate(account, wish) === null) && !isReached(account, wish)
}

/** What the gate says to a wish that has just come; it stands among the waiting when it must wait. */
export function answerWish(account: Account, wish: Wish, wishedAt: number): readonly Verdict[] {
  const { intent, strategy, instrument, target } = wish
  if (account.isRepeated) return [refusal(wish, { code: 'DUPLICATE_INTENT', value: intent })]
  if (account.isOfOldUnits) return [refusal(wish, { code: 'INTENT_STALE' })]
  if (account.halt?.state === 'HALTED') return [refusal(wish, { code: 'HALTED', value: account.halt.code })]
  if (account.waiting.get(bookKey(strategy, instrument))?.wish.intent === intent) {
    return [{ topic: 'risk.superseded', payload: { intent, strategy, instrument } }]
  }
  if (!hasWorking(account, strategy, instrument)) return judge(account, wish, wishedAt)
  const reached = { code: 'ALREADY_AT_TARGET', value: target } as const
  const broken = haltedBeforeWaiting(account, wish) ?? (isReached(account, wish) ? reached : null)
  if (broken === null && isBesideExits(account, wish))
    return isAnyOtherAtWork(account, wish)
      ? [refusal(wish, { code: 'ORDERS_AT_WORK', value: instrument })]
      : judge(account, wish, wishedAt)
  return [refusal(wish, broken ?? brokenCancelRate(account, wish) ?? reached)]
}

/** Leave for the order that takes the position to the target, or why not. The strategy has nothing at work there. [R1] */
export function judge(account: Account, wish: Wish, wishedAt: number): readonly Verdict[] {
  const { strategy, instrument, target, limitPrice, stopPrice, trailingOffset, orderType, bracket } = wish
  const position = findBook(account, strategy, instrument)?.position ?? zero
  const difference = inWholeLots(account, instrument, position, subtractExact(parseExact(target), position))
  if (difference.units === 0n) return [refusal(wish, { code: 'ALREADY_AT_TARGET', value: target })]
  if (account.halt?.state === 'HALTED') return [refusal(wish, { code: 'HALTED', value: account.halt.code })]
  const side = difference.units > 0n ? 'buy' : 'sell'
  const quantity = absExact(difference)
  const closes = closingPart(inWholeLots(account, instrument, position, position), side, quantity)
  if (wish.isReduceOnly && compareExact(closes, quantity) !== 0)
    return [refusal(wish, { code: 'REDUCE_ONLY', value: exactText(quantity), limit: exactText(closes) })]
  const terms = { limitPrice, stopPrice, trailingOffset, orderType }
  const closing: Proposal = { strategy, instrument, side, quantity: closes, ...terms, bracket: undefined, wishedAt }
  const unclosed = closes.units === 0n ? null : brokenClosing(account, closing, position)
  if (unclosed !== null) return [refusal(wish, unclosed)]
  const isClosing = compareExact(closes, quantity) === 0
  const broken = isClosing ? null : brokenLimit(account, { ...closing, quantity, bracket })
  if (broken === null && !isClosing) return [approval(account, wish, side, quantity)]
  if (broken !== null && closes.units === 0n) return [refusal(wish, broken)]
  const { bracket: _, ...unbracketed } = wish
  // Exits, or late fills of them, may come before its own.
  if (mayExitsCome(account, wish)) unbracketed.isReduceOnly = true
  const leave = approval(account, unbracketed, side, closes)
  return broken === null ? [leave] : [leave, refusal(wish, broken)]
}

/** What keeps an order from closing: shares that cover calls, prices that no market has, a rate of its own. [R6] */
function brokenClosing(account: Account, closing: Proposal, position: ExactDecimal): BrokenLimit | null {
  const broken = brokenCover(account, closing) ?? brokenClose(account, closing)
  if (broken !== null) return broken
  const { limitPrice, stopPrice, trailingOffset, quantity, instrument } = closing
  const isAtMarket = limitPrice === undefined && stopPrice === undefined && trailingOffset === undefined
  const whole = absExact(inWholeLots(account, instrument, position, position))
  return isAtMarket && compareExact(quantity, whole) === 0
    ? null
    : (selfTrade(account, closing) ?? brokenCloseRate(account))
}

/** How much of an order only takes the position towards zero. [R6] */
function closingPart(position: ExactDecimal, side: 'buy' | 'sell', quantity: ExactDecimal): ExactDecimal {
  const isOpposed = side === 'sell' ? position.units > 0n : position.units < 0n
  return isOpposed ? minExact(absExact(position), quantity) : zero
}

/** More or less of what exits protect: they stay where they are, at work or on their way, unless a wish took them whose order works. [R41] */
function isBesideExits(account: Account, wish: Wish): boolean {
  const { strategy, instrument, target } = wish
  const { units } = positionOf(account, strategy, instrument)
  const wanted = parseExact(target).units
  if (units > 0n ? wanted <= 0n : units === 0n || wanted >= 0n) return false
  const working = [...workingOf(account, strategy, instrument)]
  if (working.length === 0) return mayExitsCome(account, wish)
  const adding = units > 0n ? 'buy' : 'sell'
  return working.some(({ closes, hasBracket, side }) => closes !== undefined || (hasBracket && side === adding))
}

/** Another order than exits. */
function isAnyOtherAtWork(account: Account, { strategy, instrument }: Wish): boolean {
  for (const { closes } of workingOf(account, strategy, instrument)) if (closes === undefined) return true
  return false
}

/** Would the strategy's orders at work lead to the target, at the prices that the wish states? */
function isReached(account: Account, wish: Wish): boolean {
  const { strategy, instrument, target } = wish
  let reached = positionOf(account, strategy, instrument)
  for (const order of workingOf(account, strategy, instrument)) {
    if (order.closes !== undefined) continue
    if (statedPrices.some((price) => order[price] !== wish[price])) return false
    const leaves = leavesOf(order)
    reached = addExact(reached, order.side === 'buy' ? leaves : negateExact(leaves))
  }
  const position = positionOf(account, strategy, instrument)
  return inWholeLots(account, instrument, position, subtractExact(parseExact(target), reached)).units === 0n
}

const statedPrices = ['limitPrice', 'stopPrice', 'trailingOffset'] as const

function approval(
  account: Account,
  wish: Wish,
  side: 'buy' | 'sell',
  quantity: ExactDecimal,
): Statement<'risk.approved'> {
  const { intent, strategy, instrument, orderType, timeInForce = account.config.timeInForce } = wish
  const terms: { -readonly [Term in keyof Approval]: Approval[Term] } = {
    intent,
    strategy,
    instrument,
    side,
    quantity: exactText(quantity),
    orderType,
    timeInForce,
    expiresAt: account.now + account.config.approvalTtlMs * 1_000,
  }
  if (wish.limitPrice !== undefined) terms.limitPrice = wish.limitPrice
  if (wish.stopPrice !== undefined) terms.stopPrice = wish.stopPrice
  if (wish.trailingOffset !== undefined) terms.trailingOffset = wish.trailingOffset
  if (wish.activeUntil !== undefined) terms.activeUntil = wish.activeUntil
  if (wish.isPostOnly !== undefined) terms.isPostOnly = wish.isPostOnly
  if (wish.isReduceOnly !== undefined) terms.isReduceOnly = wish.isReduceOnly
  if (wish.bracket !== undefined) terms.bracket = wish.bracket
  return { topic: 'risk.approved', payload: terms }
}

type Approval = PayloadOf<'risk.approved'>
