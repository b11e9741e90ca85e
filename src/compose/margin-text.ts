import { parseExact } from '#lib/bars/exact-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'

/** What of the account is used, in a line. */
export function marginText(margin: PayloadOf<'risk.margin'>): string {
  const { kind, currency, equity, used, available, maintenance, unpriced } = margin
  const of = kind === 'cash' ? 'cash' : 'margin'
  if (equity === undefined) return `${of}: not known without a price of ${unpriced}`
  const text = `${of}: used ${used} of ${equity} ${currency}, available ${available}`
  if (maintenance === undefined) return text
  const isAbove = parseExact(equity).units > 0n
  const share = isAbove ? `${((100 * Number(maintenance)) / Number(equity)).toFixed(1)} % of equity` : 'equity is none'
  return `${text}; maintenance ${maintenance} (${share})`
}
