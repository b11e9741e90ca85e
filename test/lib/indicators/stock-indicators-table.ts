import { type Comparison, differing, same } from './stock-indicators-comparison.ts'
import { composed } from './stock-indicators-composed.ts'
import {
  closes,
  combine,
  earlier,
  middles,
  type Ours,
  output,
  outputOf,
  outputOfTwo,
  type Quote,
} from './stock-indicators-series.ts'

const smoothedMiddle = (period: number, shift: number) => (bars: readonly Quote[]) =>
  earlier(outputOf(`rma(${period})`, middles(bars)), shift)
const jaw = smoothedMiddle(13, 8)
const teeth = smoothedMiddle(8, 5)
const lips = smoothedMiddle(5, 3)

const seeded = 'its averages of averages are seeded one by one, ours from the first n values of their input'

export const comparisons: readonly Comparison[] = [
  ...same('adl', { adl: 'ad' }),
  ...differing(
    'adx',
    { pdi: 'adx(14).plusDi', mdi: 'adx(14).minusDi', dx: 'adx(14).dx', adx: 'adx(14).adx' },
    {
      from: 400,
      tolerance: 1e-9,
      because: 'its first sums have n values, those of TA-Lib and ours n-1; they converge',
    },
  ),
  ...differing(
    'adx',
    {
      adxr: (bars) =>
        combine(output('adx(14).adx', bars), earlier(output('adx(14).adx', bars), 14), (a, b) => (a + b) / 2),
    },
    {
      from: 400,
      tolerance: 1e-9,
      because: 'it takes the ADX of n bars before, TA-Lib and we that of n-1; and as ADX',
    },
  ),
  ...same('alligator', { jaw, teeth, lips }),
  ...differing(
    'aroon',
    { aroonUp: 'aroon(25).up' },
    {
      except: 1,
      because: 'of equal highs it takes the oldest, TA-Lib and we the newest',
    },
  ),
  ...differing(
    'aroon',
    { aroonDown: 'aroon(25).down' },
    {
      except: 1,
      because: 'of equal lows it takes the oldest, TA-Lib and we the newest',
    },
  ),
  ...differing('aroon', { oscillator: 'aroon(25).osc' }, { except: 2, because: 'it is the difference of both' }),
  ...same('atr-stop', { atr: 'atr(21)' }),
  ...same('atr', { tr: 'trange', atr: 'atr(14)', atrp: 'natr(14)' }),
  ...same('awesome', {
    oscillator: 'ao(5,34)',
    normalized: (bars) => combine(output('ao(5,34)', bars), middles(bars), (a, b) => (100 * a) / b),
  }),
  ...same('barpart', { value: closes }),
  ...same('bb', {
    sma: 'bollinger(20,2).middle',
    upperBand: 'bollinger(20,2).upper',
    lowerBand: 'bollinger(20,2).lower',
    percentB: 'bollinger(20,2).percentB',
    width: 'bollinger(20,2).bandwidth',
    zScore: 'zscore(20)',
  }),
  ...same('beta', { beta: (bars, other) => outputOfTwo('beta(50)', bars, other) }),
  ...same('bop', { bop: (bars) => outputOf('sma(14)', output('bop', bars)) }),
  ...same('cci', { cci: 'cci(20)' }),
  ...same('chaikin-osc', { adl: 'ad' }),
  ...differing(
    'chaikin-osc',
    { oscillator: 'adosc(3,10)' },
    {
      from: 200,
      because: 'its averages are seeded with a mean, those of TA-Lib and ours with the first value',
    },
  ),
  ...same('chexit', { chandelierExit: 'chandelier(22,3).long' }),
  ...differing(
    'chop',
    { chop: chopOfTrueRange },
    {
      because:
        'its range reaches to the close before, that of LEAN and ours is of highs and lows: made of trange and rollmax here',
    },
  ),
  ...same('cmf', { cmf: 'cmf(20)' }),
  ...differing(
    'cmo',
    { cmo: plainMomentum },
    { because: 'it sums gains and losses, TA-Lib and we smooth them as Wilder: made of sma here' },
  ),
  ...same('corr', {
    varianceA: (_, other) => output('var(20)', other),
    varianceB: 'var(20)',
  }),
  ...differing(
    'corr',
    { correlation: (bars, other) => outputOfTwo('correl(20)', bars, other) },
    { tolerance: 1e-9, because: 'it subtracts sums of products, which costs digits' },
  ),
  ...differing('dema', { dema: 'dema(14)' }, { from: 200, because: seeded }),
  ...differing(
    'donchian',
    {
      upperBand: (bars) => earlier(output('donchian(20).upper', bars), 1),
      centerline: (bars) => earlier(output('donchian(20).middle', bars), 1),
      lowerBand: (bars) => earlier(output('donchian(20).lower', bars), 1),
    },
    { because: 'its channel does not have the newest bar: it is ours of a bar before' },
  ),
  ...same('elder-ray', {
    ema: 'ema(13)',
    bullPower: (bars) => output('ema(13)', bars).map((value, i) => value && (bars[i] as Quote).high - value),
    bearPower: (bars) => output('ema(13)', bars).map((value, i) => value && (bars[i] as Quote).low - value),
  }),
  ...same('ema', { ema: 'ema(20)' }),
  ...same('epma', { epma: 'linreg(10).value' }),
  ...same('force', { forceIndex: 'efi(2)' }),
  ...same('gator', {
    upper: (bars) => combine(jaw(bars), teeth(bars), (a, b) => Math.abs(a - b)),
    lower: (bars) => combine(teeth(bars), lips(bars), (a, b) => -Math.abs(a - b)),
  }),
  ...same('heikinashi', {
    open: 'heikinashi.open',
    high: 'heikinashi.high',
    low: 'heikinashi.low',
    close: 'heikinashi.close',
  }),
  ...same('hma', { hma: 'hma(14)' }),
  ...same('ichimoku', {
    tenkanSen: 'ichimoku.tenkan',
    kijunSen: 'ichimoku.kijun',
    senkouSpanA: 'ichimoku.spanA',
    senkouSpanB: 'ichimoku.spanB',
  }),
  ...differing('kama', { kama: 'kama(10)' }, { from: 10, because: 'it shows the close from which the average starts' }),
  ...differing(
    'keltner',
    {
      centerline: 'ema(20)',
      upperBand: (bars) => combine(output('ema(20)', bars), output('atr(10)', bars), (a, b) => a + 2 * b),
      lowerBand: (bars) => combine(output('ema(20)', bars), output('atr(10)', bars), (a, b) => a - 2 * b),
    },
    {
      because:
        'its middle is an average of closes, that of TA-Lib and ours of typical prices: made of ema and atr here',
    },
  ),
  ...same('ma-env', {
    centerline: 'sma(20)',
    upperEnvelope: (bars) => output('sma(20)', bars).map((value) => value && value * 1.025),
    lowerEnvelope: (bars) => output('sma(20)', bars).map((value) => value && value * 0.975),
  }),
  ...same('macd', {
    signal: 'macd_own(12,26,9).signal',
    histogram: 'macd_own(12,26,9).histogram',
    fastEma: 'ema(12)',
    slowEma: 'ema(26)',
    macd: 'apo(12,26,ema)',
  }),
  ...same('mfi', { mfi: 'mfi(14)' }),
  ...differing(
    'obv',
    { obv: (bars) => output('obv', bars).map((value) => value && value - (bars[0] as Quote).volume) },
    {
      because: 'it starts from 0, TA-Lib and we from the first volume',
    },
  ),
  ...same(
    'pivot-points',
    Object.fromEntries(
      ['p', 'r1', 's1', 'r2', 's2', 'r3', 's3'].map((name) => [name === 'p' ? 'pp' : name, monthly(name)]),
    ),
  ),
  ...same('prs', { prs: (bars, other) => combine(closes(other), closes(bars), (a, b) => a / b) }),
  ...differing(
    'psar',
    { sar: 'sar(0.02,0.2)' },
    {
      from: 260,
      because:
        'it guesses the first direction otherwise, and shows nothing before its first reversal; they meet at a reversal',
    },
  ),
  ...same('pvo', {
    pvo: (bars) =>
      outputOf(
        'ppo(12,26,ema)',
        bars.map(({ volume }) => volume),
      ),
    signal: (bars) =>
      outputOf(
        'ema(9)',
        outputOf(
          'ppo(12,26,ema)',
          bars.map(({ volume }) => volume),
        ),
      ),
  }),
  ...same('roc', { roc: 'roc(14)', momentum: 'mom(14)' }),
  ...same('roc-wb', { roc: 'roc(20)', rocEma: (bars) => outputOf('ema(5)', output('roc(20)', bars)) }),
  ...same('rsi', { rsi: 'rsi(14)' }),
  ...same('slope', { slope: 'linreg(14).slope', stdDev: 'stddev(14)' }),
  ...same('sma-analysis', { sma: 'sma(20)', mse: 'var(20)' }),
  ...same('sma', { sma: 'sma(20)' }),
  ...same('smma', { smma: 'rma(20)' }),
  ...same('starc', {
    centerline: 'sma(5)',
    upperBand: (bars) => combine(output('sma(5)', bars), output('atr(10)', bars), (a, b) => a + 2 * b),
    lowerBand: (bars) => combine(output('sma(5)', bars), output('atr(10)', bars), (a, b) => a - 2 * b),
  }),
  ...same('stdev', { stdDev: 'stddev(14)', mean: 'sma(14)', zScore: 'zscore(14)' }),
  ...same('stoch-rsi', { stochRsi: 'stochrsi_kd(14,14,1,3).k', signal: 'stochrsi_kd(14,14,1,3).d' }),
  ...differing('stoch', { k: 'stoch(14,3,3).k' }, { from: 17, because: 'its k does not wait for its d' }),
  ...same('stoch', { d: 'stoch(14,3,3).d' }),
  ...same('supertrend', { superTrend: 'supertrend(10,3).line' }),
  ...differing('t3', { t3: 't3(5,0.7)' }, { from: 100, because: seeded }),
  ...differing('tema', { tema: 'tema(20)' }, { from: 300, because: seeded }),
  ...same('tr', { tr: 'trange' }),
  ...differing('trix', { trix: 'trix(14)' }, { from: 260, because: seeded }),
  ...same('tsi', { tsi: 'tsi(25,13)', signal: (bars) => outputOf('ema(7)', output('tsi(25,13)', bars)) }),
  ...same('uo', { ultimate: 'ultosc(7,14,28)' }),
  ...same('vortex', { pvi: 'vortex(14).plus', nvi: 'vortex(14).minus' }),
  ...same('vwap', { vwap: 'vwap_cum' }),
  ...same('vwma', { vwma: 'vwma(14)' }),
  ...same('willr', { williamsR: 'willr(14)' }),
  ...same('wma', { wma: 'wma(14)' }),
  ...composed,
]

