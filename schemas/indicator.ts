import { z } from 'zod'
import { type IndicatorName, type IndicatorOutput, indicatorOutputs } from './indicator-outputs.ts'
import { InstrumentId, Interval } from './primitives.ts'

/** `ema(10)`: the indicator with its parameters in catalogue order; equal requests have equal keys. */
const Key = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9_]*\([0-9.,]*\)$/, 'expected an indicator key like ema(10)')

/** A statistic: double, null while the indicator warms up. One event for every bar, warm or not. */
const Value = z.number().nullable()

type Payload<Name extends IndicatorName> = z.ZodObject<
  { instrument: typeof InstrumentId; interval: typeof Interval; key: typeof Key } & {
    [Output in IndicatorOutput<Name>]: typeof Value
  }
>

/** Payload schema of an indicator's topic: whose value it is, and one value an output. */
export const indicatorPayload = <Name extends IndicatorName>(name: Name): Payload<Name> =>
  z.object({
    instrument: InstrumentId,
    interval: Interval,
    key: Key,
    ...Object.fromEntries(indicatorOutputs[name].map((output) => [output, Value])),
  }) as unknown as Payload<Name>
