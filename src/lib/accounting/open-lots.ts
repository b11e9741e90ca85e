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

/** How what is open is closed: lots in the order of their opening, or one lot at the average price. */
export type Costing = 'fifo' | 'average'

export type OpenLots = {
  readonly lots: readonly Lot[]
  readonly realized: Rational
}

export const noLots: OpenLots = { lots: [], realized: zeroRational }

/**
 * The lots after an execution of a signed quantity: it closes what is opposed to it, and what is left of it opens a lot. At average
 * cost an opening moves the average; through zero, all is closed and the rest opens at the price.
 */
export function tradeLots(open: OpenLots, costing: Costing, contract: Contract, { quantity, price }: Lot): OpenLots {
  const exit = valueAt(contract, price)
  let { realized } = open
  let rest = quantity
  const lots = [...open.lots]
  while (lots.length > 0 && signOf(rest) !== 0) {
    const oldest = lots[0] as Lot
    if (signOf(oldest.quantity) === signOf(rest)) break
    const size = minRational(absRational(oldest.quantity), absRational(rest))
    const closed = signOf(oldest.quantity) > 0 ? size : negateRational(size)
    realized = addRational(realized, multiplyRational(closed, subtractRational(exit, valueAt(contract, oldest.price))))
    rest = addRational(rest, closed)
    const left = subtractRational(oldest.quantity, closed)
    if (signOf(left) === 0) lots.shift()
    else lots[0] = { ...oldest, quantity: left }
  }
  if (signOf(rest) !== 0) lots.push({ quantity: rest, price })
  return { lots: costing === 'average' ? merged(contract, lots) : lots, realized }
}

/** The lots after a split of `numerator` new units for `denominator` old ones: quantities by the ratio, prices against it. */
export const splitLots = ({ lots, realized }: OpenLots, ratio: Rational): OpenLots => ({
  lots: lots.map(({ quantity, price }) => ({
    quantity: multiplyRational(quantity, ratio),
    price: divideRational(price, ratio),
  })),
  realized,
})

export const quantityHeld = ({ lots }: OpenLots): Rational =>
  lots.reduce((sum, { quantity }) => addRational(sum, quantity), zeroRational)

/** The price that values all that is open as its lots do; null when nothing is. */
export function averageOpenPrice({ lots }: OpenLots, contract: Contract): Rational | null {
  const [only, another] = lots
  if (only === undefined) return null
  return another === undefined ? only.price : meanPrice(contract, lots)
}

/** What closing all at the mark would realize. */
export const unrealizedAt = ({ lots }: OpenLots, contract: Contract, mark: Rational): Rational =>
  lots.length === 0
    ? zeroRational
    : lots.reduce((sum, { quantity, price }) => {
        const gained = subtractRational(valueAt(contract, mark), valueAt(contract, price))
        return addRational(sum, multiplyRational(quantity, gained))
      }, zeroRational)

function merged(contract: Contract, lots: readonly Lot[]): readonly Lot[] {
  if (lots.length < 2) return lots
  const quantity = lots.reduce((sum, lot) => addRational(sum, lot.quantity), zeroRational)
  return [{ quantity, price: meanPrice(contract, lots) }]
}

function meanPrice(contract: Contract, lots: readonly Lot[]): Rational {
  let [quantity, value] = [zeroRational, zeroRational]
  for (const lot of lots) {
    quantity = addRational(quantity, lot.quantity)
    value = addRational(value, multiplyRational(lot.quantity, valueAt(contract, lot.price)))
  }
  return priceWorth(contract, divideRational(value, quantity))
}
