import { z } from 'zod'
import { InstrumentId, Interval } from './primitives.ts'

/** `ema(10)`: the indicator with its parameters in catalogue order; equal requests have equal keys. */
const Key = z
  .string()
  .max(64)
  .regex(/^[a-z_]+\([0-9.,]*\)$/, 'expected an indicator key like ema(10)')

const of = <Outputs extends z.ZodRawShape>(outputs: Outputs) =>
  z.object({ instrument: InstrumentId, interval: Interval, key: Key, ...outputs })

/** A statistic: double, null while the indicator warms up. One event for every bar, warm or not. */
const Value = z.number().nullable()

export const IndicatorSma = of({ value: Value })
export const IndicatorEma = of({ value: Value })
export const IndicatorRsi = of({ value: Value })
export const IndicatorAtr = of({ value: Value })
export const IndicatorAdx = of({ adx: Value, plusDi: Value, minusDi: Value })
export const IndicatorMacd = of({ macd: Value, signal: Value, histogram: Value })
export const IndicatorBollinger = of({ upper: Value, middle: Value, lower: Value })
