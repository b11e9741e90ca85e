import { compareExact, type ExactDecimal, formatExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { externalStrategy } from '#lib/domain/external-order.ts'
import { maxExact, subtractExact } from '#lib/domain/signed-decimal.ts'
import { dayMicros } from '#lib/time/day-micros.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import type { Account } from './account.ts'
import { bookKey } from './book.ts'
import { inWholeLots } from './listing.ts'
import { closedProfitOf, profitOf } from './losses.ts'
import { exactText } from './proposal.ts'
import { strategyLimit } from './risk-config.ts'
import { recordOf, restartProfit, restartTrips } from './strategy-record.ts'

type Halted = Statement<'risk.strategy_halted'>

/** Keeps each strategy's profit, its peak and what the UTC day began with, where a limit asks for it. Before the account's equity. [R33] */
export function foldProfits(account: Account, { strategies }: PayloadOf<'pnl.snapshot'>, at: number): void {
  if (!account.watches.profits) return
  const isNewDay = Math.floor(at / dayMicros) > account.day
  for (const totals of strategies) {
    if (totals.strategy === externalStrategy) continue
    const record = recordOf(account.strategies, totals.strategy)
    const profit = profitOf(totals)
    if (isNewDay) record.dayStartProfit = record.profit
    record.profit = formatExact(profit)
    record.peakProfit = formatExact(maxExact(parseExact(record.peakProfit), profit))
    if (account.areProfitsNew) restartProfit(record)
  }
  account.areProfitsNew = false
}

/** Strategies whose newest profit is beyond a limit and that are not halted yet. [R33] */
export function brokenProfits(account: Account): Halted[] {
  if (!account.watches.profits) return []
  const halts: Halted[] = []
  for (const [strategy, { halted, profit, peakProfit, dayStartProfit }] of account.strategies) {
    if (halted !== null) continue
    const beyond = (from: string, limit: string | undefined): string | null => {
      if (limit === undefined) return null
      const lost = subtractExact(parseExact(from), parseExact(profit))
      return compareExact(lost, parseExact(limit)) > 0 ? exactText(lost) : null
    }
    const drawdown = strategyLimit(account.config, strategy, 'maxStrategyDrawdown')
    const dailyLoss = strategyLimit(account.config, strategy, 'maxStrategyDailyLoss')
    const fallen = beyond(peakProfit, drawdown)
    const lost = beyond(dayStartProfit, dailyLoss)
    if (fallen !== null) halts.push(halt(strategy, 'DRAWDOWN_EXCEEDS_MAX', fallen, drawdown))
    else if (lost !== null) halts.push(halt(strategy, 'DAILY_LOSS_EXCEEDS_MAX', lost, dailyLoss))
  }
  return halts
}

/**
 * Round trips, where a limit asks for them: one ends when a position comes to zero or through it, and its result is what realized less
 * fees, and what was paid, came to since the last one ended. [R34]
 */
export function foldTrip(account: Account, update: PayloadOf<'pnl.update'>): void {
  if (!account.watches.trips) return
  const { strategy, instrument } = update
  if (strategy === externalStrategy) return
  const key = bookKey(strategy, instrument)
  const position = parseExact(update.position)
  const sign = signOf(inWholeLots(account, instrument, position, position))
  const result = closedProfitOf(update)
  const before = account.trips.get(key) ?? { sign: 0, result: hasTraded(update) ? exactText(result) : '0' }
  const isOver = before.sign !== 0 && sign !== before.sign
  account.trips.set(key, { sign, result: isOver ? exactText(result) : before.result })
  if (!isOver) return
  const record = recordOf(account.strategies, strategy)
  if (compareExact(result, parseExact(before.result)) >= 0) {
    record.losses = 0
    return
  }
  record.losses += 1
  record.lostAt = account.now
}

/** A strategy that lost too often in a row and is not halted yet. [R34] */
export function brokenStreak({ config, strategies }: Account, strategy: string): Halted[] {
  const record = strategies.get(strategy)
  const limit = strategyLimit(config, strategy, 'maxConsecutiveLosses')
  if (record === undefined || record.halted !== null || limit === undefined || record.losses < limit) return []
  return [halt(strategy, 'CONSECUTIVE_LOSSES_EXCEED_MAX', String(record.losses), String(limit))]
}

/** An operator lets a strategy go on: its losses, peak and day start anew. [R35] */
export function restartStrategy(account: Account, strategy: string): void {
  const record = recordOf(account.strategies, strategy)
  record.halted = null
  restartTrips(record)
  restartProfit(record)
}

/** Has a round trip ended before the first that is heard of it, or part of one? */
const hasTraded = ({ realized, paid = '0' }: PayloadOf<'pnl.update'>): boolean =>
  [realized, paid].some((text) => parseExact(text).units !== 0n)

const signOf = ({ units }: ExactDecimal): number => (units > 0n ? 1 : units < 0n ? -1 : 0)

const halt = (
  strategy: string,
  code: PayloadOf<'risk.strategy_halted'>['code'],
  value: string,
  limit: string | undefined,
): Halted => ({ topic: 'risk.strategy_halted', payload: { strategy, code, value, limit } })