/** Not among the indicators of this catalogue, or another formula under the same name. */
export const notHere: Readonly<Record<string, string>> = {
  alma: 'Arnaud Legoux average',
  doji: 'a pattern of one candle',
  dynamic: "McGinley's dynamic",
  fcb: 'fractal chaos bands: they look ahead',
  fisher: 'Fisher transform',
  fractal: 'it looks ahead',
  htl: 'Hilbert transform',
  hurst: 'Hurst exponent',
  kvo: 'Klinger volume oscillator',
  mama: 'MESA adaptive average',
  marubozu: 'a pattern of one candle',
  pivots: 'it looks ahead',
  renko: 'bricks',
  'renko-atr': 'bricks of a size that the end of the data says',
  ulcer: 'ulcer index: squares of what each bar of a window is below the highest before it in that window',
  'vol-stop': 'volatility stop',
  zigzag: 'it repaints',
  'zigzag-close': 'it repaints',
}

/** Pivots of the calendar month before. */
function monthly(name: string): Ours {
  return (bars) => {
    const months: Quote[] = []
    const monthOf = bars.map((bar) => {
      const last = months.at(-1)
      if (last?.date.slice(0, 7) !== bar.date.slice(0, 7)) months.push(bar)
      else
        months[months.length - 1] = {
          ...last,
          high: Math.max(last.high, bar.high),
          low: Math.min(last.low, bar.low),
          close: bar.close,
        }
      return months.length - 1
    })
    const pivots = output(`pivots.${name}`, months)
    return monthOf.map((month) => pivots[month] ?? null)
  }
}

function chopOfTrueRange(bars: readonly Quote[]): (number | null)[] {
  const reach = bars.map((bar, i) => {
    const { close } = bars[i - 1] ?? bar
    return { ...bar, high: Math.max(bar.high, close), low: Math.min(bar.low, close) }
  })
  const sum = outputOf('sma(14)', output('trange', bars))
  const highest = output('rollmax(14).maxHigh', reach)
  const lowest = output('rollmax(14).minLow', reach)
  return sum.map((mean, i) =>
    mean === null
      ? null
      : (100 * Math.log10((14 * mean) / ((highest[i] as number) - (lowest[i] as number)))) / Math.log10(14),
  )
}

function plainMomentum(bars: readonly Quote[]): (number | null)[] {
  const changes = output('mom(1)', bars)
  const gains = outputOf(
    'sma(14)',
    changes.map((change) => change && Math.max(change, 0)),
  )
  const losses = outputOf(
    'sma(14)',
    changes.map((change) => change && Math.max(-change, 0)),
  )
  return [...combine(gains, losses, (gain, loss) => (100 * (gain - loss)) / (gain + loss))]
}
