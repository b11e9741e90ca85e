import { parseExact } from '#lib/bars/exact-decimal.ts'
import { worthOf } from '#lib/domain/contract.ts'
import { firstOutAfter, noFirstOut, unrealizedFirstOut } from '#lib/domain/first-out.ts'
import { asMoney, moneyText } from '#lib/domain/money.ts'
import {
  averagePriceOf,
  type Execution,
  flat,
  positionAfter,
  quantityText,
  unrealizedOf,
} from '#lib/domain/position.ts'

/** An execution with the price at which what is then held is valued. */
export type MarkedExecution = Execution & { readonly mark: string }

/** The position after an execution: exact decimal texts; realized is gross of fees, null is the average price of nothing. */
export type PositionRow = {
  readonly position: string
  readonly averagePrice: string | null
  readonly realizedStep: string
  readonly realized: string
  readonly fees: string
  readonly unrealized: string
  /** realized - fees + unrealized */
  readonly equityChange: string
  /** The same first in, first out. */
  readonly fifo: { readonly realized: string; readonly unrealized: string; readonly lots: number }
}

/** Accounting of executions in one instrument, in their order: a row for each. */
export function* positionHistory(executions: Iterable<MarkedExecution>, multiplier: string): Generator<PositionRow> {
  const contract = { multiplier: parseExact(multiplier), isInverse: false }
  let position = flat
  let fifo = noFirstOut
  for (const execution of executions) {
    const before = position.realized
    position = positionAfter(position, execution, contract)
    fifo = firstOutAfter(fifo, execution, contract)
    const worth = worthOf(contract, parseExact(execution.mark), position.quantity)
    const { realized, fees } = position
    const unrealized = unrealizedOf(position, parseExact(execution.mark), contract)
    yield {
      position: quantityText(position),
      averagePrice: averagePriceOf(position, contract),
      realizedStep: moneyText(asMoney(realized - before)),
      realized: moneyText(realized),
      fees: moneyText(fees),
      unrealized: moneyText(unrealized),
      equityChange: moneyText(asMoney(realized - fees + unrealized)),
      fifo: {
        realized: moneyText(fifo.realized),
        unrealized: moneyText(unrealizedFirstOut(fifo, worth)),
        lots: fifo.lots.length,
      },
    }
  }
}
