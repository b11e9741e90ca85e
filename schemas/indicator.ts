import { z } from 'zod'
import { type IndicatorName, type IndicatorOutput, indicatorOutputs } from './indicator-outputs.ts'
import { InstrumentId } from './primitives.ts'

/** What an indicator is computed of: bars of a width, every trade, or every quote that has both sides. */
export const IndicatorInterval = z
  .string()
  .max(16)
  .regex(/^(?:[1-9]\d*(?:ms|s|m|h|d|t|v|n)|trade|quote)$/, 'expected a bar width like 1m, or trade or quote')

/** `ema(10)`, `ema(10)@hl2`, `ema(9)@rsi(14).value`: the indicator, its parameters in catalogue order and what it is computed of; equal requests have equal keys. */
const Key = z
  .string()
  .max(64)
  .regex(
    /^[a-z][a-z0-9_]*\([0-9.,]*\)(?:@[a-z][a-z0-9_]*\([0-9.,]*\)(?:@[a-z0-9]+)?\.[A-Za-z0-9]+|@[a-z0-9]+)?$/,
    'expected an indicator key like ema(10)',
  )

/** A statistic: double, null while the indicator warms up. One event for every bar, trade or quote, warm or not. */
const Value = z.number().nullable()

type Payload<Name extends IndicatorName> = z.ZodObject<
  { instrument: typeof InstrumentId; interval: typeof IndicatorInterval; key: typeof Key } & {
    [Output in IndicatorOutput<Name>]: typeof Value
  }
>

/** Payload schema of an indicator's topic: whose value it is, and one value an output. */
export const indicatorPayload = <Name extends IndicatorName>(name: Name): Payload<Name> =>
  z.object({
    instrument: InstrumentId,
    interval: IndicatorInterval,
    key: Key,
    ...Object.fromEntries(indicatorOutputs[name].map((output) => [output, Value])),
  }) as unknown as Payload<Name>
