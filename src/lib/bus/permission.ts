import { catalogue, isTopic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'

/** Who answers commands: nobody else tells an operator that one was done. */
export const answering: ReadonlySet<string> = new Set(['md', 'strategy', 'risk', 'orders'])

type Spoken = Pick<Event, 'topic' | 'source' | 'cause' | 'id' | 'payload'>

/**
 * Why an identity may not say this, or null when it may. A topic has one writer; `self` is for every service and the operator, about themselves,
 * and what came of a command for who answers it. An
 * identity speaks under its own name, and its feeds as `<identity>-<feed>`, for facts.
 */
export function whyForbidden(identity: string, event: Spoken): string | null {
  const { topic, source, cause, id, payload } = event
  if (!id.startsWith(`${source}:`)) return `the id ${id} is not of ${source}`
  const isFact = id.charCodeAt(source.length + 1) === 101
  if (isFact !== (cause === null)) return `the id ${id} does not go with the cause ${cause}`
  if (source !== identity && !(isFact && source.startsWith(`${identity}-`)))
    return `${identity} may not speak as ${source}`
  if (!isTopic(topic)) return `there is no topic ${topic}`
  const { writer } = catalogue[topic]
  if (writer === 'self') {
    if (identity === 'metrics') return 'metrics may say nothing'
    if (topic === 'system.command.result' && (isFact || !answering.has(identity)))
      return `${identity} may not say ${topic}${answering.has(identity) ? ' but as an answer' : ''}`
    const service = (payload as { service?: unknown } | null)?.service
    return service === undefined || service === identity ? null : `${identity} may not say ${topic} of ${service}`
  }
  return writer === identity ? null : `${identity} may not say ${topic}: ${writer} does`
}
