import { addExact, compareExact, type ExactDecimal } from '#lib/bars/exact-decimal.ts'
import { moneyScale } from '#lib/domain/money.ts'
import { subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import type { Statement } from '#schemas/event.ts'
import { type Account, cashOf } from './account.ts'
import type { MarginModel } from './margin-model.ts'
import { type BrokenLimit, exactText } from './proposal.ts'
import { type Proposed, sumsNow } from './settle-sums.ts'

type Summed = Pick<Proposed, 'all'>

/** What everything held and at work needs, and what there is for it; null where a mark of a currency is missing. [R28] */
export type MarginUse = { readonly used: ExactDecimal; readonly equity: ExactDecimal }

/** Initial margin and fees of everything, and cash with what is held, valued. */
export function initialUse(account: Account, { all }: Summed): MarginUse | null {
  const cash = cashOf(account)
  return (
    cash && {
      used: { units: all('initial') + all('fees'), scale: moneyScale },
      equity: addExact(cash, { units: account.books.sums.all.held, scale: moneyScale }),
    }
  )
}

/** What buys at work may cost, short puts may have to pay and fees may take, and cash: none where what is short may owe without end. */
export function cashUse(account: Account, { all }: Summed): MarginUse | null {
  const cash = cashOf(account)
  return (
    cash && {
      used: { units: all('cost') + all('secured') + all('fees'), scale: moneyScale },
      equity: all('unsecured') > 0n && cash.units > 0n ? zero : cash,
    }
  )
}

/** What is used against what there is. */
export function beyondUse(use: MarginUse | null, instrument: string): BrokenLimit | null {
  if (use === null) return { code: 'NO_PRICE', value: instrument }
  const { used, equity } = use
  return compareExact(used, equity) > 0
    ? { code: 'MARGIN_EXCEEDS_AVAILABLE', value: exactText(used), limit: exactText(equity) }
    : null
}

/** What the account uses of what it has, as the next order will be judged. [R55] */
export function answerMargin(account: Account): readonly Statement<'risk.margin'>[] {
  const { margin, currency } = account.config
  if (margin === undefined) return []
  return [{ topic: 'risk.margin', payload: { kind: margin.kind, currency, ...numbersOf(account, margin.kind) } }]
}

function numbersOf(account: Account, kind: MarginModel['kind']) {
  const sums = sumsNow(account.books)
  const unpriced = sums.noValue() ?? (kind === 'margin' ? sums.noMargin() : null)
  const use = kind === 'cash' ? cashUse(account, sums) : initialUse(account, sums)
  if (unpriced !== null || use === null) return { unpriced: unpriced ?? account.config.currency }
  const numbers = {
    equity: exactText(use.equity),
    used: exactText(use.used),
    available: exactText(subtractExact(use.equity, use.used)),
  }
  return kind === 'cash'
    ? numbers
    : { ...numbers, maintenance: exactText({ units: sums.all('maintenance'), scale: moneyScale }) }
}
