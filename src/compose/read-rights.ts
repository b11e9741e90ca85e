import type { Topic } from '#schemas/catalogue.ts'
import type { ServiceTopics } from './assignment.ts'

/** Who starts the market has to see them. */
const ofTheStart: readonly Topic[] = ['system.config', 'strategy.loaded']

/** Who feeds the market goes on behind what it told before, of books too, which it does not hear. */
const ofTheFeed: Topic = 'md.depth'

/** Who sends orders to a real venue knows by the tree's time which are too late. [G4] */
const ofTheGateway: Topic = 'system.time'

/** May an identity read a topic? null asks for all topics. A service hears what it subscribes to, its own words and what a start says. */
export function readRights(services: readonly ServiceTopics[]): (identity: string, topic: string | null) => boolean {
  const rights = new Map(
    services.map(({ name, hears, says }) => [
      name,
      new Set<string>([
        ...hears,
        ...says,
        ...ofTheStart,
        ...(name === 'md' ? [ofTheFeed] : []),
        ...(name === 'venue' ? [ofTheGateway] : []),
      ]),
    ]),
  )
  return (identity, topic) => identity === 'operator' || (topic !== null && (rights.get(identity)?.has(topic) ?? false))
}
