import type { IndicatorName } from '#schemas/indicator-outputs.ts'
import { ad } from './ad.ts'
import { adosc } from './adosc.ts'
import { adx } from './adx.ts'
import { ao } from './ao.ts'
import { apo } from './apo.ts'
import { aroon } from './aroon.ts'
import { atr } from './atr.ts'
import { beta } from './beta.ts'
import { bollinger } from './bollinger.ts'
import { bop } from './bop.ts'
import { cci } from './cci.ts'
import { chandelier } from './chandelier.ts'
import { chop } from './chop.ts'
import { cmf } from './cmf.ts'
import { cmo } from './cmo.ts'
import { coppock } from './coppock.ts'
import { correl } from './correl.ts'
import { dema } from './dema.ts'
import { donchian } from './donchian.ts'
import { efi } from './efi.ts'
import { ema } from './ema.ts'
import { heikinashi } from './heikinashi.ts'
import { hma } from './hma.ts'
import { hv } from './hv.ts'
import { ichimoku } from './ichimoku.ts'
import type { AnyIndicator } from './indicator.ts'
import { kama } from './kama.ts'
import { keltner } from './keltner.ts'
import { keltnerOwn } from './keltner-own.ts'
import { linreg } from './linreg.ts'
import { macd } from './macd.ts'
import { macdOwn } from './macd-own.ts'
import { mfi } from './mfi.ts'
import { midpoint } from './midpoint.ts'
import { midprice } from './midprice.ts'
import { mom } from './mom.ts'
import { natr } from './natr.ts'
import { obv } from './obv.ts'
import { pivots } from './pivots.ts'
import { ppo } from './ppo.ts'
import { rma } from './rma.ts'
import { roc } from './roc.ts'
import { rocp } from './rocp.ts'
import { rollmax } from './rollmax.ts'
import { rsi } from './rsi.ts'
import { sar } from './sar.ts'
import { sma } from './sma.ts'
import { stddev } from './stddev.ts'
import { stoch } from './stoch.ts'
import { stochf } from './stochf.ts'
import { stochrsi } from './stochrsi.ts'
import { stochrsiKd } from './stochrsi-kd.ts'
import { supertrend } from './supertrend.ts'
import { t3 } from './t3.ts'
import { tema } from './tema.ts'
import { trange } from './trange.ts'
import { trima } from './trima.ts'
import { trix } from './trix.ts'
import { tsi } from './tsi.ts'
import { ultosc } from './ultosc.ts'
import { variance } from './variance.ts'
import { vortex } from './vortex.ts'
import { vwapCum } from './vwap-cum.ts'
import { vwapRoll } from './vwap-roll.ts'
import { vwapSession } from './vwap-session.ts'
import { vwma } from './vwma.ts'
import { willr } from './willr.ts'
import { wma } from './wma.ts'
import { zlema } from './zlema.ts'
import { zscore } from './zscore.ts'

/** Every indicator that can be asked for, by the name that users write. A new formula is a file of its own, a line here and one in schemas/indicator-outputs.ts. */
export const indicatorCatalogue: Readonly<Record<IndicatorName, AnyIndicator>> = Object.freeze({
  sma,
  ema,
  wma,
  rma,
  dema,
  tema,
  trima,
  kama,
  t3,
  hma,
  zlema,
  vwma,
  midpoint,
  midprice,
  bollinger,
  donchian,
  keltner,
  keltner_own: keltnerOwn,
  supertrend,
  sar,
  rsi,
  cmo,
  mom,
  roc,
  rocp,
  macd,
  macd_own: macdOwn,
  apo,
  ppo,
  stoch,
  stochf,
  stochrsi,
  stochrsi_kd: stochrsiKd,
  willr,
  cci,
  mfi,
  aroon,
  adx,
  trix,
  ultosc,
  bop,
  ao,
  vortex,
  coppock,
  tsi,
  trange,
  atr,
  natr,
  stddev,
  var: variance,
  linreg,
  correl,
  beta,
  obv,
  ad,
  adosc,
  cmf,
  vwap_cum: vwapCum,
  vwap_session: vwapSession,
  vwap_roll: vwapRoll,
  efi,
  ichimoku,
  chop,
  chandelier,
  heikinashi,
  hv,
  zscore,
  pivots,
  rollmax,
})

/** Their names, sorted. */
export const indicatorNames: readonly string[] = Object.keys(indicatorCatalogue).sort()

/** Undefined when no indicator has that name. */
export const findIndicator = (name: string): AnyIndicator | undefined =>
  Object.hasOwn(indicatorCatalogue, name) ? indicatorCatalogue[name as IndicatorName] : undefined
