import type { z } from 'zod'
import type { Topic } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import type { ServiceName } from '#schemas/service-rank.ts'

/**
 * A service is a pure machine: what it holds and what it says are a function of its configuration and of the events it
 * consumed, in order. "Now" is `input.at`. Every service hears its own `system.config`: the first makes the state through
 * `init`, a later one goes through `reconfigure`; one that answers to it names it in `subscribes`.
 */
export type Service<Config, State, In extends Topic, Out extends Topic> = {
  readonly name: ServiceName
  readonly config: z.ZodType<Config>
  readonly subscribes: readonly In[]
  readonly emits: readonly Out[]
  init(config: Config): State
  /** A hot reload: what of the state survives, under which rule, stands in the service's SPEC.md. */
  reconfigure(state: State, config: Config): State
  /** Folds what happened, own answers included; may mutate its own state. Never reads the `seq` of an own answer: it has none yet. */
  evolve(state: State, event: Event<In | Out>): State
  /** What follows from the input, which has been folded already. Never mutates. */
  decide(state: State, input: Event<In>): readonly Statement<Out>[]
  /** State as JSON and back; without them the state itself is plain JSON. */
  snapshot?(state: State): unknown
  restore?(json: unknown): State
}

/** A service of whatever configuration, state and topics: what runners hold. Made by `defineService`, nowhere else. */
export type AnyService = Service<unknown, unknown, Topic, Topic>

/** Checks a service against its topics and hands it to runners with its own types closed over. */
export function defineService<Config, State, In extends Topic, Out extends Topic>(
  service: Service<Config, State, In, Out>,
): Service<Config, State, In, Out> {
  const heard = service.emits.filter((topic) => (service.subscribes as readonly Topic[]).includes(topic))
  if (heard.length > 0) throw new Error(`${service.name} subscribes to what it says itself: ${heard.join(', ')}`)
  return service
}

/** Forgets a service's own types; the catalogue's check of every event keeps the promise that they made. */
export function anyService<Config, State, In extends Topic, Out extends Topic>(
  service: Service<Config, State, In, Out>,
): AnyService {
  return service as unknown as AnyService
}
