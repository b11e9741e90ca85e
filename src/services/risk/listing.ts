import { type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import { type Contract, contractOf, endOf } from '#lib/domain/contract.ts'
import { isInSteps, roundToStep } from '#lib/domain/whole-steps.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'

/** What the gate needs of a listing. Plain JSON but for the steps, which are taken apart. */
export type Listing = Contract & {
  readonly kind: PayloadOf<'md.instrument'>['kind']
  /** An option whose premium and margin are in coins, its strike in money. */
  readonly isCoinQuoted: boolean
  readonly currency: string
  readonly tickSize: ExactDecimal
  readonly lotSize: ExactDecimal
  readonly expiresAt: number | null
  readonly underlying: string | null
  readonly strike: string | null
  readonly right: 'call' | 'put' | null
}

export const listingOf = (listing: PayloadOf<'md.instrument'>): Listing => ({
  ...contractOf(listing),
  kind: listing.kind,
  isCoinQuoted: listing.isInverse === true && listing.kind === 'option',
  currency: listing.currency,
  tickSize: parseExact(listing.tickSize),
  lotSize: parseExact(listing.lotSize),
  expiresAt: endOf(listing),
  underlying: listing.underlying ?? null,
  strike: listing.strike ?? null,
  right: listing.right ?? null,
})

/** Has its end come? It is settled, not traded. [R36] [R39] */
export const hasExpired = ({ expiresAt }: Listing, now: number): boolean => expiresAt !== null && expiresAt <= now

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

const steps = ['tickSize', 'lotSize', 'multiplier'] as const
type ListingJson = Omit<Listing, (typeof steps)[number]> & Record<(typeof steps)[number], [string, number]>

/** A listing in a snapshot. */
export function listingToJson(listing: Listing): ListingJson {
  const [tickSize, lotSize, multiplier] = steps.map((step) => [String(listing[step].units), listing[step].scale])
  return { ...listing, tickSize, lotSize, multiplier } as ListingJson
}

export function listingFromJson(json: ListingJson): Listing {
  const [tickSize, lotSize, multiplier] = steps.map((step) => ({ units: BigInt(json[step][0]), scale: json[step][1] }))
  return { ...json, tickSize, lotSize, multiplier } as Listing
}
