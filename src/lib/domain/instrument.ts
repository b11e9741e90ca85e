import { type ExactDecimal, parseExact, tenTo } from '#lib/bars/exact-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { contractOf } from './contract.ts'
import { type LotSize, lotSizeOf } from './lot-size.ts'
import { type TickSize, tickSizeOf } from './tick-size.ts'

/** What exact arithmetic needs of a listing, its steps taken apart. Plain JSON. */
export type Instrument = {
  readonly instrument: string
  readonly kind: PayloadOf<'md.instrument'>['kind']
  readonly currency: string
  readonly tickSize: TickSize
  readonly lotSize: LotSize
  readonly multiplier: string
  /** It pays in coins what it costs in money: a future or perpetual, no option. */
  readonly isInverse: boolean
}

/**
 * The arithmetic view of a listing; null when its tick size, lot size or multiplier is
 * not above zero, or a step has more than 15 digits: nothing can be traded in it.
 */
export function instrumentOf(listing: PayloadOf<'md.instrument'>): Instrument | null {
  const { instrument, kind, currency, tickSize, lotSize, multiplier } = listing
  if (!isStep(tickSize) || !isStep(lotSize) || parseExact(multiplier).units <= 0n) return null
  const { isInverse } = contractOf(listing)
  const steps = { tickSize: tickSizeOf(tickSize), lotSize: lotSizeOf(lotSize) }
  return { instrument, kind, currency, ...steps, multiplier, isInverse }
}

/** A whole number of lots as an exact quantity. */
export const exactLots = (lots: number, { units, scale }: LotSize): ExactDecimal => ({
  units: BigInt(lots) * BigInt(units),
  scale,
})

function isStep(text: string): boolean {
  const { units } = parseExact(text)
  return units > 0n && units < tenTo(15)
}
