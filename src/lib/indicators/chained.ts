import type { IndicatorInput } from '#schemas/indicator-outputs.ts'
import { barOf, pointOf, readsOf } from './bar-input.ts'
import type { AnyIndicator } from './indicator.ts'

/** What an indicator is computed of: an output of another one. */
export type Source = {
  readonly indicator: AnyIndicator
  readonly params: readonly number[]
  readonly input: IndicatorInput
  readonly output: string
}

type State = { readonly base: unknown; readonly of: unknown; isDefined: boolean }

/**
 * An indicator of another one: `ema(9)@rsi(14).value`. What is undefined is no value: it is passed over, and the outcome is undefined with it. So it warms
 * up once what it is computed of has.
 */
export const chained = (source: Source, outer: AnyIndicator): AnyIndicator => ({
  ...outer,
  reads: readsOf(source.indicator, source.input),
  start: (params): State => ({
    base: source.indicator.start(source.params),
    of: outer.start(params),
    isDefined: false,
  }),
  update(state, bar) {
    const own = state as State
    source.indicator.update(own.base, barOf(bar, source.input))
    const value = source.indicator.read(own.base)[source.output] ?? null
    own.isDefined = value !== null
    if (value !== null) outer.update(own.of, pointOf(value, 0, bar.session))
  },
  read(state) {
    const { of, isDefined } = state as State
    const values = outer.read(of)
    return isDefined ? values : Object.fromEntries(Object.keys(values).map((output) => [output, null]))
  },
})
