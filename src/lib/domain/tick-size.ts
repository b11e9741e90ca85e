import { parseExact, tenTo } from '#lib/bars/exact-decimal.ts'
import { exactOfDouble, fromUnits, toUnits } from './decimal.ts'
import { divideHalfEven } from './rounding.ts'
import { isInSteps, wholeSteps } from './whole-steps.ts'

/** The smallest step of a price: `0.05` is 5 units at scale 2. Plain JSON. */
export type TickSize = { readonly units: number; readonly scale: number }

declare const inTicks: unique symbol
/** A price as a safe whole number of ticks. */
export type Ticks = number & { readonly [inTicks]: true }

/** Takes apart the text of a step, without its trailing zeros. Throws a RangeError when it is not above zero, or beyond the safe integers. */
export function tickSizeOf(text: string): TickSize {
  const exact = parseExact(text)
  if (exact.units <= 0n) throw new RangeError(`expected a step above zero, found ${text}`)
  let { units, scale } = exact
  for (; scale > 0 && units % 10n === 0n; scale--) units /= 10n
  if (units > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError(`the step ${text} is beyond the safe integers`)
  return { units: Number(units), scale }
}

/** Throws a RangeError when the price does not stand on the tick grid, or is beyond the safe integers. */
export function priceToTicks(price: string, tickSize: TickSize): Ticks {
  const units = toUnits(price, tickSize.scale)
  const step = BigInt(tickSize.units)
  if (units % step !== 0n) throw new RangeError(`${price} is not a multiple of ${ticksToPrice(1 as Ticks, tickSize)}`)
  return safeTicks(units / step)
}

/** The price as its shortest decimal text. */
export const ticksToPrice = (ticks: Ticks, { units, scale }: TickSize): string =>
  fromUnits(BigInt(ticks) * BigInt(units), scale)

/** Does the price stand on the grid? */
export const isOnTick = (price: string, { units, scale }: TickSize): boolean =>
  isInSteps(parseExact(price), { units: BigInt(units), scale })

/**
 * The one door from a double to a price. The double counts as its shortest decimal text; `down` and `up` go towards minus and
 * plus infinity, a tie of `nearest` to the even number of ticks. Throws a RangeError when it is not finite.
 */
export function roundToTick(value: number, tickSize: TickSize, rounding: 'down' | 'up' | 'nearest'): Ticks {
  const exact = exactOfDouble(value)
  const step = { units: BigInt(tickSize.units), scale: tickSize.scale }
  if (rounding !== 'nearest') return safeTicks(wholeSteps(exact, step, rounding))
  const scale = Math.max(exact.scale, step.scale)
  const dividend = exact.units * tenTo(scale - exact.scale)
  return safeTicks(divideHalfEven(dividend, step.units * tenTo(scale - step.scale)))
}

function safeTicks(ticks: bigint): Ticks {
  const safe = Number(ticks)
  if (!Number.isSafeInteger(safe)) throw new RangeError(`${ticks} ticks are beyond the safe integers`)
  return safe as Ticks
}
