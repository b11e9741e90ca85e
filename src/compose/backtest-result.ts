import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'

/** What came of a backtest. Money is exact text in the account's currency; ratios are doubles. */
export type BacktestResult = {
  readonly isSimulated: boolean
  readonly fill: string
  readonly currency: string
  readonly startingCash: string
  readonly finalEquity: string
  /** (final equity - starting cash) / starting cash */
  readonly totalReturn: number
  /** Largest fall of equity from its peak, as a fraction of the peak, over the snapshots. */
  readonly maxDrawdown: number
  /**
   * Mean / sample standard deviation of the returns from one UTC day's last snapshot to the next, times sqrt(365 / mean days between
   * them); risk-free rate 0 (Sharpe 1994). Null with fewer than three days or no deviation.
   */
  readonly sharpe: number | null
  readonly fees: string
  readonly realized: string
  readonly unrealized: string
  readonly orders: number
  readonly fills: number
  readonly denied: number
  /** By the venue. */
  readonly rejected: number
  readonly from: number
  readonly to: number
  readonly bars: number
}

const dayUs = 86_400_000_000

/** Reads a run as it goes by, for its result. */
export class ResultBook {
  readonly #account: { readonly currency: string; readonly startingCash: string }
  readonly #fills: string[] = []
  readonly #equity: string[] = []
  readonly #days: { day: number; equity: number }[] = []
  #last: PayloadOf<'pnl.snapshot'> | null = null
  #peak = 0
  #drawdown = 0
  #orders = 0
  #denied = 0
  #rejected = 0
  #bars = 0
  #from = 0
  #to = 0

  constructor(account: { readonly currency: string; readonly startingCash: string }) {
    this.#account = account
    this.#peak = Number(account.startingCash)
  }

  take(event: Event): void {
    switch (event.topic) {
      case 'md.bar':
        this.#bars++
        if (this.#from === 0) this.#from = event.at
        this.#to = event.at
        return
      case 'md.tick':
        if (this.#from === 0) this.#from = event.at
        this.#to = event.at
        return
      case 'order.submitted':
        this.#orders++
        return
      case 'order.denied':
      case 'risk.rejected':
        this.#denied++
        return
      case 'order.rejected':
        this.#rejected++
        return
      case 'order.fill': {
        const { strategy, instrument, side, quantity, price, fee, clientOrderId, tradeId } = event.payload
        this.#fills.push(
          [iso(event.at), strategy, instrument, side, quantity, price, fee, clientOrderId, tradeId].join(','),
        )
        return
      }
      case 'pnl.snapshot':
        this.#snapshot(event.at, event.payload)
        return
      default:
        return
    }
  }

  result(fill: string, isSimulated: boolean): BacktestResult {
    const { currency, startingCash } = this.#account
    const last = this.#last
    const finalEquity = last?.equity ?? startingCash
    return {
      isSimulated,
      fill,
      currency,
      startingCash,
      finalEquity,
      totalReturn: Number(finalEquity) / Number(startingCash) - 1,
      maxDrawdown: this.#drawdown,
      sharpe: sharpeOf(this.#days),
      fees: last?.fees ?? '0',
      realized: last?.realized ?? '0',
      unrealized: last?.unrealized ?? '0',
      orders: this.#orders,
      fills: this.#fills.length,
      denied: this.#denied,
      rejected: this.#rejected,
      from: this.#from,
      to: this.#to,
      bars: this.#bars,
    }
  }

  /** Every fill, a line each. */
  tradesCsv(): string {
    return `${['time,strategy,instrument,side,quantity,price,fee,client_order_id,trade_id', ...this.#fills].join('\n')}\n`
  }

  equityCsv(): string {
    return `${['time,equity,realized,unrealized,fees,gross_exposure', ...this.#equity].join('\n')}\n`
  }

  #snapshot(at: number, snapshot: PayloadOf<'pnl.snapshot'>): void {
    this.#last = snapshot
    const { equity, realized, unrealized, fees, grossExposure } = snapshot
    this.#equity.push([iso(at), equity, realized, unrealized, fees, grossExposure].join(','))
    const value = Number(equity)
    if (value > this.#peak) this.#peak = value
    if (this.#peak > 0) this.#drawdown = Math.max(this.#drawdown, 1 - value / this.#peak)
    const day = Math.floor(at / dayUs)
    const newest = this.#days.at(-1)
    if (newest?.day === day) newest.equity = value
    else this.#days.push({ day, equity: value })
  }
}

function sharpeOf(days: readonly { day: number; equity: number }[]): number | null {
  if (days.length < 3) return null
  const returns = days.slice(1).map(({ equity }, i) => equity / (days[i] as { equity: number }).equity - 1)
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length
  const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (returns.length - 1)
  if (!(variance > 0)) return null
  const [first, last] = [days[0] as { day: number }, days.at(-1) as { day: number }]
  const daysBetween = (last.day - first.day) / returns.length
  return (mean / Math.sqrt(variance)) * Math.sqrt(365 / daysBetween)
}

const iso = (at: number): string => new Date(at / 1_000).toISOString()
