import {
  addRational,
  compareRational,
  divideRational,
  minRational,
  multiplyRational,
  type Rational,
  rational,
  signOf,
  subtractRational,
  zeroRational,
} from '#lib/accounting/rational.ts'

export type Level = readonly [price: Rational, size: Rational]
export type Book = { readonly bids: readonly Level[]; readonly asks: readonly Level[] }

export type WalkingOrder = {
  readonly side: 'buy' | 'sell'
  readonly quantity: Rational
  /** Null for a market order. */
  readonly limit: Rational | null
  readonly timeInForce: 'GTC' | 'IOC' | 'FOK'
  readonly takerFeeRate: Rational
}

/** What became of an order that met a book. Prices and slippages of nothing are null; a positive slippage is worse. */
export type Walk = {
  readonly fills: readonly Level[]
  readonly filled: Rational
  readonly status: 'filled' | 'resting' | 'cancelled_remainder' | 'killed'
  readonly resting: Rational
  readonly averagePrice: Rational | null
  readonly notional: Rational
  readonly slippageVsMidBps: Rational | null
  readonly slippageVsTouchBps: Rational | null
  readonly fee: Rational
}

/**
 * An order against a book at one instant, price levels best first, each at its own price up to its size. IOC cancels the rest, FOK
 * is all or nothing within its limit, GTC rests at its limit; a market order never rests.
 */
export function walkBook(book: Book, order: WalkingOrder): Walk {
  const isBuy = order.side === 'buy'
  const asks = sortedLevels(book.asks, 1)
  const bids = sortedLevels(book.bids, -1)
  const reached = levelsTaken(isBuy ? asks : bids, order)
  const reachedQuantity = sum(reached.map(([, size]) => size))
  const isWhole = compareRational(reachedQuantity, order.quantity) === 0
  const isKilled = order.timeInForce === 'FOK' && !isWhole
  const fills = isKilled ? [] : reached
  const filled = isKilled ? zeroRational : reachedQuantity
  const notional = sum(fills.map(([price, size]) => multiplyRational(price, size)))
  const averagePrice = signOf(filled) === 0 ? null : divideRational(notional, filled)
  const rests = !isWhole && order.timeInForce === 'GTC' && order.limit !== null
  const touch = (isBuy ? asks : bids)[0]?.[0] ?? null
  return {
    fills,
    filled,
    status: isWhole ? 'filled' : isKilled ? 'killed' : rests ? 'resting' : 'cancelled_remainder',
    resting: rests ? subtractRational(order.quantity, filled) : zeroRational,
    averagePrice,
    notional,
    slippageVsMidBps: slippageBps(averagePrice, midOf(bids, asks), isBuy),
    slippageVsTouchBps: slippageBps(averagePrice, touch, isBuy),
    fee: multiplyRational(notional, order.takerFeeRate),
  }
}

function levelsTaken(levels: readonly Level[], { side, quantity, limit }: WalkingOrder): Level[] {
  const taken: Level[] = []
  let rest = quantity
  for (const [price, size] of levels) {
    const isBeyond =
      limit !== null && (side === 'buy' ? compareRational(price, limit) > 0 : compareRational(price, limit) < 0)
    if (isBeyond || signOf(rest) === 0) break
    const part = minRational(size, rest)
    taken.push([price, part])
    rest = subtractRational(rest, part)
  }
  return taken
}

const sortedLevels = (levels: readonly Level[], direction: 1 | -1): Level[] =>
  levels.filter(([, size]) => signOf(size) > 0).sort(([a], [b]) => direction * compareRational(a, b))

function midOf(bids: readonly Level[], asks: readonly Level[]): Rational | null {
  const [bid, ask] = [bids[0], asks[0]]
  return bid && ask ? divideRational(addRational(bid[0], ask[0]), rational(2n)) : null
}

function slippageBps(averagePrice: Rational | null, reference: Rational | null, isBuy: boolean): Rational | null {
  if (averagePrice === null || reference === null || signOf(reference) === 0) return null
  const worse = isBuy ? subtractRational(averagePrice, reference) : subtractRational(reference, averagePrice)
  return multiplyRational(divideRational(worse, reference), rational(10_000n))
}

const sum = (values: readonly Rational[]): Rational => values.reduce(addRational, zeroRational)
