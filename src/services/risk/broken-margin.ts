import { compareExact, type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import { moneyScale } from '#lib/domain/money.ts'
import type { Account } from './account.ts'
import { brokenCash } from './broken-cash.ts'
import { beyondUse, initialUse } from './margin-use.ts'
import { type BrokenLimit, exactText, type Priced } from './proposal.ts'

/** What the order would need, with everything held and at work, against what there is. [R28] */
export function brokenMargin(account: Account, order: Priced): BrokenLimit | null {
  const { margin } = account.config
  if (margin === undefined) return null
  return margin.kind === 'cash' ? brokenCash(account, order) : brokenInitial(account, order)
}

/** The maintenance requirement of what is held and the equity that is below it; null while it is not. [R28] */
export function brokenMaintenance({ config, books, equity: text }: Account): { value: string; limit: string } | null {
  if (config.margin?.kind !== 'margin') return null
  const required: ExactDecimal = { units: books.sums.all.maintenance, scale: moneyScale }
  const equity = parseExact(text)
  return compareExact(equity, required) < 0 ? { value: exactText(equity), limit: exactText(required) } : null
}

function brokenInitial(account: Account, { instrument, sums }: Priced): BrokenLimit | null {
  const unpriced = sums.noMargin() ?? sums.noValue()
  if (unpriced !== null) return { code: 'NO_PRICE', value: unpriced }
  return beyondUse(initialUse(account, sums), instrument)
}
