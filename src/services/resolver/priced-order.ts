import { parseBarInterval } from '#lib/bars/bar-interval.ts'
import {
  addExact,
  compareExact,
  type ExactDecimal,
  formatExact,
  multiplyExact,
  parseExact,
} from '#lib/bars/exact-decimal.ts'
import { exactOfDouble } from '#lib/domain/decimal.ts'
import { absExact, maxExact, negateExact } from '#lib/domain/signed-decimal.ts'
import { roundToStep } from '#lib/domain/whole-steps.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { OrderTerms } from './order-terms.ts'

type Side = 'buy' | 'sell'
type Priced = Pick<
  PayloadOf<'instrument.resolved'>,
  | 'orderType'
  | 'limitPrice'
  | 'stopPrice'
  | 'trailingOffset'
  | 'timeInForce'
  | 'activeUntil'
  | 'isPostOnly'
  | 'isReduceOnly'
>

/** A step of a position: whether it takes it towards zero, or through it, and whether that is all it does. */
export type Step = {
  readonly side: Side
  readonly isLeaving: boolean
  readonly isReducing: boolean
  readonly reference: string
  readonly tickSize: string
  /** Of the wish, microseconds. */
  readonly at: number
}

/** An order's terms at a reference price, on the grid. [S8] [S19] */
export function pricedOrder(terms: OrderTerms, step: Step): Priced {
  const { timeInForce, goodFor, isReduceOnly } = terms
  const priced: Priced = { orderType: terms.type, ...pricesOf(terms, step) }
  if (timeInForce !== undefined) priced.timeInForce = timeInForce
  const interval = goodFor === undefined ? null : parseBarInterval(goodFor)
  if (interval?.kind === 'time') priced.activeUntil = step.at + interval.widthUs
  if ('isPostOnly' in terms && terms.isPostOnly) priced.isPostOnly = true
  if (isReduceOnly && step.isReducing) priced.isReduceOnly = true
  return priced
}

function pricesOf(terms: OrderTerms, step: Step): Pick<Priced, 'limitPrice' | 'stopPrice' | 'trailingOffset'> {
  const reference = parseExact(step.reference)
  switch (terms.type) {
    case 'market':
      return {}
    case 'limit':
      return { limitPrice: limitBeyond(reference, terms.limitBps, step) }
    case 'trailing_stop':
      return { trailingOffset: offsetOf(shareOf(reference, terms.trailingBps), step.tickSize, step.isLeaving) }
    case 'stop':
    case 'market_if_touched':
      return { stopPrice: formatExact(triggerOf(terms.type, reference, terms.stopBps, step)) }
    case 'stop_limit':
    case 'limit_if_touched': {
      const stop = triggerOf(terms.type, reference, terms.stopBps, step)
      return { stopPrice: formatExact(stop), limitPrice: limitBeyond(stop, terms.limitBps, step) }
    }
  }
}

/** The worst price that is accepted: a buy never pays more, a sell never receives less. [S8] */
function limitBeyond(price: ExactDecimal, bps: number, { side, tickSize }: Step): string {
  return formatExact(onGrid(beyond(price, bps, side), tickSize, side === 'buy' ? 'down' : 'up'))
}

/** What enters does so no sooner than was asked, what leaves no later. [S19] */
function triggerOf(type: OrderTerms['type'], reference: ExactDecimal, bps: number, step: Step): ExactDecimal {
  const isTouched = type === 'market_if_touched' || type === 'limit_if_touched'
  const isAbove = (step.side === 'buy') !== isTouched
  const price = beyond(reference, isTouched ? -bps : bps, step.side)
  return onGrid(price, step.tickSize, isAbove === step.isLeaving ? 'down' : 'up')
}

/** A distance on the grid, at least a step: rounded down where less of it is safer. */
export function offsetOf(distance: ExactDecimal, tickSize: string, isLessSafer: boolean): string {
  return formatExact(maxExact(onGrid(distance, tickSize, isLessSafer ? 'down' : 'up'), parseExact(tickSize)))
}

/** Rounded to the tick, where there is one. */
export function onGrid(price: ExactDecimal, tickSize: string, rounding: 'down' | 'up'): ExactDecimal {
  const tick = parseExact(tickSize)
  return tick.units > 0n ? roundToStep(price, tick, rounding) : price
}

/** Moved against us by basis points of it; below zero in our favour. */
function beyond(price: ExactDecimal, bps: number, side: Side): ExactDecimal {
  const share = shareOf(price, bps)
  return addExact(price, side === 'buy' ? share : negateExact(share))
}

function shareOf(price: ExactDecimal, bps: number): ExactDecimal {
  const { units, scale } = multiplyExact(absExact(price), exactOfDouble(bps))
  return { units, scale: scale + 4 }
}

/** Which way and how a position is moved from what it was. */
export function stepBetween(before: ExactDecimal, target: ExactDecimal) {
  const isOpposed = before.units > 0n ? target.units < 0n : before.units < 0n && target.units > 0n
  const isSmaller = compareExact(absExact(target), absExact(before)) < 0
  return {
    side: compareExact(target, before) > 0 ? 'buy' : 'sell',
    isLeaving: isSmaller || isOpposed,
    isReducing: isSmaller && !isOpposed,
    /** From nothing, or from the other side. */
    isOpening: target.units !== 0n && (before.units === 0n || isOpposed),
    isAdding: !isOpposed && before.units !== 0n && compareExact(absExact(target), absExact(before)) > 0,
  } as const
}
