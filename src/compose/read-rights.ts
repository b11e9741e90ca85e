import type { ServiceTopics } from './assignment.ts'

/** May an identity read a topic? null asks for all topics. A service hears what it subscribes to, its own words and configurations. */
export function readRights(services: readonly ServiceTopics[]): (identity: string, topic: string | null) => boolean {
  const rights = new Map(
    services.map(({ name, hears, says }) => [name, new Set<string>([...hears, ...says, 'system.config'])]),
  )
  return (identity, topic) => identity === 'operator' || (topic !== null && (rights.get(identity)?.has(topic) ?? false))
}
