import type { AccountCase, AccountEvent } from './account-case.ts'
import { bounded } from './bounded.ts'
import { type Contract, fundingPaid } from './contract-value.ts'
import {
  averageOpenPrice,
  type LotQueue,
  lotsIn,
  noLots,
  nothingOpen,
  type OpenSums,
  splitLots,
  splitSums,
  tradeAtAverage,
  tradeFirstOut,
  unrealizedAt,
} from './open-lots.ts'
import {
  addRational,
  divideRational,
  negateRational,
  type Rational,
  subtractRational,
  zeroRational,
} from './rational.ts'
import { rationalText } from './rational-text.ts'

/** A position after an event, at average cost and first in, first out: decimal text of up to 34 digits. Prices of nothing are null. */
export type AccountRow = {
  readonly i: unknown
  readonly qty: string
  readonly avg_price: string | null
  readonly realized_step: string
  readonly realized_gross: string
  readonly fees: string
  readonly funding: string
  readonly realized_net: string
  readonly unrealized: string
  readonly equity_change: string
  readonly fifo_realized_step: string
  readonly fifo_realized_gross: string
  readonly fifo_avg_open_price: string | null
  readonly fifo_unrealized: string
  readonly fifo_lots: number
}

/**
 * A row for every event. Sums are fractions (see `bounded`); the texts are rounded. What is held is valued at the event's own mark, or
 * at the newest price before it where it names none.
 */
export function accountHistory({ events, multiplier, inverse }: AccountCase): AccountRow[] {
  const contract: Contract = { multiplier, isInverse: inverse }
  const queue = noLots()
  let account: Account = {
    average: nothingOpen,
    fifo: nothingOpen,
    fees: zeroRational,
    funding: zeroRational,
    mark: zeroRational,
  }
  return events.map((event, index) => {
    const before = account
    account = accountAfter(account, queue, contract, event)
    return { ...rowOf(account, before, contract, event.i ?? index), fifo_lots: lotsIn(queue) }
  })
}

type Account = {
  readonly average: OpenSums
  readonly fifo: OpenSums
  readonly fees: Rational
  readonly funding: Rational
  readonly mark: Rational
}

function accountAfter(account: Account, queue: LotQueue, contract: Contract, event: AccountEvent): Account {
  const { average, fifo, fees, funding } = account
  switch (event.type) {
    case 'fill': {
      const { side, qty, price, fee = zeroRational, mark_after: mark = price } = event
      const lot = { quantity: side === 'buy' ? qty : negateRational(qty), price }
      return {
        average: tradeAtAverage(average, contract, lot),
        fifo: tradeFirstOut(fifo, queue, contract, lot),
        fees: addRational(fees, fee),
        funding,
        mark,
      }
    }
    case 'funding': {
      const { rate, mark, mark_after = mark } = event
      const paid = fundingPaid(contract, average.quantity, mark, rate)
      return { ...account, funding: bounded(addRational(funding, paid)), mark: mark_after }
    }
    case 'split': {
      const ratio = divideRational(event.numerator, event.denominator)
      const mark = event.mark_after ?? divideRational(account.mark, ratio)
      splitLots(queue, ratio)
      return {
        ...account,
        average: splitSums(average, contract, ratio),
        fifo: splitSums(fifo, contract, ratio),
        mark,
      }
    }
    case 'mark':
      return { ...account, mark: event.mark_after }
  }
}

function rowOf(account: Account, before: Account, contract: Contract, i: unknown) {
  const { average, fifo, fees, funding, mark } = account
  const net = addRational(subtractRational(average.realized, fees), funding)
  const unrealized = unrealizedAt(average, contract, mark)
  return {
    i,
    qty: text(average.quantity),
    avg_price: textOrNull(averageOpenPrice(average, contract)),
    realized_step: text(subtractRational(average.realized, before.average.realized)),
    realized_gross: text(average.realized),
    fees: text(fees),
    funding: text(funding),
    realized_net: text(net),
    unrealized: text(unrealized),
    equity_change: text(addRational(net, unrealized)),
    fifo_realized_step: text(subtractRational(fifo.realized, before.fifo.realized)),
    fifo_realized_gross: text(fifo.realized),
    fifo_avg_open_price: textOrNull(averageOpenPrice(fifo, contract)),
    fifo_unrealized: text(unrealizedAt(fifo, contract, mark)),
  }
}

const digits = 34
const text = (value: Rational): string => rationalText(value, digits, digits)
const textOrNull = (value: Rational | null): string | null => (value === null ? null : text(value))
