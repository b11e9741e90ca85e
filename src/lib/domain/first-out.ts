import { addExact, compareExact, type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import { type Contract, worthOf } from './contract.ts'
import { fromUnits } from './decimal.ts'
import { asMoney, type Money, moneyOf, moneyText, noMoney } from './money.ts'
import { movedBy } from './moved-by.ts'
import { type Execution, shareOf } from './position.ts'
import { absExact, negateExact, subtractExact } from './signed-decimal.ts'
import { type SplitRatio, splitQuantity } from './split.ts'

type OpenLot = { readonly quantity: ExactDecimal; readonly cost: Money }

/** A position first in, first out: what is open, in the order of its opening, and what closing it so has realized. */
export type FirstOut = { readonly lots: readonly OpenLot[]; readonly realized: Money }

export const noFirstOut: FirstOut = { lots: [], realized: noMoney }

/** After an execution: it closes the oldest lots that are opposed to it, each for its own cost, and what is left of it opens one. */
export function firstOutAfter({ lots, realized }: FirstOut, execution: Execution, contract: Contract): FirstOut {
  const price = parseExact(execution.price)
  const moved = movedBy(execution)
  let [rest, closedCost, head] = [moved, 0n, 0]
  let cut: OpenLot | null = null
  for (const lot of lots) {
    if (rest.units === 0n || lot.quantity.units > 0n === rest.units > 0n) break
    const isWhole = compareExact(absExact(lot.quantity), absExact(rest)) <= 0
    const cost = isWhole ? lot.cost : shareOf(lot.cost, absExact(rest), absExact(lot.quantity))
    const taken = isWhole ? negateExact(lot.quantity) : rest
    if (!isWhole) cut = { quantity: addExact(lot.quantity, taken), cost: asMoney(lot.cost - cost) }
    closedCost += cost
    head++
    rest = subtractExact(rest, taken)
  }
  const bought = worthOf(contract, price, moved)
  const opened = head === 0 ? bought : worthOf(contract, price, rest)
  const open = cut === null ? lots.slice(head) : [cut, ...lots.slice(head)]
  return {
    lots: rest.units === 0n ? open : [...open, { quantity: rest, cost: opened }],
    realized: asMoney(realized + (opened - bought) - closedCost),
  }
}

/** What closing all at the mark would realize, before fees. */
export const unrealizedFirstOut = ({ lots }: FirstOut, worth: Money): Money =>
  asMoney(lots.reduce((rest, { cost }) => rest - cost, worth as bigint))

/** After a split that leaves `held` in all: each lot keeps its cost; what rounding leaves is with the newest. */
export function splitFirstOut({ lots, realized }: FirstOut, held: ExactDecimal, ratio: SplitRatio): FirstOut {
  let rest = held
  const split = lots.map(({ quantity, cost }, i) => {
    const own = i === lots.length - 1 ? rest : splitQuantity(quantity, ratio)
    rest = subtractExact(rest, own)
    return { quantity: own, cost }
  })
  return { lots: split, realized }
}

export type FirstOutJson = {
  readonly realized: string
  readonly lots: readonly (readonly [quantity: string, cost: string])[]
}

export const firstOutToJson = ({ lots, realized }: FirstOut): FirstOutJson => ({
  realized: moneyText(realized),
  lots: lots.map(({ quantity, cost }) => [fromUnits(quantity.units, quantity.scale), moneyText(cost)] as const),
})

export const firstOutFromJson = ({ lots, realized }: FirstOutJson): FirstOut => ({
  realized: moneyOf(realized),
  lots: lots.map(([quantity, cost]) => ({ quantity: parseExact(quantity), cost: moneyOf(cost) })),
})
