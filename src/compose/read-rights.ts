import type { Topic } from '#schemas/catalogue.ts'
import type { ServiceTopics } from './assignment.ts'

/** Who starts the market has to see them. */
const ofTheStart: readonly Topic[] = ['system.config', 'strategy.loaded']

/** May an identity read a topic? null asks for all topics. A service hears what it subscribes to, its own words and what a start says. */
export function readRights(services: readonly ServiceTopics[]): (identity: string, topic: string | null) => boolean {
  const rights = new Map(
    services.map(({ name, hears, says }) => [name, new Set<string>([...hears, ...says, ...ofTheStart])]),
  )
  return (identity, topic) => identity === 'operator' || (topic !== null && (rights.get(identity)?.has(topic) ?? false))
}
