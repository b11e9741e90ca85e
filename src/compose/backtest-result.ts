import { equityMetrics, type Metrics } from '#lib/metrics/equity-metrics.ts'
import { tradeMetrics } from '#lib/metrics/trade-metrics.ts'
import { dayMicros } from '#lib/time/day-micros.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { ClosedTrades } from './closed-trades.ts'

/** What came of a backtest. Money is exact text in the account's currency; ratios are doubles. */
export type BacktestResult = {
  readonly isSimulated: boolean
  readonly fill: string
  readonly currency: string
  readonly startingCash: string
  readonly finalEquity: string
  /** (final equity - starting cash) / starting cash */
  readonly totalReturn: number
  /** Largest fall of equity from its peak, as a fraction of the peak, over every value of the account (equity.csv). */
  readonly maxDrawdown: number
  /** The same over the last value of each UTC day; `metrics.equity.max_drawdown` has it as a negative number. */
  readonly maxDrawdownDaily: number | null
  /** When the account was first worth less than nothing. */
  readonly belowZeroAt: number | null
  /** Of `metrics.equity`. */
  readonly sharpe: number | null
  readonly metrics: {
    /** Of the last equity of each UTC day, 365 / mean days between them a year, rates 0; null of fewer than two days. */
    readonly equity: Metrics | null
    /** Of closed trades, after fees. */
    readonly trades: Metrics
  }
  readonly fees: string
  /** What positions brought or cost without a trade, like funding. */
  readonly paid: string
  readonly realized: string
  readonly unrealized: string
  readonly orders: number
  readonly fills: number
  /** By the gate, or by what sends orders. */
  readonly denied: number
  /** `denied` by its codes, the most frequent first. */
  readonly deniedBy: Readonly<Record<string, number>>
  /** The first halt of all trading, with the number that was found and the limit it broke. */
  readonly halted: Halt | null
  /** By the venue. */
  readonly rejected: number
  readonly from: number
  readonly to: number
  readonly bars: number
}

export type Halt = {
  readonly at: number
  readonly code: PayloadOf<'risk.halted'>['code']
  readonly value: string | null
  readonly limit: string | null
}

/** Reads a run as it goes by, for its result. */
export class ResultBook {
  readonly #account: { readonly currency: string; readonly startingCash: string }
  readonly #fills: string[] = []
  readonly #equity: string[] = []
  readonly #days: { day: number; equity: number }[] = []
  readonly #trades = new ClosedTrades()
  #last: PayloadOf<'pnl.snapshot'> | null = null
  #peak = 0
  #drawdown = 0
  #orders = 0
  readonly #denied = new Map<string, number>()
  #halted: Halt | null = null
  #belowZeroAt: number | null = null
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
        // A wish that is fulfilled already is denied nothing.
        if (event.payload.code === 'ALREADY_AT_TARGET') return
        this.#denied.set(event.payload.code, (this.#denied.get(event.payload.code) ?? 0) + 1)
        return
      case 'risk.halted': {
        const { code, value = null, limit = null } = event.payload
        this.#halted ??= { at: event.at, code, value, limit }
        return
      }
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
      case 'pnl.update':
        this.#trades.take(event.payload)
        return
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
    const denied = [...this.#denied].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    const finalEquity = last?.equity ?? startingCash
    const metrics = { equity: dailyMetrics(this.#days), trades: tradeMetrics(this.#trades.profits) }
    return {
      isSimulated,
      fill,
      currency,
      startingCash,
      finalEquity,
      totalReturn: Number(finalEquity) / Number(startingCash) - 1,
      maxDrawdown: this.#drawdown,
      maxDrawdownDaily: metrics.equity?.max_drawdown == null ? null : Math.abs(metrics.equity.max_drawdown),
      belowZeroAt: this.#belowZeroAt,
      sharpe: metrics.equity?.sharpe ?? null,
      metrics,
      fees: last?.fees ?? '0',
      paid: last?.paid ?? '0',
      realized: last?.realized ?? '0',
      unrealized: last?.unrealized ?? '0',
      orders: this.#orders,
      fills: this.#fills.length,
      denied: denied.reduce((sum, [, count]) => sum + count, 0),
      deniedBy: Object.fromEntries(denied),
      halted: this.#halted,
      rejected: this.#rejected,
      from: this.#from,
      to: this.#to,
      bars: this.#bars,
    }
  }

  /** The account's last value on each UTC day that has one. */
  get equityByDay(): readonly number[] {
    return this.#days.map(({ equity }) => equity)
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
    if (value < 0) this.#belowZeroAt ??= at
    if (value > this.#peak) this.#peak = value
    if (this.#peak > 0) this.#drawdown = Math.max(this.#drawdown, 1 - value / this.#peak)
    const day = Math.floor(at / dayMicros)
    const newest = this.#days.at(-1)
    if (newest?.day === day) newest.equity = value
    else this.#days.push({ day, equity: value })
  }
}

function dailyMetrics(days: readonly { day: number; equity: number }[]): Metrics | null {
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined || days.length < 2 || !(first.equity > 0)) return null
  return equityMetrics({
    equity: days.map(({ equity }) => equity),
    timesMs: days.map(({ day }) => (day * dayMicros) / 1_000),
    periodsPerYear: (365 * (days.length - 1)) / (last.day - first.day),
    riskFreePerPeriod: 0,
    marPerPeriod: 0,
  })
}

const iso = (at: number): string => new Date(at / 1_000).toISOString()
