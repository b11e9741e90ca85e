import type { StrategyDefinition } from '#lib/strategy/strategy-definition.ts'
import type { bindStrategy } from '#services/strategy/adapters/strategy-file.ts'

/** The strategies of the strategy service's configuration, which it has checked; none where there is no configuration. */
export const strategiesIn = (config: unknown): readonly ReturnType<typeof bindStrategy>[] =>
  (config as { readonly strategies: readonly ReturnType<typeof bindStrategy>[] } | undefined)?.strategies ?? []

export const definitionsIn = (config: unknown): readonly StrategyDefinition[] =>
  strategiesIn(config).map(({ definition }) => definition)
