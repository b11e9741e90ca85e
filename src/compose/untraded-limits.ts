import type { StrategyDefinition } from '#lib/strategy/strategy-definition.ts'
import { nearestWords } from '#lib/terminal/nearest-words.ts'
import type { Topology } from './topology.ts'

/**
 * A line for each instrument that has limits and that no strategy trades: it may be held from elsewhere, or its name is not what was meant. Nothing where
 * options are traded, whose names the market says.
 */
export function untradedLimits(
  { risk, strategies }: Topology,
  definitions: readonly StrategyDefinition[],
): readonly string[] {
  const traded = new Set<string>()
  for (const [n, { trade }] of definitions.entries())
    for (const { role, wish } of trade) {
      const to = strategies[n]?.roles[role]
      if (typeof to === 'object' || wish !== undefined) return []
      if (to !== undefined) traded.add(to)
    }
  return Object.keys(risk.instruments)
    .filter((name) => !traded.has(name))
    .map((name) => {
      const near = nearestWords(symbolOf(name), [...traded].map(symbolOf))
      const nearest = [...traded].find((one) => symbolOf(one) === near[0])
      const meant = nearest === undefined ? '' : ` (did you mean ${nearest}?)`
      return `risk.instruments.${name}: no strategy trades it${meant}`
    })
}

const symbolOf = (name: string): string => name.split('.')[0] as string
