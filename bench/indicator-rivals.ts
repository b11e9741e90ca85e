import * as ti from 'technicalindicators'
import * as ts from 'trading-signals'
import type { BarValues } from '#lib/indicators/indicator.ts'

/** Feeds one bar and returns what it says. */
export type Step = (bar: BarValues) => unknown

const close =
  (one: { nextValue(price: number): unknown }): Step =>
  (bar) =>
    one.nextValue(bar.close)
// The typings of some constructors want the whole series; an empty one starts them for streaming.
const none = { values: [], open: [], high: [], low: [], close: [], volume: [] } as never as {
  [series in 'values' | 'open' | 'high' | 'low' | 'close' | 'volume']: number[]
}
const candle = (one: object): Step => {
  const streaming = one as { nextValue(candle: object): unknown }
  return (bar) => streaming.nextValue(bar)
}

/** technicalindicators, by the key of the same indicator here. */
export const technicalIndicators: Readonly<Record<string, () => Step>> = {
  'sma(20)': () => close(new ti.SMA({ period: 20, values: [] })),
  'ema(20)': () => close(new ti.EMA({ period: 20, values: [] })),
  'wma(20)': () => close(new ti.WMA({ period: 20, values: [] })),
  'rma(14)': () => close(new ti.WEMA({ period: 14, values: [] })),
  'bollinger(20,2)': () => close(new ti.BollingerBands({ period: 20, stdDev: 2, values: [] })),
  'sar(0.02,0.2)': () => candle(new ti.PSAR({ ...none, step: 0.02, max: 0.2 })),
  'rsi(14)': () => close(new ti.RSI({ period: 14, values: [] })),
  'roc(10)': () => close(new ti.ROC({ period: 10, values: [] })),
  'macd(12,26,9)': () =>
    close(
      new ti.MACD({
        values: [],
        fastPeriod: 12,
        slowPeriod: 26,
        signalPeriod: 9,
        SimpleMAOscillator: false,
        SimpleMASignal: false,
      }),
    ),
  'stoch(14,3,3)': () => candle(new ti.Stochastic({ ...none, period: 14, signalPeriod: 3 })),
  'willr(14)': () => candle(new ti.WilliamsR({ ...none, period: 14 })),
  'cci(20)': () => candle(new ti.CCI({ ...none, period: 20 })),
  'mfi(14)': () => candle(new ti.MFI({ ...none, period: 14 })),
  'adx(14)': () => candle(new ti.ADX({ ...none, period: 14 })),
  'trix(15)': () => close(new ti.TRIX({ period: 15, values: [] })),
  'ao(5,34)': () => candle(new ti.AwesomeOscillator({ ...none, fastPeriod: 5, slowPeriod: 34 })),
  'atr(14)': () => candle(new ti.ATR({ ...none, period: 14 })),
  'trange()': () => candle(new ti.TrueRange(none)),
  'obv()': () => candle(new ti.OBV(none)),
  'ad()': () => candle(new ti.ADL(none)),
  'efi(13)': () => candle(new ti.ForceIndex({ ...none, period: 13 })),
  'vwap_cum()': () => candle(new ti.VWAP(none)),
}

const price =
  (one: { update(input: number, replace: boolean): unknown }): Step =>
  (bar) =>
    one.update(bar.close, false)
type Candle = { open: number; high: number; low: number; close: number; volume: number }
const bars =
  (one: { update(input: Candle, replace: boolean): unknown }): Step =>
  (bar) =>
    one.update(bar, false)

/** trading-signals, by the key of the same indicator here. */
export const tradingSignals: Readonly<Record<string, () => Step>> = {
  'sma(20)': () => price(new ts.SMA(20)),
  'ema(20)': () => price(new ts.EMA(20)),
  'wma(20)': () => price(new ts.WMA(20)),
  'rma(14)': () => price(new ts.RMA(14)),
  'dema(20)': () => price(new ts.DEMA(20)),
  'tema(20)': () => price(new ts.TEMA(20)),
  'trima(20)': () => price(new ts.TRIMA(20)),
  'kama(10)': () => price(new ts.KAMA(10)),
  't3(5,0.7)': () => price(new ts.T3(5, 0.7)),
  'hma(16)': () => price(new ts.HMA(16)),
  'zlema(14)': () => price(new ts.ZLEMA(14)),
  'bollinger(20,2)': () => price(new ts.BollingerBands(20, 2)),
  'donchian(20)': () => bars(new ts.DonchianChannels(20)),
  'keltner(20,10,2)': () => bars(new ts.KeltnerChannels({ emaInterval: 20, atrInterval: 10, multiplier: 2 })),
  'supertrend(10,3)': () => bars(new ts.SuperTrend({ interval: 10, multiplier: 3 })),
  'sar(0.02,0.2)': () => bars(new ts.PSAR({ accelerationStep: 0.02, accelerationMax: 0.2 })),
  'rsi(14)': () => price(new ts.RSI(14)),
  'cmo(14)': () => price(new ts.CMO(14)),
  'mom(10)': () => price(new ts.MOM(10)),
  'roc(10)': () => price(new ts.ROC(10)),
  'macd(12,26,9)': () => price(new ts.MACD(new ts.EMA(12), new ts.EMA(26), new ts.EMA(9))),
  'apo(12,26,1)': () => price(new ts.APO({ fastPeriod: 12, slowPeriod: 26 })),
  'ppo(12,26,1)': () => price(new ts.PPO({ fastPeriod: 12, slowPeriod: 26 })),
  'stoch(14,3,3)': () => bars(new ts.StochasticOscillator({ kPeriod: 14, kSlowingPeriod: 3, dPeriod: 3 })),
  'willr(14)': () => bars(new ts.WilliamsR(14)),
  'cci(20)': () => bars(new ts.CCI(20)),
  'mfi(14)': () => bars(new ts.MFI(14)),
  'aroon(25)': () => bars(new ts.Aroon(25)),
  'adx(14)': () => bars(new ts.ADX(14)),
  'trix(15)': () => price(new ts.TRIX(15)),
  'ultosc(7,14,28)': () => bars(new ts.UltimateOscillator()),
  'bop()': () => bars(new ts.BOP()),
  'ao(5,34)': () => bars(new ts.AO(5, 34)),
  'vortex(14)': () => bars(new ts.VortexIndicator(14)),
  'coppock(10,11,14)': () => price(new ts.CoppockCurve()),
  'tsi(25,13)': () => price(new ts.TSI()),
  'trange()': () => bars(new ts.TR()),
  'atr(14)': () => bars(new ts.ATR(14)),
  'natr(14)': () => bars(new ts.NATR(14)),
  'linreg(14)': () => price(new ts.LinearRegression(14)),
  'ad()': () => bars(new ts.AD()),
  'adosc(3,10)': () => bars(new ts.ADOSC()),
  'cmf(20)': () => bars(new ts.CMF(20)),
  'efi(13)': () => bars(new ts.ForceIndex(13)),
  'ichimoku(9,26,52,26)': () => bars(new ts.IchimokuCloud()),
  'chop(14)': () => bars(new ts.CHOP(14)),
  'chandelier(22,3)': () => bars(new ts.ChandelierExit()),
}
