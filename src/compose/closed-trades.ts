import type { PayloadOf } from '#schemas/catalogue.ts'

type Open = { readonly position: number; readonly net: number }

/**
 * Profits of closed trades, from `pnl.update`: a trade of a strategy in an instrument ends when its position is flat or changes its sign; its profit is
 * what was realized and paid since the last end, less all fees since then, those of the fill that turns the position included. Doubles, for statistics.
 */
export class ClosedTrades {
  readonly profits: number[] = []
  readonly #open = new Map<string, Open>()

  take({ strategy, instrument, position, realized, fees, paid = '0' }: PayloadOf<'pnl.update'>): void {
    const key = `${strategy}/${instrument}`
    const before = this.#open.get(key) ?? { position: 0, net: 0 }
    const now = Number(position)
    const isClosed = before.position !== 0 && Math.sign(now) !== Math.sign(before.position)
    const net = Number(realized) - Number(fees) + Number(paid)
    if (isClosed) this.profits.push(net - before.net)
    this.#open.set(key, { position: now, net: isClosed ? net : before.net })
  }
}
