import { checkRequest } from '#lib/indicators/check-request.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { IndicatorInput, IndicatorName } from '#schemas/indicator-outputs.ts'
import type { IndicatorSource } from '#schemas/strategy.ts'

export type IndicatorRequest = PayloadOf<'strategy.loaded'>['requests'][number]

/** One indicator being computed for one stream of bars, trades or quotes; whoever asked for it shares it. */
export type Computation = {
  readonly instrument: string
  readonly interval: string
  readonly key: string
  readonly indicator: IndicatorName
  readonly input: IndicatorInput
  /** What it is computed of, where that is another indicator. */
  readonly from?: IndicatorSource
  readonly state: unknown
}

/** What is computed for each instrument and interval, in request order. An instrument has a dot: it never names a prototype's field. */
export type Streams = { [instrument: string]: { [interval: string]: Computation[] } }

/** Plans the requests that are valid, in order, each key once; what is already being computed goes on with its state. */
export function planStreams(requests: readonly IndicatorRequest[], running: Streams): Streams {
  const planned: Streams = {}
  for (const { instrument, interval, indicator: name, params: given, input: series, from } of requests) {
    const checked = checkRequest(name, given, series, from)
    if (!checked.isValid) continue
    planned[instrument] ??= {}
    planned[instrument][interval] ??= []
    const computations = planned[instrument][interval]
    const { key, indicator, params, input } = checked
    const hasKey = (computation: Computation) => computation.key === key
    if (computations.some(hasKey)) continue
    const known = running[instrument]?.[interval]?.find(hasKey)
    computations.push(
      known ?? {
        instrument,
        interval,
        key,
        indicator: indicator.name,
        input,
        ...(from ? { from } : {}),
        state: indicator.start(params),
      },
    )
  }
  return planned
}
