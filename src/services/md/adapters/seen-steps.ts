import { toSafeUnits } from '#lib/domain/decimal.ts'
import { type TickSize, tickSizeOf } from '#lib/domain/tick-size.ts'
import type { MarketTopic } from '#lib/market/market-fact.ts'
import type { Statement } from '#schemas/event.ts'

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

/** A price is a safe whole number of ticks. */
export const mostDigits = 15

/** Looks at every price and size of a fact. */
export const foldSteps = (steps: SeenSteps, fact: Statement<MarketTopic>): void =>
  eachPrice(fact, steps, foldPrice, foldSize)

/** Gives every price of a statement to `onPrice`, with `into`, and every size of a trade or a quote to `onSize`. */
export function eachPrice<Into>(
  fact: Statement<MarketTopic>,
  into: Into,
  onPrice: (into: Into, price: string) => void,
  onSize: (into: Into, size: string) => void = () => undefined,
): void {
  switch (fact.topic) {
    case 'md.bar': {
      const { open, high, low, close } = fact.payload
      onPrice(into, open)
      onPrice(into, high)
      onPrice(into, low)
      onPrice(into, close)
      return
    }
    case 'md.tick':
      if (fact.payload.kind === 'quote') eachSide(fact.payload, into, onPrice, onSize)
      else {
        onPrice(into, fact.payload.price)
        onSize(into, fact.payload.size)
      }
      return
    case 'md.option.tick':
      eachSide(fact.payload, into, onPrice, onSize)
      if (fact.payload.last !== undefined) onPrice(into, fact.payload.last)
      return
    case 'md.depth':
      for (const [price] of fact.payload.bids) onPrice(into, price)
      for (const [price] of fact.payload.asks) onPrice(into, price)
      return
    case 'md.order':
      if (fact.payload.kind !== 'snapshot') onPrice(into, fact.payload.price)
      else for (const [, price] of [...fact.payload.bids, ...fact.payload.asks]) onPrice(into, price)
      return
    case 'md.instrument':
    case 'md.option.chain.snapshot':
    case 'md.funding':
    case 'md.split':
    case 'md.gap':
    case 'md.status':
      return
  }
}

type Sides = { bid: string | null; bidSize: string | null; ask: string | null; askSize: string | null }

function eachSide<Into>(
  { bid, bidSize, ask, askSize }: Sides,
  into: Into,
  onPrice: (into: Into, price: string) => void,
  onSize: (into: Into, size: string) => void,
): void {
  if (bid !== null) onPrice(into, bid)
  if (bidSize !== null) onSize(into, bidSize)
  if (ask !== null) onPrice(into, ask)
  if (askSize !== null) onSize(into, askSize)
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

export function wholeDigitsOf(price: string): number {
  const point = price.indexOf('.')
  return (point < 0 ? price.length : point) - (price.charCodeAt(0) === 45 ? 1 : 0)
}

function foldSize(steps: SeenSteps, size: string): void {
  const scale = neededScale(size, steps.sizeScale)
  if (scale > steps.sizeScale) steps.sizeScale = scale
}

/** Digits after the point without the zeros that end it; whatever is at most `enough` may be said as it comes. */
export function neededScale(text: string, enough: number): number {
  const point = text.indexOf('.')
  if (point < 0) return 0
  let end = text.length
  while (end - point - 1 > enough && text.charCodeAt(end - 1) === 48) end--
  return end - point - 1
}
