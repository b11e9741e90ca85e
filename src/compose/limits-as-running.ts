import type { StrategyDefinition } from '#lib/strategy/strategy-definition.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { readStrategyFile } from '#services/strategy/adapters/strategy-file.ts'
import type { Topology } from './topology.ts'

/**
 * The limits of a changed topology while the strategies of `inForce` run as these definitions: a strategy that begins with the next start has its own from
 * then on, and one that ends with it keeps those in force. `waiting` names both.
 */
export function limitsAsRunning(
  { risk, strategies }: Topology,
  inForce: Topology,
  definitions: readonly StrategyDefinition[],
): { readonly risk: Topology['risk']; readonly waiting: readonly string[] } {
  const running = definitions.map(({ name }) => name)
  // A file with a fault is that of what runs.
  const next = strategies.map(
    ({ file }) => nameIn(file) ?? running[inForce.strategies.findIndex((one) => one.file === file)],
  )
  const begins = (name: string) => next.includes(name) && !running.includes(name)
  const ends = (name: string) => running.includes(name) && !next.includes(name)
  const own = Object.entries(risk.strategies)
  const kept = Object.entries(inForce.risk.strategies).filter(([name]) => ends(name) && !(name in risk.strategies))
  return {
    risk: { ...risk, strategies: Object.fromEntries([...kept, ...own.filter(([name]) => !begins(name))]) },
    waiting: [...kept, ...own.filter(([name]) => begins(name))].map(([name]) => name),
  }
}

function nameIn(file: string): string | undefined {
  try {
    return readStrategyFile(file).definition?.name
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}
