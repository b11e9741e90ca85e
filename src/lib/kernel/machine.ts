import { readAs } from '#lib/codec/read-as.ts'
import { catalogue, type PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { answerId } from './event-id.ts'
import type { AnyService } from './service.ts'

/** An event whose seq the log has yet to give. */
export type Unsequenced = { -readonly [K in keyof Event]: Event[K] }

/** One service with its state, stepped by a runner. Without a state until its first `system.config`: it hears nothing before. */
export class Machine {
  readonly service: AnyService
  readonly #hearsConfig: boolean
  #state: unknown
  #configHash: string | undefined

  constructor(service: AnyService) {
    this.service = service
    this.#hearsConfig = service.subscribes.includes('system.config')
  }

  get name(): string {
    return this.service.name
  }

  get isConfigured(): boolean {
    return this.#configHash !== undefined
  }

  /** The hash of the configuration in force; undefined before the first. */
  get configHash(): string | undefined {
    return this.#configHash
  }

  /** Is this an input of this machine (and not one of its own answers)? */
  hears(event: Event): boolean {
    if (event.topic === 'system.config')
      return (event.payload as PayloadOf<'system.config'>).service === this.service.name
    return this.isConfigured && this.service.subscribes.includes(event.topic)
  }

  /** Evolve, decide, evolve each answer. Answers carry seq 0 until the log gives one. */
  step(input: Event): readonly Event[] {
    this.fold(input)
    if (input.topic === 'system.config' && !this.#hearsConfig) return none
    const said = this.service.decide(this.#state, input)
    if (said.length === 0) return none
    const answers: Event[] = new Array(said.length)
    for (let n = 0; n < said.length; n++) {
      const statement = said[n] as (typeof said)[number]
      const answer = {
        seq: 0,
        id: answerId(this.service.name, input.seq, n),
        topic: statement.topic,
        v: catalogue[statement.topic].v,
        at: input.at,
        source: this.service.name,
        cause: input.id,
        payload: statement.payload,
      } as Event
      this.#state = this.service.evolve(this.#state, answer)
      answers[n] = answer
    }
    return answers
  }

  /** Takes in what happened without asking what follows: an input whose answers are recorded, or such an answer. */
  fold(event: Event): void {
    if (event.topic === 'system.config') this.#configure(event.payload as PayloadOf<'system.config'>)
    else this.#state = this.service.evolve(this.#state, event)
  }

  snapshot(): unknown {
    return this.service.snapshot ? this.service.snapshot(this.#state) : structuredClone(this.#state)
  }

  /** The same as JSON text. */
  snapshotText(): string {
    return JSON.stringify(this.service.snapshot ? this.service.snapshot(this.#state) : this.#state)
  }

  restore(json: unknown, configHash: string): void {
    this.#state = this.service.restore ? this.service.restore(json) : json
    this.#configHash = configHash
  }

  #configure(payload: PayloadOf<'system.config'>): void {
    const config = readAs(this.service.config, payload.config, [this.service.name, 'config'])
    this.#state = this.isConfigured ? this.service.reconfigure(this.#state, config) : this.service.init(config)
    this.#configHash = payload.hash
  }
}

const none: readonly Event[] = Object.freeze([])
