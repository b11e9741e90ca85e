import type { Metrics } from './equity-metrics.ts'
import { meanOf, sampleDeviation, sumOf } from './sample.ts'

/** What a list of closed trades came to, from the profit of each in order; definitions are in SPEC.md. Throws a RangeError on what is not finite. */
export function tradeMetrics(profits: readonly number[]): Metrics {
  const odd = profits.find((profit) => !Number.isFinite(profit))
  if (odd !== undefined) throw new RangeError(`a profit is ${odd}, expected a finite number`)
  const wins = profits.filter((profit) => profit > 0)
  const losses = profits.filter((profit) => profit < 0).map((profit) => -profit)
  const [n, grossProfit, grossLoss] = [profits.length, sumOf(wins), sumOf(losses)]
  const winRate = n === 0 ? null : wins.length / n
  const averageWin = wins.length === 0 ? null : grossProfit / wins.length
  const averageLoss = losses.length === 0 ? null : grossLoss / losses.length
  const payoff = averageWin === null || averageLoss === null ? null : averageWin / averageLoss
  const expectancy = n === 0 ? null : meanOf(profits)
  const deviation = sampleDeviation(profits)
  return {
    trades: n,
    wins: wins.length,
    losses: losses.length,
    breakeven: n - wins.length - losses.length,
    net_profit: sumOf(profits),
    gross_profit: grossProfit,
    gross_loss: grossLoss,
    win_rate: winRate,
    profit_factor: losses.length === 0 ? null : grossProfit / grossLoss,
    avg_win: averageWin,
    avg_loss: averageLoss,
    payoff_ratio: payoff,
    expectancy,
    expectancy_ratio: expectancy === null || averageLoss === null || payoff === null ? null : expectancy / averageLoss,
    kelly: winRate === null || payoff === null ? null : winRate - (1 - winRate) / payoff,
    sqn: expectancy === null || !deviation ? null : (Math.sqrt(n) * expectancy) / deviation,
    largest_win: wins.length === 0 ? null : wins.reduce((a, b) => Math.max(a, b)),
    largest_loss: losses.length === 0 ? null : losses.reduce((a, b) => Math.max(a, b)),
    max_consecutive_wins: longestRun(profits, (profit) => profit > 0),
    max_consecutive_losses: longestRun(profits, (profit) => profit < 0),
  }
}

/** A trade that broke even ends a streak of either kind. */
function longestRun(profits: readonly number[], counts: (profit: number) => boolean): number {
  let [longest, run] = [0, 0]
  for (const profit of profits) {
    run = counts(profit) ? run + 1 : 0
    longest = Math.max(longest, run)
  }
  return longest
}
