import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Listed } from '../import-plan.ts'

/** A listing that can be told: the venue has said the steps of its prices and sizes. Null where it has not. */
export function completeListing(listed: Listed): PayloadOf<'md.instrument'> | null {
  const { tickSize, lotSize, currency, multiplier = '1' } = listed
  if (tickSize === undefined || lotSize === undefined || currency === undefined) return null
  return { ...listed, tickSize, lotSize, currency, multiplier, isSimulated: false }
}
