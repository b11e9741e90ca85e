import { toSafeUnits } from '#lib/domain/decimal.ts'
import { type TickSize, tickSizeOf } from '#lib/domain/tick-size.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'

/** How finely an instrument's prices and sizes are written. */
export type SeenSteps = {
  /** Digits after the point that the finest price needs. */
  priceScale: number
  sizeScale: number
  /** Digits before the point of the largest price. */
  wholeDigits: number
  /** The tick size that its source states, while every price stands on it. */
  declared: TickSize | null
  /** The first price that does not. */
  offTick: string | null
}

export const startSteps = (declaredTick: string | undefined): SeenSteps => ({
  priceScale: 0,
  sizeScale: 0,
  wholeDigits: 1,
  declared: declaredTick === undefined ? null : tickSizeOf(declaredTick),
  offTick: null,
})

/** Looks at every price and size of a fact. */
export function foldSteps(steps: SeenSteps, fact: MarketFact): void {
  switch (fact.topic) {
    case 'md.bar': {
      const { open, high, low, close } = fact.payload
      foldPrice(steps, open)
      foldPrice(steps, high)
      foldPrice(steps, low)
      foldPrice(steps, close)
      return
    }
    case 'md.tick': {
      const tick = fact.payload
      if (tick.kind === 'quote') foldQuote(steps, tick)
      else {
        foldPrice(steps, tick.price)
        foldSize(steps, tick.size)
      }
      return
    }
    case 'md.option.tick':
      foldQuote(steps, fact.payload)
      if (fact.payload.last !== undefined) foldPrice(steps, fact.payload.last)
      return
    case 'md.depth':
      for (const [price] of fact.payload.bids) foldPrice(steps, price)
      for (const [price] of fact.payload.asks) foldPrice(steps, price)
      return
    case 'md.instrument':
    case 'md.option.chain.snapshot':
    case 'md.funding':
    case 'md.gap':
    case 'md.status':
      return
  }
}

type Quote = { bid: string | null; bidSize: string | null; ask: string | null; askSize: string | null }

function foldQuote(steps: SeenSteps, { bid, bidSize, ask, askSize }: Quote): void {
  if (bid !== null) foldPrice(steps, bid)
  if (bidSize !== null) foldSize(steps, bidSize)
  if (ask !== null) foldPrice(steps, ask)
  if (askSize !== null) foldSize(steps, askSize)
}

function foldPrice(steps: SeenSteps, price: string): void {
  const scale = neededScale(price, steps.priceScale)
  if (scale > steps.priceScale) steps.priceScale = scale
  const whole = wholeDigitsOf(price)
  if (whole > steps.wholeDigits) steps.wholeDigits = whole
  const { declared } = steps
  if (declared === null || steps.offTick !== null) return
  if (neededScale(price, declared.scale) > declared.scale) steps.offTick = price
  // A power of ten is stood on by every price that needs no more digits.
  else if (declared.units !== 1 && toSafeUnits(price, declared.scale) % declared.units !== 0) steps.offTick = price
}

function wholeDigitsOf(price: string): number {
  const point = price.indexOf('.')
  return (point < 0 ? price.length : point) - (price.charCodeAt(0) === 45 ? 1 : 0)
}

function foldSize(steps: SeenSteps, size: string): void {
  const scale = neededScale(size, steps.sizeScale)
  if (scale > steps.sizeScale) steps.sizeScale = scale
}

/** Digits after the point without the zeros that end it; whatever is at most `enough` may be said as it comes. */
function neededScale(text: string, enough: number): number {
  const point = text.indexOf('.')
  if (point < 0) return 0
  let end = text.length
  while (end - point - 1 > enough && text.charCodeAt(end - 1) === 48) end--
  return end - point - 1
}
