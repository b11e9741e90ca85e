import { type Comparison, differing, same } from './stock-indicators-comparison.ts'
import { type Column, closes, combine, output, outputOf, type Quote } from './stock-indicators-series.ts'

/** Indicators that are not in the catalogue and are made of those that are. */
export const composed: readonly Comparison[] = [
  ...same('dpo', {
    dpo: (bars) => combine(closes(bars), later(output('sma(14)', bars), 8), (close, mean) => close - mean),
    sma: (bars) => later(output('sma(14)', bars), 8),
  }),
  ...same('pmo', { pmo: momentum, signal: (bars) => outputOf('ema(10)', momentum(bars)) }),
  ...same(
    'rolling-pivots',
    Object.fromEntries(
      ['pp', 'r1', 's1', 'r2', 's2', 'r3', 's3'].map((name) => [name, rolling(name === 'pp' ? 'p' : name)]),
    ),
  ),
  ...same('smi', { smi: stochasticMomentum, signal: (bars) => smoothedFromFirst(3, stochasticMomentum(bars)) }),
  ...same('stc', { stc: (bars) => outputOf('sma(3)', placeIn(10, output('apo(23,50,ema)', bars))) }),
  ...same('stdev-channels', {
    centerline: (bars) => channel(bars).map(({ line }) => line),
    upperChannel: (bars) => channel(bars).map(({ line, width }) => line && line + 2 * width),
    lowerChannel: (bars) => channel(bars).map(({ line, width }) => line && line - 2 * width),
  }),
  ...same('crsi', { rsi: 'rsi(3)' }),
  ...differing(
    'crsi',
    {
      rsiStreak: (bars) => outputOf('rsi(2)', [null, ...streaks(bars).slice(1)]),
    },
    { from: 60, because: 'its first average has a streak of 0 in it; they converge, a half each bar' },
  ),
]

const later = (column: Column, bars: number): Column => column.map((_, i) => column[i + bars] ?? null)

/** An average with the factor 2/n, which is that of `ema(n - 1)`, seeded by the mean of n values. */
function slower(n: number, values: Column): Column {
  const seeds = outputOf(`sma(${n})`, values)
  const first = seeds.findIndex((value) => value !== null)
  // ema(n - 1) of the seed n - 1 times, then what follows: it starts from the mean of equal values.
  const padded = [...new Array<number>(n - 1).fill(seeds[first] as number), ...values.slice(first + 1)]
  const averaged = outputOf(`ema(${n - 1})`, padded).slice(n - 2)
  return [...new Array<null>(first).fill(null), ...averaged]
}

function momentum(bars: readonly Quote[]): Column {
  const tenfold = slower(35, output('roc(1)', bars)).map((value) => value && value * 10)
  return slower(20, tenfold)
}

/** Pivots of the bars before, taken as one. */
function rolling(name: string): (bars: readonly Quote[]) => Column {
  return (bars) => {
    const [highest, lowest] = [output('rollmax(20).maxHigh', bars), output('rollmax(20).minLow', bars)]
    return bars.map((bar, i) => {
      const [high, low, last] = [highest[i - 1] ?? null, lowest[i - 1] ?? null, bars[i - 1]]
      if (high === null || low === null || last === undefined) return null
      return output(`pivots.${name}`, [{ ...last, high, low }, bar])[1] ?? null
    })
  }
}

/** An average that starts with the first value: an ema whose seed is that value again and again. */
function smoothedFromFirst(n: number, values: Column): Column {
  const first = values.findIndex((value) => value !== null)
  const padded = [...new Array<number>(n - 1).fill(values[first] as number), ...values.slice(first)]
  return [...new Array<null>(first).fill(null), ...outputOf(`ema(${n})`, padded).slice(n - 1)]
}

function stochasticMomentum(bars: readonly Quote[]): Column {
  const [high, low] = [output('rollmax(13).maxHigh', bars), output('rollmax(13).minLow', bars)]
  const away = combine(
    closes(bars),
    combine(high, low, (a, b) => (a + b) / 2),
    (close, middle) => close - middle,
  )
  const smooth = (values: Column) => smoothedFromFirst(2, smoothedFromFirst(25, values))
  return combine(smooth(away), smooth(combine(high, low, (a, b) => a - b)), (a, b) => (200 * a) / b)
}

/** Where a value stands between the least and the most of the newest n. */
function placeIn(n: number, values: Column): Column {
  const first = values.findIndex((value) => value !== null)
  const bars = values.slice(first).map((value) => ({
    open: value as number,
    high: value as number,
    low: value as number,
    close: value as number,
    volume: 0,
    session: 0,
  }))
  return [...new Array<null>(first).fill(null), ...output(`stochf(${n},1).k`, bars)]
}

/** Lines of regression over blocks that are counted from the end, and the deviation of each block. */
function channel(bars: readonly Quote[]): { line: number | null; width: number }[] {
  const [value, slope] = [output('linreg(20).value', bars), output('linreg(20).slope', bars)]
  const deviation = output('stddev(20)', bars)
  return bars.map((_, i) => {
    const end = bars.length - 1 - Math.floor((bars.length - 1 - i) / 20) * 20
    const at = value[end]
    if (at === null || at === undefined) return { line: null, width: 0 }
    return { line: at - (slope[end] as number) * (end - i), width: deviation[end] as number }
  })
}

/** Rises, or falls, in a row. */
function streaks(bars: readonly Quote[]): Column {
  const moves = output('mom(1)', bars)
  let streak = 0
  return moves.map((move) => {
    const way = Math.sign(move ?? 0)
    streak = way === 0 ? 0 : way === Math.sign(streak) ? streak + way : way
    return streak
  })
}
