import { catalogue, isTopic, type Topic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { firstDifference } from './first-difference.ts'
import { Machine } from './machine.ts'
import type { AnyService } from './service.ts'
import type { Snapshot } from './snapshot.ts'

/** Where a run and its log part: the event, the field by its path, and both values. */
export type Divergence = {
  readonly service: string
  readonly event: string
  readonly field: string
  readonly recorded: unknown
  readonly said: unknown
}

type Checked = {
  readonly machine: Machine
  /** What it said and the log has yet to show, in order. */
  readonly expected: Event[]
  next: number
}

/**
 * The verify runner: every service hears its recorded inputs in seq order, and what it says is compared with what the log has as its
 * answers. A log may end before the answers to its last inputs; it may not leave one out.
 */
export class Verify {
  readonly #services: readonly Checked[]
  readonly #byName = new Map<string, Checked>()
  readonly #routes = new Map<string, readonly Checked[]>()
  #answers = 0
  #seq = 0
  /** Highest id of each source so far, to see that nothing is said twice. */
  readonly #ids = new Set<string>()

  constructor(services: readonly AnyService[]) {
    this.#services = services.map((service) => ({ machine: new Machine(service), expected: [], next: 0 }))
    for (const checked of this.#services) this.#byName.set(checked.machine.name, checked)
  }

  /** Answers that were said again exactly as recorded. */
  get answers(): number {
    return this.#answers
  }

  /** Takes the next event of the log; `isForged`: its seal is not its writer's, so that no service heard it. Null while all is well. */
  take(event: Event, isForged = false): Divergence | null {
    const { seq, id, source, cause } = event
    if (seq !== ++this.#seq) return { service: source, event: id, field: 'seq', recorded: seq, said: this.#seq }
    const own = cause === null ? undefined : this.#byName.get(source)
    if (cause === null) {
      if (this.#ids.has(id)) return { service: source, event: id, field: 'id', recorded: 'said twice', said: 'once' }
      const writer = isTopic(event.topic) ? this.#answerer(event.topic) : null
      if (writer !== null) return { service: writer, event: id, field: 'cause', recorded: null, said: 'an answer' }
      if (event.topic !== 'md.bar' && event.topic !== 'md.tick') this.#ids.add(id)
    } else if (own === undefined)
      return { service: source, event: id, field: 'source', recorded: source, said: 'no service of that name' }
    else {
      const divergence = this.#compare(own, event)
      if (divergence !== null) return divergence
    }
    if (isForged || !isTopic(event.topic)) return null
    for (const checked of this.#routeOf(event.topic)) {
      const { machine, expected } = checked
      if (checked === own || !machine.hears(event)) continue
      for (const answer of machine.step(event)) expected.push(answer)
    }
    return null
  }

  /** Where a snapshot of the event that was taken last holds something else than its service does; null where it is proven. */
  compareSnapshot({ service, seq, configHash, state }: Snapshot): Divergence | null {
    const machine = this.#byName.get(service)?.machine
    const held = { configHash: machine?.configHash, state: JSON.parse(machine?.snapshotText() ?? 'null') }
    const difference = firstDifference({ configHash, state }, held)
    return difference === null ? null : { service, event: `its snapshot at ${seq}`, ...difference }
  }

  /** How many answers the log ends before. */
  get unanswered(): number {
    return this.#services.reduce((sum, { expected, next }) => sum + expected.length - next, 0)
  }

  /** The service of this run that alone says such a thing, and as an answer; null where it may be a fact. The market's are those of md's feeds. */
  #answerer(topic: Topic): string | null {
    const machine = this.#byName.get(catalogue[topic].writer)?.machine
    if (!machine?.isConfigured || machine.name === 'md') return null
    return (machine.service.emits as readonly string[]).includes(topic) ? machine.name : null
  }

  #compare(checked: Checked, recorded: Event): Divergence | null {
    const { machine, expected } = checked
    const service = machine.name
    const said = expected[checked.next]
    if (said === undefined) return { service, event: recorded.id, field: '', recorded: recorded.topic, said: 'nothing' }
    checked.next++
    if (checked.next === expected.length || checked.next > 4_096) {
      expected.splice(0, checked.next)
      checked.next = 0
    }
    if (said.id !== recorded.id) return { service, event: said.id, field: 'id', recorded: recorded.id, said: said.id }
    const difference = firstDifference({ ...recorded, seq: 0 }, said)
    if (difference !== null) return { service, event: recorded.id, ...difference }
    this.#answers++
    return null
  }

  #routeOf(topic: string): readonly Checked[] {
    const known = this.#routes.get(topic)
    if (known) return known
    const route = this.#services.filter(
      ({ machine }) => topic === 'system.config' || (machine.service.subscribes as readonly string[]).includes(topic),
    )
    this.#routes.set(topic, route)
    return route
  }
}
