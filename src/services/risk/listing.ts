import { type ExactDecimal, parseExact, tenTo } from '#lib/bars/exact-decimal.ts'
import { roundToStep } from '#lib/domain/whole-steps.ts'
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
  isInverse: listing.isInverse === true,
})

/** Is the amount a whole number of steps? Nothing is of a step that is not above zero. */
export function isInSteps(amount: ExactDecimal, step: ExactDecimal): boolean {
  if (step.units <= 0n) return false
  const scale = Math.max(amount.scale, step.scale)
  return (amount.units * tenTo(scale - amount.scale)) % (step.units * tenTo(scale - step.scale)) === 0n
}

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
