import { type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import { isInSteps, roundToStep } from '#lib/domain/whole-steps.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'

/** What the gate needs of a listing. Plain JSON but for the steps, which are taken apart. */
export type Listing = {
  readonly kind: PayloadOf<'md.instrument'>['kind']
  readonly currency: string
  readonly tickSize: ExactDecimal
  readonly lotSize: ExactDecimal
  readonly multiplier: ExactDecimal
  readonly expiresAt: number | null
  readonly underlying: string | null
  readonly strike: string | null
  readonly right: 'call' | 'put' | null
  readonly isInverse: boolean
}

export const listingOf = (listing: PayloadOf<'md.instrument'>): Listing => ({
  kind: listing.kind,
  currency: listing.currency,
  tickSize: parseExact(listing.tickSize),
  lotSize: parseExact(listing.lotSize),
  multiplier: parseExact(listing.multiplier),
  expiresAt: listing.expiresAt ?? null,
  underlying: listing.underlying ?? null,
  strike: listing.strike ?? null,
  right: listing.right ?? null,
  // An option that is settled in its coin is quoted in it, and so linear.
  isInverse: listing.isInverse === true && listing.kind !== 'option',
})

/** What of an amount can be traded: where a commission left a position that is not in whole lots, the part that is, towards zero. [R1] */
export function inWholeLots(
  { instruments }: { readonly instruments: ReadonlyMap<string, Listing> },
  instrument: string,
  position: ExactDecimal,
  amount: ExactDecimal,
): ExactDecimal {
  const lot = instruments.get(instrument)?.lotSize
  if (lot === undefined || lot.units <= 0n || isInSteps(position, lot)) return amount
  return roundToStep(amount, lot, amount.units < 0n ? 'up' : 'down')
}
