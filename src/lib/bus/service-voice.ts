import { bodyOf } from '#lib/codec/event-text.ts'
import { factId } from '#lib/kernel/event-id.ts'
import { catalogue, type PayloadOf, type Topic } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import type { ServiceName } from '#schemas/service-rank.ts'
import type { SourceMark } from './log-port.ts'
import type { Outbox } from './outbox.ts'

type VoiceOptions = {
  readonly now: () => number
  readonly epoch: number
  /** What was recorded of it is said in its name. */
  readonly keepsRecorded?: boolean | undefined
}
type Config = { readonly hash: string; readonly config: unknown }

/** What the process of a service says of itself: facts of an epoch that its start began. */
export class ServiceVoice {
  readonly #service: ServiceName
  readonly #outbox: Outbox
  readonly #now: () => number
  readonly #epoch: number
  readonly #keepsRecorded: boolean
  #said = 0
  #askedFor: string | null = null
  readonly #configs = new Set<string>()

  constructor(service: ServiceName, outbox: Outbox, { now, epoch, keepsRecorded = false }: VoiceOptions) {
    this.#service = service
    this.#outbox = outbox
    this.#now = now
    this.#epoch = epoch
    this.#keepsRecorded = keepsRecorded
  }

  beat(seq: number): void {
    const rssBytes = process.memoryUsage.rss()
    this.#say({ topic: 'system.heartbeat', payload: { service: this.#service, state: 'live', seq, rssBytes } })
  }

  /** Says what it is to run with; the same is said once. */
  configure({ hash, config }: Config): void {
    if (this.#askedFor === hash) return
    this.#askedFor = hash
    this.#configs.add(hash)
    const payload = { service: this.#service, hash, config } as PayloadOf<'system.config'>
    this.#say({ topic: 'system.config', payload })
  }

  /** Has another process said this configuration in its place? */
  isOthers({ hash }: { readonly hash: string }, now: Config): boolean {
    return !this.#keepsRecorded && hash !== now.hash && !this.#configs.has(hash)
  }

  /** Has one that was started later spoken in its place? What this one says the log would take for known. */
  isBefore(mark: SourceMark | undefined): boolean {
    return !this.#keepsRecorded && (mark?.fact?.epoch ?? 0) > this.#epoch
  }

  /** Somebody should look: an event without its writer's seal was dropped. */
  forged(event: Event, sig: string | undefined): void {
    const fault = sig === undefined ? 'has no seal' : 'has a seal that is not of its writer in this run'
    const message = `${event.topic} ${fault}: it is dropped`
    this.#say({ topic: 'system.alert', payload: { code: 'SIGNATURE_INVALID', subject: event.id, message } })
  }

  #say({ topic, payload }: Statement<Topic>): void {
    const source = this.#service
    const id = factId(source, this.#epoch, this.#said++)
    const event = { id, topic, v: catalogue[topic].v, at: this.#now(), source, cause: null, payload } as Event
    this.#outbox.push(id, [bodyOf(event)])
  }
}
