import { everyService } from '#compose/services.ts'

/** May an identity read a topic? null asks for all topics. A service hears what it subscribes to, its own words and configurations. */
export function mayRead(identity: string, topic: string | null): boolean {
  if (identity === 'operator') return true
  return topic !== null && (rights.get(identity)?.has(topic) ?? false)
}

const rights: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  everyService.map(({ name, subscribes, emits }) => [name, new Set([...subscribes, ...emits, 'system.config'])]),
)
