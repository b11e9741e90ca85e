import type { PayloadOf } from '#schemas/catalogue.ts'
import type { RateWindow } from './rate-window.ts'
import { type RiskConfig, strategyLimit } from './risk-config.ts'

/** What the gate remembers of a strategy beside its books. Plain JSON; money is decimal text. */
export type StrategyRecord = {
  /** Why it may add nothing, until an operator resumes it. */
  halted: PayloadOf<'risk.strategy_halted'>['code'] | null
  approvedAt: RateWindow
  /** realized - fees + paid + unrealized, of the newest snapshot; at its highest; at the end of the day before. */
  profit: string
  peakProfit: string
  dayStartProfit: string
  /** Round trips that lost, since the last that did not. */
  losses: number
  /** When the newest of them ended, microseconds. */
  lostAt: number | null
}

export const newRecord = (): StrategyRecord => ({
  halted: null,
  approvedAt: [],
  profit: '0',
  peakProfit: '0',
  dayStartProfit: '0',
  losses: 0,
  lostAt: null,
})

export function recordOf(records: Map<string, StrategyRecord>, strategy: string): StrategyRecord {
  const known = records.get(strategy)
  if (known) return known
  const opened = newRecord()
  records.set(strategy, opened)
  return opened
}

/** What its losses are counted from is what it has made by now. */
export function restartProfit(record: StrategyRecord): void {
  record.peakProfit = record.profit
  record.dayStartProfit = record.profit
}

/** None of its round trips has lost. */
export function restartTrips(record: StrategyRecord): void {
  record.losses = 0
  record.lostAt = null
}

/** What a limit counts that a strategy had not before begins with it. [R20] */
export function countAnew(records: ReadonlyMap<string, StrategyRecord>, before: RiskConfig, now: RiskConfig): void {
  for (const [strategy, record] of records) {
    const isNew = (limit: LossLimit) =>
      strategyLimit(now, strategy, limit) !== undefined && strategyLimit(before, strategy, limit) === undefined
    if (isNew('maxStrategyDrawdown')) record.peakProfit = record.profit
    if (isNew('maxStrategyDailyLoss')) record.dayStartProfit = record.profit
    if (isNew('maxConsecutiveLosses')) record.losses = 0
    if (isNew('cooldownMs')) record.lostAt = null
  }
}

type LossLimit = 'maxStrategyDrawdown' | 'maxStrategyDailyLoss' | 'maxConsecutiveLosses' | 'cooldownMs'
