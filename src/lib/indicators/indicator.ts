import type { PayloadOf, Topic } from '#schemas/catalogue.ts'

export type IndicatorTopic = Extract<Topic, `indicator.${string}`>

/** The numbers of one bar that formulas read: doubles, finite. */
export type BarValues = { readonly high: number; readonly low: number; readonly close: number }

/** Whose value it is: the first fields of every indicator's payload. */
export type Place = { readonly instrument: string; readonly interval: string; readonly key: string }

/** One parameter, in the order in which users write it. Without a default it has to be given; `previous` = as the one before. */
export type Param = {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly isWhole: boolean
  readonly default?: number | 'previous'
}

/** The name of an output and the 0-based index of the first bar that has it: what comes before is null. */
export type Outputs<T extends IndicatorTopic, Params> = {
  readonly [Output in Exclude<keyof PayloadOf<T>, keyof Place>]: (params: Params) => number
}

/**
 * An incremental formula. Its state is plain JSON, made by `start`; `update` folds one bar into it in O(1) (amortised where a
 * window slides); `payload` reads it. Outputs are finite or null, never NaN or Infinity, as long as the bars are finite.
 */
export type Indicator<State, T extends IndicatorTopic, Params extends readonly number[]> = {
  readonly name: string
  readonly topic: T
  readonly params: readonly Param[]
  readonly outputs: Outputs<T, Params>
  /** Where the formula stands: paper or book, seeding, the TA-Lib function with the same values. */
  readonly source: string
  /** What is wrong between parameters that are each in range; null when nothing is. */
  conflict?(params: Params): string | null
  /** The parameters as a key shows them, where the last of them go without saying. */
  shorten?(params: Params): readonly number[]
  start(params: Params): State
  update(state: State, bar: BarValues): void
  payload(place: Place, state: State): PayloadOf<T>
}

/** An indicator of whatever state and parameters: what the catalogue holds. Made by `defineIndicator`, nowhere else. */
export type AnyIndicator = Indicator<unknown, IndicatorTopic, readonly number[]> & {
  readonly outputs: Readonly<Record<string, (params: readonly number[]) => number>>
}

/** Checks a formula against its topic and closes its own types over; `checkRequest` keeps the promise on parameters. */
export function defineIndicator<State, T extends IndicatorTopic, Params extends readonly number[]>(
  indicator: Indicator<State, T, Params>,
): AnyIndicator {
  return indicator as unknown as AnyIndicator
}

/** A number of bars. */
export const period = (name: string, min: number, preset?: number): Param => ({
  name,
  min,
  max: 10_000,
  isWhole: true,
  default: preset,
})
