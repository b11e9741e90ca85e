/** What an output is measured in, and what it does when every price is higher by the same. */
export type Law = {
  readonly unit: 'price' | 'price squared' | 'volume' | 'price volume' | 'none' | 'angle' | 'threshold'
  readonly whenHigher: 'level' | 'same' | 'changes'
}

const level: Law = { unit: 'price', whenHigher: 'level' }
const distance: Law = { unit: 'price', whenHigher: 'same' }
const place: Law = { unit: 'none', whenHigher: 'same' }
const ratio: Law = { unit: 'none', whenHigher: 'changes' }
const volume: Law = { unit: 'volume', whenHigher: 'same' }

const byIndicator: Readonly<Record<string, Law>> = {
  ...Object.fromEntries(
    [
      ...[
        'sma',
        'ema',
        'wma',
        'rma',
        'dema',
        'tema',
        'trima',
        'kama',
        't3',
        'hma',
        'zlema',
        'vwma',
        'midpoint',
        'midprice',
      ],
      ...['bollinger', 'donchian', 'keltner', 'keltner_own', 'supertrend', 'sar', 'linreg', 'vwap_cum', 'vwap_session'],
      ...['vwap_roll', 'ichimoku', 'chandelier', 'heikinashi', 'pivots', 'rollmax'],
    ].map((name) => [name, level]),
  ),
  ...Object.fromEntries(
    ['mom', 'macd', 'macd_own', 'apo', 'ao', 'trange', 'atr', 'stddev'].map((name) => [name, distance]),
  ),
  ...Object.fromEntries(
    [
      ...['rsi', 'cmo', 'stoch', 'stochf', 'willr', 'cci', 'aroon', 'ultosc', 'bop', 'vortex', 'tsi', 'correl', 'cmf'],
      ...['chop', 'zscore', 'adx'],
    ].map((name) => [name, place]),
  ),
  ...Object.fromEntries(['roc', 'rocp', 'ppo', 'trix', 'coppock', 'natr', 'beta', 'hv'].map((name) => [name, ratio])),
  // The stochastic of an RSI that hardly moves: its last bits decide.
  stochrsi: ratio,
  stochrsi_kd: ratio,
  // Nothing below a flow of 1 counts.
  mfi: { unit: 'threshold', whenHigher: 'changes' },
  var: { unit: 'price squared', whenHigher: 'same' },
  obv: volume,
  ad: volume,
  adosc: volume,
  efi: { unit: 'price volume', whenHigher: 'same' },
}

const byOutput: Readonly<Record<string, Law>> = {
  'bollinger.bandwidth': ratio,
  // Of bands that nearly meet.
  'bollinger.percentB': ratio,
  'supertrend.dir': place,
  'adx.plusDm': distance,
  'adx.minusDm': distance,
  'linreg.slope': distance,
  'linreg.angle': { unit: 'angle', whenHigher: 'same' },
}

/** Throws for an output that has no law: a new indicator needs one. */
export function laws(name: string, output: string): Law {
  const law = byOutput[`${name}.${output}`] ?? byIndicator[name]
  if (!law) throw new Error(`${name} has no law`)
  return law
}

/** The factor of an output when prices are p and volumes v times as large; null where there is none. */
export function unitOf(name: string, output: string, p: number, v: number): number | null {
  switch (laws(name, output).unit) {
    case 'price':
      return p
    case 'price squared':
      return p * p
    case 'volume':
      return v
    case 'price volume':
      return p * v
    case 'none':
      return 1
    case 'angle':
    case 'threshold':
      return null
  }
}
