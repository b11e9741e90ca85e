import { type ExactDecimal, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { wholeSteps } from '#lib/domain/whole-steps.ts'
import type { WorkingOrder } from './working-order.ts'

/** What an order gets from a bar or a quote, before it is a fill: the price as the market stated it, or the order's own limit. */
export type Take = {
  readonly price: string
  readonly lots: number
  readonly liquidity: 'maker' | 'taker'
  /** Microseconds. */
  readonly filledAt: number
  /** Lots that the whole bar traded, or that the quote displays, where the take is a share of them, and how many of these our orders had before. */
  readonly volume?: { readonly lots: number; readonly taken: number }
}

/** A bar as the fill profiles read it. */
export type FillingBar = {
  readonly start: number
  readonly end: number
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly volume: string
}

/** All that the order leaves: a bar states no displayed size. */
export const takeAll = (
  { leavesLots }: WorkingOrder,
  price: string,
  liquidity: Take['liquidity'],
  filledAt: number,
): Take => ({ price, lots: leavesLots, liquidity, filledAt })

/** Whole lots of a size or a volume, or of a share of it. */
export function wholeLots(
  size: string,
  { units, scale }: WorkingOrder['listing']['lotSize'],
  share: ExactDecimal = whole,
): number {
  return Number(wholeSteps(multiplyExact(parseExact(size), share), { units: BigInt(units), scale }, 'down'))
}

const whole: ExactDecimal = { units: 1n, scale: 0 }
