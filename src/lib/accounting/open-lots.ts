import { bounded } from './bounded.ts'
import { type Contract, priceWorth, valueAt } from './contract-value.ts'
import {
  absRational,
  addRational,
  divideRational,
  minRational,
  multiplyRational,
  negateRational,
  type Rational,
  signOf,
  subtractRational,
  zeroRational,
} from './rational.ts'

/** What was opened together: a signed quantity and the price it was opened at. */
export type Lot = { readonly quantity: Rational; readonly price: Rational }

/** What is open, what it was worth as it was opened, and what closing brought. */
export type OpenSums = { readonly quantity: Rational; readonly value: Rational; readonly realized: Rational }

/** Lots in the order of their opening, from `head` on. */
export type LotQueue = { readonly lots: Lot[]; head: number }

export const nothingOpen: OpenSums = { quantity: zeroRational, value: zeroRational, realized: zeroRational }
export const noLots = (): LotQueue => ({ lots: [], head: 0 })
export const lotsIn = ({ lots, head }: LotQueue): number => lots.length - head

/** At average cost: what closes takes its share of the value along. */
export function tradeAtAverage(open: OpenSums, contract: Contract, { quantity, price }: Lot): OpenSums {
  const [opens, closes] = partsOf(open, quantity)
  if (signOf(closes) === 0) return opened(open, contract, { quantity: opens, price })
  const share = bounded(divideRational(multiplyRational(open.value, closes), open.quantity))
  return opened(closed(open, contract, { quantity: closes, price }, share), contract, { quantity: opens, price })
}

/** First in, first out: what closes takes the oldest lots along; they leave the queue. */
export function tradeFirstOut(open: OpenSums, queue: LotQueue, contract: Contract, { quantity, price }: Lot): OpenSums {
  const [opens, closes] = partsOf(open, quantity)
  let after = open
  for (let rest = closes; signOf(rest) !== 0; ) {
    const oldest = queue.lots[queue.head] as Lot
    const size = minRational(absRational(oldest.quantity), absRational(rest))
    const taken = signOf(rest) > 0 ? size : negateRational(size)
    const left = addRational(oldest.quantity, taken)
    const share = multiplyRational(taken, valueAt(contract, oldest.price))
    after = closed(after, contract, { quantity: taken, price }, share)
    if (signOf(left) === 0) dropOldest(queue)
    else queue.lots[queue.head] = { ...oldest, quantity: left }
    rest = subtractRational(rest, taken)
  }
  if (signOf(opens) !== 0) queue.lots.push({ quantity: opens, price })
  return opened(after, contract, { quantity: opens, price })
}

/** A split of `numerator` new units for `denominator` old ones: quantities by the ratio, prices against it; a linear value stays as it is. */
export const splitSums = (open: OpenSums, { isInverse }: Contract, ratio: Rational): OpenSums => ({
  quantity: multiplyRational(open.quantity, ratio),
  // -multiplier / (price / ratio), for ratio times as many.
  value: isInverse ? bounded(multiplyRational(open.value, multiplyRational(ratio, ratio))) : open.value,
  realized: open.realized,
})

/** The same for lots, in place. */
export function splitLots(queue: LotQueue, ratio: Rational): void {
  for (let i = queue.head; i < queue.lots.length; i++) {
    const { quantity, price } = queue.lots[i] as Lot
    queue.lots[i] = { quantity: multiplyRational(quantity, ratio), price: divideRational(price, ratio) }
  }
}

/** The price that values all that is open as it was opened; null when nothing is. */
export const averageOpenPrice = ({ quantity, value }: OpenSums, contract: Contract): Rational | null =>
  signOf(quantity) === 0 ? null : priceWorth(contract, divideRational(value, quantity))

/** What closing all at the mark would realize. */
export const unrealizedAt = ({ quantity, value }: OpenSums, contract: Contract, mark: Rational): Rational =>
  signOf(quantity) === 0 ? zeroRational : subtractRational(multiplyRational(quantity, valueAt(contract, mark)), value)

/** What of a signed quantity opens, and what closes what is open. */
function partsOf({ quantity: held }: OpenSums, quantity: Rational): readonly [opens: Rational, closes: Rational] {
  if (signOf(held) === 0 || signOf(held) === signOf(quantity)) return [quantity, zeroRational]
  const size = minRational(absRational(held), absRational(quantity))
  const closes = signOf(quantity) > 0 ? size : negateRational(size)
  return [subtractRational(quantity, closes), closes]
}

const opened = (open: OpenSums, contract: Contract, { quantity, price }: Lot): OpenSums =>
  signOf(quantity) === 0
    ? open
    : {
        ...open,
        quantity: addRational(open.quantity, quantity),
        value: bounded(addRational(open.value, multiplyRational(quantity, valueAt(contract, price)))),
      }

/** `share`: the value of what closes, with the sign of what closes, so against that of what is open. */
function closed(open: OpenSums, contract: Contract, { quantity, price }: Lot, share: Rational): OpenSums {
  const after = addRational(open.quantity, quantity)
  const brought = subtractRational(share, multiplyRational(quantity, valueAt(contract, price)))
  return {
    quantity: after,
    // Nothing is left of what was rounded either.
    value: signOf(after) === 0 ? zeroRational : bounded(addRational(open.value, share)),
    realized: bounded(addRational(open.realized, brought)),
  }
}

function dropOldest(queue: LotQueue): void {
  queue.head++
  if (queue.head < 1_024 || queue.head * 2 < queue.lots.length) return
  queue.lots.splice(0, queue.head)
  queue.head = 0
}
