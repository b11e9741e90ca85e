import { isHeardAgain, isTopic } from '#schemas/catalogue.ts'
import type { ServiceTopics } from './assignment.ts'

/** May an identity read a topic? null asks for all topics. A service hears what it subscribes to, its own words and configurations. */
export function readRights(services: readonly ServiceTopics[]): (identity: string, topic: string | null) => boolean {
  const heard = new Map(services.map(({ name, hears }) => [name, hears]))
  return (identity, topic) => {
    if (identity === 'operator') return true
    const hears = heard.get(identity)
    if (hears === undefined || topic === null || !isTopic(topic)) return false
    return topic === 'system.config' || isHeardAgain(identity, hears, topic)
  }
}
