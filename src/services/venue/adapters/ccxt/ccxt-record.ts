import { z } from 'zod'
import type { AccountTrade, Answer } from '../gateway/real-venue.ts'
import { understood } from '../gateway/understood.ts'
import { accountTradeOfCcxt, CcxtAccountTrade } from './ccxt-order.ts'
import { type CcxtTrader, idOf } from './open-ccxt.ts'

/** How many an exchange gives at once is not known: it is asked for so many, which all that are taken allow. */
const tradesMost = 500
/** The record may have a trade so much later than it was made. */
const lateMs = 60_000

/** The account's record of trades by symbol, as far as it was read. */
export class CcxtRecord {
  readonly #exchange: Pick<CcxtTrader, 'fetchMyTrades' | 'markets'>
  /** By symbol, of the newest question. */
  readonly #read = new Map<
    string,
    { readonly sinceMs: number; startMs: number; readonly trades: Map<string, AccountTrade> }
  >()

  constructor(exchange: Pick<CcxtTrader, 'fetchMyTrades' | 'markets'>) {
    this.#exchange = exchange
  }

  /**
   * All of a symbol from an instant on, page by page until one has nothing beyond what is known. What was read stays, also where an answer lacks or
   * ccxt throws, and the next call goes on a minute before the newest that is known. [G34] [X5]
   */
  async trades(symbol: string, sinceMs: number): Promise<Answer<AccountTrade[]>> {
    const before = this.#read.get(symbol)
    const read = before?.sinceMs === sinceMs ? before : { sinceMs, startMs: sinceMs, trades: new Map() }
    this.#read.set(symbol, read)
    for (let startMs = read.startMs; ; ) {
      const told = await this.#exchange.fetchMyTrades(symbol, startMs, tradesMost)
      const page = understood(told, z.array(CcxtAccountTrade), (trades) => trades)
      if (page.kind !== 'done') return page
      const known = read.trades.size
      for (const trade of page.value)
        read.trades.set(`${trade.id} ${trade.side}`, accountTradeOfCcxt(trade, idOf(this.#exchange, symbol)))
      const newestMs = page.value.reduce((newest, { timestamp }) => Math.max(newest, timestamp), startMs)
      if (read.trades.size === known && newestMs === startMs) return { kind: 'done', value: [...read.trades.values()] }
      startMs = newestMs
      read.startMs = Math.max(read.startMs, newestMs - lateMs)
    }
  }
}
