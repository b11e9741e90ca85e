import assert from 'node:assert/strict'
import type { KeyObject } from 'node:crypto'
import { bodyIn, bodyOf, splitSig } from '#lib/codec/event-text.ts'
import { factId } from '#lib/kernel/event-id.ts'
import { Machine } from '#lib/kernel/machine.ts'
import { Replay } from '#lib/kernel/replay.ts'
import type { AnyService } from '#lib/kernel/service.ts'
import { isSealed } from '#lib/process/seal.ts'
import { catalogue, isTopic, type PayloadOf, type Topic } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { Connection, type Welcome } from './connection.ts'
import { Outbox } from './outbox.ts'
import { sealedBody } from './sealed-body.ts'

export type RunnerOptions = {
  readonly service: AnyService
  /** What it is to run with: said as an event when the log has another, or none. */
  readonly config: { readonly hash: string; readonly config: unknown }
  /** Who must have a configuration first: whatever is said to a service before it has one, it does not hear. */
  readonly after?: readonly string[]
  /** A run is fed again: what configuration its log has goes before `config`. */
  readonly keepsRecorded?: boolean
  readonly url: string
  readonly secret: string
  readonly ca?: string | undefined
  /** Seals what the catalogue marks as signed. */
  readonly sealKey: KeyObject | null
  /** Checks the seal of signed inputs; null where the service has none. */
  readonly sealedBy: KeyObject | null
  /** Wall clock, microseconds UTC. */
  readonly now: () => number
  /** It runs with its configuration, and has seen all there was. */
  readonly onLive: () => void
  /** It cannot go on: the process ends, and begins again. */
  readonly onFault: (message: string) => void
  readonly heartbeatMs: number
  /** Sees each event that the service sees, after it. */
  readonly onEvent?: (event: Event) => void
}

const outboxMost = 8_192

/** The process runner: one service over the router. Start and recovery are one path: replay to what the log has, then live. */
export class ServiceRunner {
  readonly #options: RunnerOptions
  readonly #machine: Machine
  readonly #subscribes: ReadonlySet<string>
  readonly #outbox = new Outbox()
  readonly #connection: Connection
  #config: RunnerOptions['config']
  #replay: Replay | null = null
  #isFirst = true
  #seen = 0
  /** The head when it came: what is up to there it has to have seen before it is live. */
  #goal = 0
  #lockstep: Welcome['lockstep'] = null
  /** Under lockstep: answers by seq, until the next event shows that they are in the log. */
  readonly #given = new Map<number, readonly string[]>()
  #epoch = 0
  #said = 0
  #askedFor: string | null = null
  readonly #configured = new Set<string>()
  #isLive = false
  #isPaused = false
  #heartbeat: NodeJS.Timeout | null = null

  constructor(options: RunnerOptions) {
    const { service, url, secret, ca, onFault } = options
    this.#options = options
    this.#config = options.config
    this.#machine = new Machine(service)
    this.#subscribes = new Set(service.subscribes)
    const topics = [...new Set<string>([...service.subscribes, ...service.emits, 'system.config'])]
    this.#connection = new Connection({
      url,
      identity: service.name,
      secret,
      ca,
      wish: () => ({ from: this.#seen + 1, topics, isService: true }),
      onWelcome: (welcome) => this.#begin(welcome),
      onEvents: (from, to, lines) => this.#take(from, to, lines),
      onAck: (through) => {
        this.#outbox.ack(through)
        this.#outbox.flush(this.#connection)
        if (this.#isPaused && this.#outbox.size < outboxMost / 2) {
          this.#isPaused = false
          this.#connection.resume()
        }
      },
      onRefused: (reason) => onFault(`the router refuses: ${reason}`),
    })
  }

  /** Takes effect when it is in the log; the same as before does nothing. */
  configure(config: RunnerOptions['config']): void {
    this.#config = config
    if (this.#isLive) this.#sayConfig()
  }

  async close(): Promise<void> {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat)
    await this.#connection.close()
  }

