import { compareExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { clientOrderIdOf } from '#lib/domain/client-order-id.ts'
import { worthOf } from '#lib/domain/contract.ts'
import { moneyOfExact, moneyScale } from '#lib/domain/money.ts'
import { movedBy } from '#lib/domain/moved-by.ts'
import { newestPrice } from '#lib/domain/newest-price.ts'
import { absExact } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import { type Account, accountFromJson, accountToJson, moveCash, type Wish } from './account.ts'
import { closeOrder, hasWorking, leavesOf, movePosition, positionOf } from './book.ts'
import { feeAtMost } from './fee-bound.ts'
import { foldApproval } from './fold-orders.ts'
import { answerWish, judge } from './judge-wish.ts'
import { type BrokenLeg, refusal, refuseLegs } from './refusal.ts'
import { settleSums } from './settle-sums.ts'

type Verdict = Statement<'risk.approved' | 'risk.rejected' | 'risk.superseded'>
type Refusal = Statement<'risk.rejected'>

/**
 * Nothing until the last leg of a roll is there. Then leave for none, where not all would have it once what is left is sold; for all, where they have it though nothing
 * of that is sold; else for what is left, and the others wait for its fills. [R43]
 */
export function answerRoll(account: Account, last: Wish): readonly Verdict[] {
  if (account.isRepeated) return answerWish(account, last, account.now)
  const { wishes = [], at = account.now } = account.rolls.get(last.intent) ?? {}
  if (wishes.length < (last.legs ?? 1)) return none
  const closing = wishes.filter((wish) => isTowardsZero(account, wish))
  const legs = [...closing, ...wishes.filter((wish) => !closing.includes(wish))]
  const together = judgeLegs(account, legs, at, (trial, leave) => {
    if (closing.includes(leave.wish)) foldSale(trial, leave)
  })
  if (together.broken) return together.verdicts
  const unsold = judgeLegs(account, legs, at)
  if (!unsold.broken) return unsold.verdicts
  const first = judgeLegs(account, closing, at)
  return first.broken ? refuseLegs(legs, first.broken) : first.verdicts
}

/** The legs of a roll that waited for what is left to be sold: judged once it is; refused where an order of it ended with a rest. [R43] */
export const answerRolls = (account: Account): Verdict[] =>
  [...account.rolls.values()].flatMap(({ wishes, closing, at }): readonly Verdict[] => {
    if (closing === null) return none
    const ended = closing.find((clientOrderId) => !account.orders.working.has(clientOrderId))
    if (ended !== undefined) return wishes.map((wish) => refusal(wish, { code: 'ROLL_REFUSED', value: ended }))
    return closing.length > 0 ? none : judgeLegs(account, wishes, at).verdicts
  })

/** Another wish in what a roll leaves or takes is the end of what of it waits. [R43] */
export const overtakenRolls = ({ rolls, isRepeated }: Account, { intent, strategy, instrument }: Wish): Refusal[] =>
  [...rolls.values()]
    .filter((roll) => !isRepeated && roll.strategy === strategy && roll.instruments.includes(instrument))
    .flatMap(({ wishes }) => wishes)
    .filter((wish) => wish.intent !== intent)
    .map((wish) => refusal(wish, { code: 'ROLL_REFUSED', value: intent }))

/** Legs of a roll that wait in what is split were of the old units. [R46] */
export const answerSplitRolls = ({ rolls }: Account, { instrument }: PayloadOf<'md.split'>): Refusal[] =>
  [...rolls.values()]
    .filter(({ wishes }) => wishes.some((wish) => wish.instrument === instrument))
    .flatMap(({ wishes }) => refuseLegs(wishes, { code: 'INTENT_STALE', instrument }))

const none: readonly [] = Object.freeze([])

/** From where the position is now, does it only go towards zero? */
function isTowardsZero(account: Account, { strategy, instrument, target }: Wish): boolean {
  const [position, wanted] = [positionOf(account, strategy, instrument), parseExact(target)]
  const distance = compareExact(wanted, position)
  return position.units > 0n ? wanted.units >= 0n && distance <= 0 : wanted.units <= 0n && distance >= 0
}

type Leave = { readonly wish: Wish; readonly approved: PayloadOf<'risk.approved'>; readonly clientOrderId: string }

/** One after the other, each with those before it at work: leave for all, or for none. */
function judgeLegs(
  account: Account,
  wishes: readonly Wish[],
  at: number,
  thenFold: (trial: Account, leave: Leave) => void = () => {},
): { readonly verdicts: readonly Verdict[]; readonly broken: BrokenLeg | null } {
  const trial = accountFromJson(structuredClone(accountToJson(account)))
  settleSums(trial)
  const verdicts = wishes.flatMap((wish, n) => {
    const said = verdictOn(trial, wish, at)
    for (const { topic, payload } of said) {
      if (topic !== 'risk.approved') continue
      const id = `risk:0.${n}`
      foldApproval(trial, { id, payload })
      thenFold(trial, { wish, approved: payload, clientOrderId: clientOrderIdOf(id) })
      settleSums(trial)
    }
    return said
  })
  const refused = verdicts.find(
    (one): one is Refusal => one.topic === 'risk.rejected' && one.payload.code !== 'ALREADY_AT_TARGET',
  )
  if (refused === undefined) return { verdicts, broken: null }
  const { code, instrument, value, limit } = refused.payload
  const broken = {
    ...{ code, instrument },
    ...(value === undefined ? {} : { value }),
    ...(limit === undefined ? {} : { limit }),
  }
  return { verdicts: refuseLegs(wishes, broken), broken }
}

/** A roll supersedes nothing. */
function verdictOn(trial: Account, wish: Wish, wishedAt: number): readonly Verdict[] {
  const { strategy, instrument } = wish
  if (trial.halt?.state !== 'HALTED' && hasWorking(trial, strategy, instrument))
    return [refusal(wish, { code: 'ORDERS_AT_WORK', value: instrument })]
  return judge(trial, wish, wishedAt)
}

/** What is left is gone, for its newest price less its fee. */
function foldSale(trial: Account, { approved, clientOrderId }: Leave): void {
  const { strategy, instrument } = approved
  const order = trial.orders.working.get(clientOrderId)
  const [listing, price] = [trial.instruments.get(instrument), newestPrice(trial.prices, instrument)]
  if (order === undefined || listing === undefined || price === null) return
  const moved = movedBy(approved)
  trial.orders.working.delete(clientOrderId)
  closeOrder(trial.books, order, leavesOf(order))
  movePosition(trial.books, strategy, instrument, moved)
  const worth = worthOf(listing, parseExact(price), moved)
  const fee = feeAtMost(trial.config, { units: worth, scale: moneyScale }, absExact(moved))
  moveCash(trial, listing.currency, -worth - moneyOfExact(fee))
}
