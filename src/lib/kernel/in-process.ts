import { catalogue } from '#schemas/catalogue.ts'
import type { Event, Fact } from '#schemas/event.ts'
import { rankOf } from '#schemas/service-rank.ts'
import { factId } from './event-id.ts'
import { Machine } from './machine.ts'
import type { AnyService } from './service.ts'

/** Takes every event of a run, in seq order. */
export type Sink = (event: Event) => void

/**
 * The in-process runner: one queue, one sequencer, services in rank order. An event is answered by every service before the
 * next one is looked at, and a new fact enters only when nothing is left to answer: the order that `--lockstep` also keeps.
 */
export class InProcess {
  readonly machines: readonly Machine[]
  readonly #sink: Sink
  readonly #routes = new Map<string, readonly Machine[]>()
  #pending: Event[] = []
  #seq = 0

  constructor(services: readonly AnyService[], sink: Sink) {
    this.machines = services.map((service) => new Machine(service)).sort((a, b) => rankOf(a.name) - rankOf(b.name))
    this.#sink = sink
  }

  /** The seq of the newest event. */
  get head(): number {
    return this.#seq
  }

  /** Appends a fact from the named edge and answers everything that follows from it. */
  publish(source: string, fact: Fact): void {
    this.#append({
      seq: 0,
      id: factId(source, fact.epoch, fact.n),
      topic: fact.topic,
      v: catalogue[fact.topic].v,
      at: fact.at,
      source,
      cause: null,
      payload: fact.payload,
    } as Event)
    this.#drain()
  }

  #append(event: Event): void {
    const sequenced = event as { seq: number } & Event
    sequenced.seq = ++this.#seq
    this.#sink(sequenced)
    this.#pending.push(sequenced)
  }

  #drain(): void {
    let next = 0
    while (next < this.#pending.length) {
      const event = this.#pending[next++] as Event
      const route = this.#routeOf(event)
      for (let i = 0; i < route.length; i++) {
        const machine = route[i] as Machine
        if (!machine.isConfigured && !machine.hears(event)) continue
        const answers = machine.step(event)
        for (let n = 0; n < answers.length; n++) this.#append(answers[n] as Event)
      }
    }
    this.#pending = []
  }

  /** Who subscribes to the topic, in rank order; a configuration goes to the service that it names. */
  #routeOf(event: Event): readonly Machine[] {
    if (event.topic === 'system.config') return this.machines.filter((machine) => machine.hears(event))
    let route = this.#routes.get(event.topic)
    if (route === undefined) {
      route = this.machines.filter(({ service }) => service.subscribes.includes(event.topic))
      this.#routes.set(event.topic, route)
    }
    return route
  }
}
