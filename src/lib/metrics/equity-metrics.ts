import { type Drawdown, drawdownOf } from './drawdown.ts'
import {
  centralSum,
  meanOf,
  quantileOf,
  sampleDeviation,
  sampleExcessKurtosis,
  sampleSkewness,
  sumOf,
} from './sample.ts'

/** An equity curve and the rates that it is measured by. */
export type EquityCurve = {
  readonly equity: readonly number[]
  /** When each point stands, in milliseconds UTC. */
  readonly timesMs: readonly number[]
  /** 252 of trading days, 365 of days. */
  readonly periodsPerYear: number
  readonly riskFreePerPeriod: number
  /** Minimum acceptable return, of Sortino's ratio and omega. */
  readonly marPerPeriod: number
  /** Levels of what it is compared with, at the same times. */
  readonly benchmark?: readonly number[]
}

/** By name; null is undefined: too few points, nothing to divide by. */
export type Metrics = Readonly<Record<string, number | null>>

/**
 * Return, risk and ratios of an equity curve; definitions are in SPEC.md. Throws a RangeError on fewer than two points, on a first point that
 * is not above zero, and on what is not finite.
 */
export function equityMetrics(curve: EquityCurve): Metrics {
  const { equity, timesMs, periodsPerYear } = curve
  const [first, last] = [equity[0], equity.at(-1)]
  if (first === undefined || last === undefined || equity.length < 2)
    throw new RangeError(`an equity curve of ${equity.length} points, expected at least two`)
  if (equity.some((value) => !Number.isFinite(value))) throw new RangeError('equity is not a finite number')
  if (curve.benchmark !== undefined && curve.benchmark.length !== equity.length)
    throw new RangeError(`a benchmark of ${curve.benchmark.length} points beside ${equity.length}`)
  if (!(first > 0)) throw new RangeError(`equity begins at ${first}, expected a number above zero`)
  const returns = equity.slice(1).map((value, i) => value / (equity[i] as number) - 1)
  const n = returns.length
  const growth = last / first
  const yearsElapsed = ((timesMs.at(-1) as number) - (timesMs[0] as number)) / msPerYear
  const cagr = growth ** (periodsPerYear / n) - 1
  const drawdown = drawdownOf(equity)
  return onlyFinite({
    n_returns: n,
    total_return: growth - 1,
    cagr_periods: cagr,
    cagr_calendar_act365: yearsElapsed > 0 ? growth ** (1 / yearsElapsed) - 1 : null,
    ...ratiosOf(returns, curve),
    ...drawdownColumns(drawdown),
    calmar: drawdown.deepest === 0 ? null : cagr / -drawdown.deepest,
    ulcer_index: drawdown.ulcer,
    recovery_factor: drawdown.deepest === 0 ? null : (growth - 1) / -drawdown.deepest,
    ...tailsOf(returns),
    positive_periods_ratio: returns.filter((value) => value > 0).length / n,
    ...(curve.benchmark === undefined ? {} : againstBenchmark(returns, curve.benchmark, curve)),
  })
}

const msPerYear = 365 * 86_400_000

function ratiosOf(
  returns: readonly number[],
  { periodsPerYear, riskFreePerPeriod, marPerPeriod }: EquityCurve,
): Metrics {
  const perYear = Math.sqrt(periodsPerYear)
  const deviation = sampleDeviation(returns)
  const excess = returns.map((value) => value - riskFreePerPeriod)
  const excessDeviation = sampleDeviation(excess)
  // Below this the deviation is what rounding left of equal returns.
  const rounding = 1e-10 * returns.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const overMar = returns.map((value) => value - marPerPeriod)
  const downside = Math.sqrt(meanOf(overMar.map((value) => Math.min(value, 0) ** 2)))
  const gains = sumOf(overMar.map((value) => Math.max(value, 0)))
  const losses = -sumOf(overMar.map((value) => Math.min(value, 0)))
  return {
    mean_return: meanOf(returns),
    stdev_sample: deviation,
    volatility_annual: deviation === null ? null : deviation * perYear,
    sharpe:
      excessDeviation === null || excessDeviation <= rounding ? null : (meanOf(excess) / excessDeviation) * perYear,
    downside_deviation_annual: downside * perYear,
    sortino: downside === 0 ? null : (meanOf(overMar) / downside) * perYear,
    omega: losses === 0 ? null : gains / losses,
  }
}

const drawdownColumns = ({ deepest, peak, trough, recovery, amount, longestUnderwater }: Drawdown): Metrics => ({
  max_drawdown: deepest,
  max_drawdown_peak_index: peak,
  max_drawdown_trough_index: trough,
  max_drawdown_recovery_index: recovery,
  max_drawdown_bars_peak_to_trough: peak === null || trough === null ? 0 : trough - peak,
  max_drawdown_bars_peak_to_recovery: peak === null || recovery === null ? null : recovery - peak,
  longest_underwater_bars: longestUnderwater,
  max_drawdown_amount: amount,
})

/** Quantile of the standard normal at 5 %. */
const normalAt5 = -1.6448536269514722

function tailsOf(returns: readonly number[]): Metrics {
  const sorted = [...returns].sort((a, b) => a - b)
  const var95 = quantileOf(sorted, 0.05)
  const var99 = quantileOf(sorted, 0.01)
  const best95 = quantileOf(sorted, 0.95)
  // Returns that are equal may differ in their last digit.
  const beyond = (bound: number | null) =>
    bound === null ? null : meanOf(sorted.filter((value) => value <= bound + 1e-12 * Math.abs(bound)))
  const deviation = sampleDeviation(returns)
  return {
    var_95_historical: var95,
    cvar_95_historical: beyond(var95),
    var_99_historical: var99,
    cvar_99_historical: beyond(var99),
    var_95_normal: deviation === null ? null : meanOf(returns) + normalAt5 * deviation,
    tail_ratio: var95 === null || best95 === null || var95 === 0 ? null : Math.abs(best95 / var95),
    skewness_sample: sampleSkewness(returns),
    excess_kurtosis_sample: sampleExcessKurtosis(returns),
    best_return: sorted.at(-1) ?? null,
    worst_return: sorted[0] ?? null,
  }
}

/** Slope and intercept of the returns over those of a benchmark, both less the risk-free rate; null where the benchmark does not move. [E8] */
function againstBenchmark(
  returns: readonly number[],
  levels: readonly number[],
  { riskFreePerPeriod, periodsPerYear }: EquityCurve,
): Metrics {
  const excess = returns.map((value) => value - riskFreePerPeriod)
  const others = levels.slice(1).map((value, i) => value / (levels[i] as number) - 1 - riskFreePerPeriod)
  const [mean, otherMean] = [meanOf(excess), meanOf(others)]
  const together = sumOf(excess.map((value, i) => (value - mean) * ((others[i] as number) - otherMean)))
  const variance = centralSum(others, 2)
  const beta = variance === 0 ? null : together / variance
  return {
    beta,
    alpha_annual_simple: beta === null ? null : (mean - beta * otherMean) * periodsPerYear,
    correlation: variance === 0 ? null : together / Math.sqrt(variance * centralSum(excess, 2)),
  }
}

const onlyFinite = (metrics: Metrics): Metrics =>
  Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [name, value !== null && Number.isFinite(value) ? value : null]),
  )
