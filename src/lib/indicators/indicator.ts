import type { IndicatorName, IndicatorOutput, IndicatorTopic } from '#schemas/indicator-outputs.ts'

/** The numbers of one bar that formulas read: finite doubles. `session` differs between two bars of different sessions. */
export type BarValues = {
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly session: number
}

/** One parameter, in the order in which users write it. Without a default it has to be given; `previous` = as the one before. */
export type Param = {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly isWhole: boolean
  readonly default?: number | 'previous'
  /** Where the number stands for one of a few words. */
  readonly choices?: Readonly<Record<string, number>>
}

/** What a bar gives: a value for each output, null where it is undefined. */
export type Values<Name extends IndicatorName = IndicatorName> = {
  readonly [Output in IndicatorOutput<Name>]: number | null
}

/**
 * An incremental formula. Its state is plain JSON, made by `start`; `update` folds one bar into it in O(1) (amortised where a
 * window slides, unless `cost` says otherwise); `read` says the values of the newest bar.
 */
export type Indicator<Name extends IndicatorName, State, Params extends readonly number[]> = {
  readonly name: Name
  /** What it is, for a person who looks for one. */
  readonly title: string
  readonly params: readonly Param[]
  /** The fields of a bar that it reads. One that reads only `close` can be computed of any other series. */
  readonly reads: readonly (keyof BarValues)[]
  /** For each output the 0-based index of the first bar that has it: what comes before is null. */
  readonly outputs: { readonly [Output in IndicatorOutput<Name>]: (params: Params) => number }
  /** What an output can be at all, where it is bounded: a condition beyond it can never be true. */
  readonly bounds?: Readonly<Record<string, readonly [least: number, most: number]>>
  /** Outputs and fields of the newest bar (`bar.high`) of which none is ever above the next: a condition against it can never be true. */
  readonly ascending?: readonly (readonly string[])[]
  /** When a value is null after its warm-up as well; without it, never. */
  readonly undefinedWhen?: string
  /** Of one update, where it is not O(1). */
  readonly cost?: string
  /** Where the formula stands: paper or book, seeding, the TA-Lib function with the same values. */
  readonly source: string
  /** What is wrong between parameters that are each in range; null when nothing is. */
  conflict?(params: Params): string | null
  /** The parameters as a key shows them, where the last of them go without saying. */
  shorten?(params: Params): readonly number[]
  start(params: Params): State
  update(state: State, bar: BarValues): void
  read(state: State): Values<Name>
}

/** An indicator of whatever state and parameters: what the catalogue holds. Made by `defineIndicator`, nowhere else. */
export type AnyIndicator = Omit<Indicator<'sma', unknown, readonly number[]>, 'name' | 'outputs' | 'read'> & {
  readonly name: IndicatorName
  readonly topic: IndicatorTopic
  readonly outputs: Readonly<Record<string, (params: readonly number[]) => number>>
  read(state: unknown): Readonly<Record<string, number | null>>
}

/** Checks a formula against its topic and closes its own types over; `checkRequest` keeps the promise on parameters. */
export const defineIndicator = <Name extends IndicatorName, State, Params extends readonly number[]>(
  indicator: Indicator<Name, State, Params>,
): AnyIndicator => ({ ...indicator, topic: `indicator.${indicator.name}.v1` }) as unknown as AnyIndicator
