import { addExact, type ExactDecimal, formatExact, multiplyExact, parseExact, tenTo } from '#lib/bars/exact-decimal.ts'
import { contractOf } from '#lib/domain/contract.ts'
import { absExact, maxExact, zero } from '#lib/domain/signed-decimal.ts'
import { wholeSteps } from '#lib/domain/whole-steps.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Listing } from './option-chain.ts'

export type Size = NonNullable<PayloadOf<'strategy.intent'>['size']>
/** Why a wish cannot be resolved, with the numbers. */
export type Fault = Pick<PayloadOf<'instrument.rejected'>, 'code' | 'value' | 'limit'>

/** An instrument of a wish: `ratio` of it for each unit. */
export type SizedLeg = { readonly listing: Listing; readonly price: string; readonly ratio: number }

/**
 * The unsigned number of units of a wish, in whole lots of its coarsest instrument, rounded down: its quantity, or its notional divided by what a
 * unit of all legs costs, bought and sold ones alike. `currency`: that of the account, in which a notional is money. [S7]
 */
export function sizeInUnits(
  size: Size | undefined,
  legs: readonly SizedLeg[],
  currency: string | undefined,
): ExactDecimal | Fault {
  const [{ listing }] = legs as readonly [SizedLeg]
  if (size === undefined) return { code: 'SIZE_MISSING', value: listing.instrument }
  const lot = legs.map((leg) => parseExact(leg.listing.lotSize)).reduce(maxExact)
  if (size.kind === 'notional') {
    const foreign = legs.find((leg) => currency !== undefined && leg.listing.currency !== currency)?.listing
    if (foreign)
      return {
        code: 'CURRENCY_MISMATCH',
        value: `${foreign.instrument} ${foreign.currency}`.slice(0, 96),
        limit: `${size.notional} ${currency}`.slice(0, 96),
      }
  }
  const isInverse = contractOf(listing).isInverse
  const unit = isInverse ? inverseUnit(legs) : legs.reduce((sum, leg) => addExact(sum, costOf(leg)), zero)
  if (size.kind === 'notional' && unit.units === 0n)
    return { code: 'NO_PRICE', value: listing.instrument, limit: legs[0]?.price }
  const isQuantity = size.kind === 'quantity'
  const told = parseExact(isQuantity ? size.quantity : size.notional)
  const amount = isInverse && !isQuantity ? multiplyExact(told, priceOf(legs)) : told
  // Dividing by the price of one lot at once rounds once.
  const perLot = isQuantity ? lot : multiplyExact(unit, lot)
  if (perLot.units <= 0n) return { code: 'SIZE_BELOW_ONE_LOT', value: formatExact(amount), limit: listing.lotSize }
  const whole = multiplyExact({ units: wholeSteps(amount, perLot, 'down'), scale: 0 }, lot)
  if (whole.units > 0n) return whole
  const wanted = isQuantity
    ? formatExact(amount)
    : formatExact({
        units: wholeSteps({ units: amount.units * tenTo(12), scale: amount.scale }, unit, 'down'),
        scale: 12,
      })
  return { code: 'SIZE_BELOW_ONE_LOT', value: wanted, limit: listing.lotSize }
}

// What one inverse contract costs is multiplier / price: both sides of the division are taken times the price.
const inverseUnit = ([leg]: readonly SizedLeg[]): ExactDecimal =>
  priceOf([leg as SizedLeg]).units === 0n ? zero : parseExact((leg as SizedLeg).listing.multiplier)

const priceOf = ([leg]: readonly SizedLeg[]): ExactDecimal => absExact(parseExact((leg as SizedLeg).price))

function costOf({ listing, price, ratio }: SizedLeg): ExactDecimal {
  const one = multiplyExact(absExact(parseExact(price)), parseExact(listing.multiplier))
  return multiplyExact(one, { units: BigInt(ratio), scale: 0 })
}
