import { parseExact } from '#lib/bars/exact-decimal.ts'
import { isInSteps } from './whole-steps.ts'

/** The smallest step of a price: `0.05` is 5 units at scale 2. Plain JSON. */
export type TickSize = { readonly units: number; readonly scale: number }

/** Takes apart the text of a step, without its trailing zeros. Throws a RangeError when it is not above zero, or beyond the safe integers. */
export function tickSizeOf(text: string): TickSize {
  const exact = parseExact(text)
  if (exact.units <= 0n) throw new RangeError(`expected a step above zero, found ${text}`)
  let { units, scale } = exact
  for (; scale > 0 && units % 10n === 0n; scale--) units /= 10n
  if (units > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError(`the step ${text} is beyond the safe integers`)
  return { units: Number(units), scale }
}

/** Does the price stand on the grid? */
export const isOnTick = (price: string, { units, scale }: TickSize): boolean =>
  isInSteps(parseExact(price), { units: BigInt(units), scale })
