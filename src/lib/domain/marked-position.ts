import { parseExact } from '#lib/bars/exact-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { type Contract, worthOf } from './contract.ts'
import { absMoney, asMoney, moneyOf, moneyText } from './money.ts'

export type PositionView = PayloadOf<'pnl.update'> & {
  /** |position * mark * multiplier|, in `currency` */
  readonly exposure: string
}

/** A position as its last fill left it, at another mark. */
export function markedAt(update: PayloadOf<'pnl.update'>, mark: string, contract: Contract): PositionView {
  const worthAt = (price: string) => worthOf(contract, parseExact(price), parseExact(update.position))
  const moved = worthAt(mark) - worthAt(update.mark)
  const since = (unrealized: string) => moneyText(asMoney(moneyOf(unrealized) + moved))
  const fifo = update.fifo && { ...update.fifo, unrealized: since(update.fifo.unrealized) }
  const exposure = moneyText(absMoney(worthAt(mark)))
  return { ...update, mark, unrealized: since(update.unrealized), exposure, ...(fifo ? { fifo } : {}) }
}
