import { signature, wordFor } from './check-request.ts'
import type { AnyIndicator, Param } from './indicator.ts'

/** What the catalogue says of an indicator, for people and for `--json`. */
export type IndicatorFacts = {
  readonly name: string
  readonly signature: string
  readonly title: string
  readonly topic: string
  readonly params: readonly {
    readonly name: string
    readonly from: number
    readonly to: number
    readonly isWhole: boolean
    readonly default: number | string | null
    readonly choices: Readonly<Record<string, number>> | null
  }[]
  readonly reads: readonly string[]
  /** Of each output: how many bars come before its first value with the parameters of `example`. */
  readonly outputs: readonly { readonly name: string; readonly warmUpBars: number }[]
  readonly example: string
  readonly undefinedWhen: string | null
  readonly cost: string
  readonly source: string
}

export function describeIndicator(indicator: AnyIndicator): IndicatorFacts {
  const params = exampleParams(indicator.params)
  return {
    name: indicator.name,
    signature: signature(indicator),
    title: indicator.title,
    topic: indicator.topic,
    params: indicator.params.map(({ name, min, max, isWhole, default: preset, choices }) => ({
      name,
      from: min,
      to: max,
      isWhole,
      default: preset === 'previous' ? 'as the one before' : (wordFor(choices, preset) ?? preset ?? null),
      choices: choices ?? null,
    })),
    reads: indicator.reads,
    outputs: Object.entries(indicator.outputs).map(([name, first]) => ({ name, warmUpBars: first(params) })),
    example: `${indicator.name}(${params.join(',')})`,
    undefinedWhen: indicator.undefinedWhen ?? null,
    cost: indicator.cost ?? 'O(1)',
    source: indicator.source,
  }
}

/** The defaults; 20 bars where one has to be given. */
export function exampleParams(params: readonly Param[]): number[] {
  const chosen: number[] = []
  for (const { default: preset } of params)
    chosen.push(preset === 'previous' ? (chosen.at(-1) as number) : (preset ?? 20))
  return chosen
}
