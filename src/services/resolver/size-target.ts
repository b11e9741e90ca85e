import { type ExactDecimal, formatExact, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { absExact } from '#lib/domain/signed-decimal.ts'
import { wholeSteps } from '#lib/domain/whole-steps.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Listing } from './known-market.ts'

export type Size = NonNullable<PayloadOf<'strategy.intent'>['size']>
/** Why a wish cannot be resolved, with the numbers. */
export type Fault = Pick<PayloadOf<'instrument.rejected'>, 'code' | 'value' | 'limit'>

/** The unsigned quantity of a wish, in whole lots of the instrument, rounded down. [S7] */
export function sizeInLots(
  size: Size | undefined,
  { instrument, lotSize, multiplier }: Listing,
  price: string,
): ExactDecimal | Fault {
  if (size === undefined) return { code: 'SIZE_MISSING', value: instrument }
  const lot = parseExact(lotSize)
  const unit = multiplyExact(absExact(parseExact(price)), parseExact(multiplier))
  if (size.kind === 'notional' && unit.units === 0n) return { code: 'NO_PRICE', value: instrument, limit: price }
  const isQuantity = size.kind === 'quantity'
  const amount = parseExact(isQuantity ? size.quantity : size.notional)
  // Dividing by the price of one lot at once rounds once.
  const perLot = isQuantity ? lot : multiplyExact(unit, lot)
  if (perLot.units <= 0n) return { code: 'SIZE_BELOW_ONE_LOT', value: formatExact(amount), limit: lotSize }
  const whole = multiplyExact({ units: wholeSteps(amount, perLot, 'down'), scale: 0 }, lot)
  if (whole.units > 0n) return whole
  const wanted = isQuantity
    ? formatExact(amount)
    : formatExact({
        units: wholeSteps({ units: amount.units * 10n ** 12n, scale: amount.scale }, unit, 'down'),
        scale: 12,
      })
  return { code: 'SIZE_BELOW_ONE_LOT', value: wanted, limit: lotSize }
}
