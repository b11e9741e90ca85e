import type { ExactDecimal } from '#lib/bars/exact-decimal.ts'
import { compareExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { fromUnits } from '#lib/domain/decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Listing } from './listing.ts'
import type { Proposed } from './settle-sums.ts'

/** An order that is being thought of, in a listed and priced instrument. */
export type Proposal = {
  readonly strategy: string
  readonly instrument: string
  readonly side: 'buy' | 'sell'
  readonly quantity: ExactDecimal
  readonly limitPrice: string | undefined
  readonly stopPrice: string | undefined
  readonly trailingOffset: string | undefined
  readonly orderType: PayloadOf<'risk.approved'>['orderType']
  readonly bracket: PayloadOf<'risk.approved'>['bracket']
  /** Of its wish, microseconds. */
  readonly wishedAt: number
}

/** A proposal with what the market says of its instrument, and with what everything would come to. */
export type Priced = Proposal & { readonly listing: Listing; readonly price: ExactDecimal; readonly sums: Proposed }

/** The number that was found and the limit that it broke. */
export type BrokenLimit = Pick<PayloadOf<'risk.rejected'>, 'code' | 'value' | 'limit'>

export const exactText = ({ units, scale }: ExactDecimal): string => fromUnits(units, scale)

/** The refusal where `found` is above its limit; null within it, and without one. */
export const above = (
  code: BrokenLimit['code'],
  found: () => ExactDecimal,
  limit: string | undefined,
): BrokenLimit | null => {
  if (limit === undefined) return null
  const value = found()
  return compareExact(value, parseExact(limit)) > 0 ? { code, value: exactText(value), limit } : null
}
