import { adx } from './adx.ts'
import { atr } from './atr.ts'
import { bollinger } from './bollinger.ts'
import { ema } from './ema.ts'
import type { AnyIndicator } from './indicator.ts'
import { macd } from './macd.ts'
import { rsi } from './rsi.ts'
import { sma } from './sma.ts'

/** Every indicator that can be asked for, by the name that users write. A new formula is a file of its own and a line here. */
export const indicatorCatalogue: Readonly<Record<string, AnyIndicator>> = Object.freeze({
  sma,
  ema,
  rsi,
  atr,
  adx,
  macd,
  bollinger,
})

/** Their names, sorted. */
export const indicatorNames: readonly string[] = Object.keys(indicatorCatalogue).sort()

/** Undefined when no indicator has that name. */
export const findIndicator = (name: string): AnyIndicator | undefined =>
  Object.hasOwn(indicatorCatalogue, name) ? indicatorCatalogue[name] : undefined