  #begin(welcome: Welcome): void {
    this.#lockstep = welcome.lockstep
    if (this.#isFirst) {
      const mark = welcome.marks[this.#machine.name]
      this.#isFirst = false
      this.#epoch = (mark?.fact?.epoch ?? 0) + 1
      const replay = new Replay(this.#machine, mark?.answer ?? null)
      this.#replay = replay.isDone ? null : replay
      this.#goal = welcome.lockstep?.cursor ?? welcome.head
    } else if (welcome.head < this.#seen) {
      this.#options.onFault(`the log ends at ${welcome.head}, and ${this.#seen} has been seen: beginning anew`)
      return
    }
    this.#outbox.restart(welcome.marks)
    this.#outbox.flush(this.#connection)
    if (welcome.lockstep !== null)
      for (let seq = welcome.lockstep.cursor + 1; seq <= this.#seen; seq++) this.#sendAnswers(seq)
    this.#lookWhetherLive()
  }

  #take(from: number, to: number, lines: readonly string[]): void {
    if (from > this.#seen + 1) {
      this.#options.onFault(`events ${this.#seen + 1} to ${from - 1} are missing`)
      return
    }
    for (const line of lines) {
      const { text, sig } = splitSig(line)
      const event = JSON.parse(text) as Event
      if (event.seq <= this.#seen) continue
      this.#seen = event.seq
      this.#hear(event, text, sig)
    }
    if (to > this.#seen) this.#seen = to
    this.#outbox.flush(this.#connection)
    if (this.#outbox.size > outboxMost && !this.#isPaused) {
      this.#isPaused = true
      this.#connection.pause()
    }
    this.#lookWhetherLive()
  }

  #hear(event: Event, text: string, sig: string | undefined): void {
    const isOwn = event.source === this.#machine.name
    if (isOwn && event.cause !== null) {
      if (this.#replay !== null) this.#feedReplay(event)
      return
    }
    const isKnown = isTopic(event.topic) && event.v <= catalogue[event.topic].v
    const isMine =
      event.topic === 'system.config'
        ? event.payload.service === this.#machine.name
        : !isOwn && this.#subscribes.has(event.topic)
    if (event.topic === 'system.config') this.#configured.add(event.payload.service)
    if (!isMine) return
    if (!isKnown || this.#isForged(event, text, sig)) this.#answer(event.seq, [])
    else if (this.#replay !== null) this.#feedReplay(event)
    else this.#step(event)
    this.#options.onEvent?.(event)
  }

  #feedReplay(event: Event): void {
    const replay = this.#replay
    if (replay === null) return
    replay.feed(event)
    if (!replay.isDone) return
    this.#replay = null
    for (const input of replay.takeUnanswered()) this.#step(input)
  }

  #step(event: Event): void {
    const answers = this.#machine.hears(event) ? this.#machine.step(event) : []
    this.#answer(
      event.seq,
      answers.map((answer) => sealedBody(answer, this.#options.sealKey)),
    )
  }

  #answer(seq: number, bodies: readonly string[]): void {
    if (this.#lockstep === null) {
      if (bodies.length > 0) this.#outbox.push(idIn(bodies[0] as string), bodies)
      return
    }
    for (const key of this.#given.keys()) if (key < seq) this.#given.delete(key)
    this.#given.set(seq, bodies)
    if (seq > this.#lockstep.cursor) this.#sendAnswers(seq)
    else assert(bodies.length === 0, `${this.#machine.name} would answer event ${seq} now, and did not then`)
  }

  #sendAnswers(seq: number): void {
    this.#connection.send({ t: 'answers', seq }, this.#given.get(seq) ?? [])
  }

  /** A signed topic without its writer's seal never reaches the service; somebody should look. */
  #isForged(event: Event, text: string, sig: string | undefined): boolean {
    if (!('isSigned' in catalogue[event.topic])) return false
    const { sealedBy } = this.#options
    assert(sealedBy !== null, `${this.#machine.name} hears ${event.topic} and has no key to check its seal`)
    if (isSealed(sealedBy, bodyIn(text), sig)) return false
    const fault = sig === undefined ? 'has no seal' : 'has a seal that is not of its writer'
    const message = `${event.topic} ${fault}: it is dropped`
    const payload = { code: 'SIGNATURE_INVALID', subject: event.id, message } as const
    if (this.#isLive) this.#say({ topic: 'system.alert', payload })
    return true
  }

  #lookWhetherLive(): void {
    if (this.#isLive || this.#seen < this.#goal || this.#replay !== null) return
    const isRecorded = this.#options.keepsRecorded && this.#machine.isConfigured
    if (this.#machine.configHash !== this.#config.hash && !isRecorded) {
      const isWaiting = this.#options.after?.some((name) => !this.#configured.has(name))
      if (this.#askedFor !== this.#config.hash && !isWaiting) this.#sayConfig()
      return
    }
    this.#isLive = true
    const { heartbeatMs, onLive } = this.#options
    if (this.#lockstep === null && heartbeatMs > 0)
      this.#heartbeat = setInterval(() => this.#say(this.#beat()), heartbeatMs)
    onLive()
  }

  #beat(): Statement<'system.heartbeat'> {
    const [service, rssBytes] = [this.#machine.name, process.memoryUsage.rss()]
    return { topic: 'system.heartbeat', payload: { service, state: 'live', seq: this.#seen, rssBytes } }
  }

  #sayConfig(): void {
    if (this.#machine.configHash === this.#config.hash) return
    const { hash, config } = this.#config
    this.#askedFor = hash
    const payload = { service: this.#machine.name, hash, config } as PayloadOf<'system.config'>
    this.#say({ topic: 'system.config', payload })
  }

  /** A fact of the service's own process. */
  #say({ topic, payload }: Statement<Topic>): void {
    const source = this.#machine.name
    const at = this.#lockstep?.startsAt ?? this.#options.now()
    const id = factId(source, this.#epoch, this.#said++)
    const event = { id, topic, v: catalogue[topic].v, at, source, cause: null, payload } as Event
    this.#outbox.push(id, [bodyOf(event)])
    this.#outbox.flush(this.#connection)
  }
}

const idIn = (body: string): string => body.slice(7, body.indexOf('"', 7))
