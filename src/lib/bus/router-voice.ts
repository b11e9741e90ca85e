import { bodyOf } from '#lib/codec/event-text.ts'
import { factId } from '#lib/kernel/event-id.ts'
import { catalogue, type PayloadOf, type Topic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import type { Group } from './committer.ts'
import type { Waiting } from './free-order.ts'

/** What a router has to say itself. */
export class RouterVoice {
  #epoch: number
  readonly #now: () => number
  #said = 0

  /** `epoch` is later than that of every router before. */
  constructor(epoch: number, now: () => number) {
    this.#epoch = epoch
    this.#now = now
  }

  /** `onLogged` hears when it is in the log. */
  fact<T extends Topic>(topic: T, payload: PayloadOf<T>, onLogged?: () => void): Waiting {
    const epoch = this.#epoch
    const id = factId('router', epoch, this.#said++)
    const v = catalogue[topic].v
    const event = { id, topic, v, at: this.#now(), source: 'router', cause: null, payload } as unknown as Event
    const group: Group = { bodies: [bodyOf(event)], topics: [topic], configured: [] }
    const done: Waiting['done'] = ({ kind }) => {
      if (kind !== 'refused') onLogged?.()
      else if (epoch === this.#epoch) this.#beginAnew()
    }
    return { speaker: { isRefused: false }, groups: [group], done }
  }

  // What was said after it would be a skip: it is lost too, and what comes from now on is not.
  #beginAnew(): void {
    this.#epoch++
    this.#said = 0
  }
}
