import { fromUnits, toUnits } from './decimal.ts'
import { tickSizeOf } from './tick-size.ts'

/** The smallest step of a quantity: `0.001` is 1 unit at scale 3. Plain JSON. */
export type LotSize = { readonly units: number; readonly scale: number }

declare const inLots: unique symbol
/** A quantity or a signed position as a safe whole number of lots. */
export type Lots = number & { readonly [inLots]: true }

/** Takes apart the text of a lot size. Throws a RangeError when it is not above zero. */
export const lotSizeOf: (text: string) => LotSize = tickSizeOf

/** Throws a RangeError when the quantity is not in whole lots, or is beyond the safe integers. */
export function quantityToLots(quantity: string, lotSize: LotSize): Lots {
  const units = toUnits(quantity, lotSize.scale)
  const step = BigInt(lotSize.units)
  if (units % step !== 0n) throw new RangeError(`${quantity} is not in whole lots of ${lotsToQuantity(1, lotSize)}`)
  return safeLots(Number(units / step))
}

/** The quantity as its shortest decimal text. */
export const lotsToQuantity = (lots: number, { units, scale }: LotSize): string => {
  const product = lots * units
  return fromUnits(Number.isSafeInteger(product) ? product : BigInt(safeLots(lots)) * BigInt(units), scale)
}

/** Throws a RangeError beyond the safe integers: the check after every sum. */
export function safeLots(lots: number): Lots {
  if (!Number.isSafeInteger(lots)) throw new RangeError(`${lots} lots are beyond the safe integers`)
  return lots as Lots
}
