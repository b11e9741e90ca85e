import { parseExact } from '#lib/bars/exact-decimal.ts'
import { worthOf } from '#lib/domain/contract.ts'
import { movedBy } from '#lib/domain/moved-by.ts'
import { newestPrice } from '#lib/domain/newest-price.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import { type Account, accountFromJson, accountToJson, moveCash, type Wish } from './account.ts'
import { movePosition } from './book.ts'
import { hasWorking } from './exits-due.ts'
import { foldApproval } from './fold-orders.ts'
import { answerWish, refusal } from './judge-wish.ts'
import { settleSums } from './settle-sums.ts'

type Verdict = Statement<'risk.approved' | 'risk.rejected' | 'risk.superseded'>

/** Nothing until the last leg of a roll is there; then leave for all of them, or for none. What is left counts as sold when what is taken is judged. [R43] */
export function answerRoll(account: Account, last: Wish, wishedAt: number): readonly Verdict[] {
  if (account.isRepeated) return answerWish(account, last, wishedAt)
  const wishes = account.rolls.get(last.intent) ?? []
  if (wishes.length < (last.legs ?? 1)) return none
  const trial = accountFromJson(structuredClone(accountToJson(account)))
  settleSums(trial)
  const verdicts = wishes.flatMap((wish, n) => {
    const said = verdictOn(trial, wish, wishedAt)
    for (const one of said) if (one.topic === 'risk.approved') foldLeave(trial, wish, one.payload, n)
    return said
  })
  const broken = verdicts.find(
    ({ topic, payload }) => topic === 'risk.rejected' && payload.code !== 'ALREADY_AT_TARGET',
  )
  if (broken?.topic !== 'risk.rejected') return verdicts
  const { code, instrument, value, limit } = broken.payload
  return wishes.map((wish) =>
    wish.instrument === instrument
      ? refusal(wish, { code, ...(value === undefined ? {} : { value }), ...(limit === undefined ? {} : { limit }) })
      : refusal(wish, { code: 'ROLL_REFUSED', value: code }),
  )
}

const none: readonly [] = Object.freeze([])

function verdictOn(trial: Account, wish: Wish, wishedAt: number): readonly Verdict[] {
  if (trial.halt?.state !== 'HALTED' && hasWorking(trial, wish.strategy, wish.instrument))
    return [refusal(wish, { code: 'ORDERS_AT_WORK', value: wish.instrument })]
  return answerWish(trial, wish, wishedAt)
}

/** What is left is gone, for its newest price; what is taken is at work. */
function foldLeave(trial: Account, wish: Wish, approved: PayloadOf<'risk.approved'>, n: number): void {
  const { strategy, instrument } = approved
  const [listing, price] = [trial.instruments.get(instrument), newestPrice(trial.prices, instrument)]
  if (parseExact(wish.target).units !== 0n || listing === undefined || price === null) {
    foldApproval(trial, { id: `risk:0.${n}`, payload: approved })
    settleSums(trial)
    return
  }
  const moved = movedBy(approved)
  movePosition(trial.books, strategy, instrument, moved)
  moveCash(trial, listing.currency, -worthOf(listing, parseExact(price), moved))
  settleSums(trial)
}
