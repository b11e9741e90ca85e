import assert from 'node:assert/strict'
import { bodyIn, splitSig } from '#lib/codec/event-text.ts'
import { Recovery } from '#lib/kernel/recovery.ts'
import { hasAnswer } from '#lib/kernel/replay.ts'
import { isSealed, sealedText } from '#lib/process/seal.ts'
import { codeHash, version } from '#lib/process/version.ts'
import { catalogue, isTopic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { Connection, type Welcome } from './connection.ts'
import { Outbox } from './outbox.ts'
import type { RunnerOptions } from './runner-options.ts'
import { sealedBody } from './sealed-body.ts'
import { ServiceSnapshots } from './service-snapshots.ts'
import { ServiceVoice } from './service-voice.ts'

const outboxMost = 8_192
const displaced = 'another process has spoken in its place'

/** The process runner: one service over the router. Start and recovery are one path: newest snapshot, replay to what the log has, then live. */
export class ServiceRunner {
  readonly #options: RunnerOptions
  readonly #service: Recovery
  readonly #subscribes: ReadonlySet<string>
  readonly #outbox = new Outbox()
  readonly #connection: Connection
  #config: RunnerOptions['config']
  /** Null where it keeps none. */
  readonly #snapshots: ServiceSnapshots | null
  /** It has its state, of a snapshot or of the first event. */
  #isBegun = false
  #first: Welcome | null = null
  #run = ''
  /** What seals are given and checked under. */
  #runId = ''
  #voice: ServiceVoice | null = null
  /** The head when it came: what is up to there it has to have seen before it is live. */
  #goal = 0
  #lockstep: Welcome['lockstep'] = null
  /** Under lockstep: answers by seq, until the next event shows that they are in the log. */
  readonly #given = new Map<number, readonly string[]>()
  #isLive = false
  #isPaused = false
  #heartbeat: NodeJS.Timeout | null = null

  constructor(options: RunnerOptions) {
    const { service, url, secret, ca, snapshots, onFault } = options
    this.#options = options
    this.#config = options.config
    this.#service = new Recovery(service, (seq, answers) =>
      this.#answer(
        seq,
        answers.map((answer) => sealedBody(answer, options.sealKey, this.#runId)),
      ),
    )
    this.#snapshots = snapshots == null ? null : new ServiceSnapshots(service.name, { ...snapshots, code: codeHash })
    this.#subscribes = new Set(service.subscribes)
    const topics = [...new Set<string>([...service.subscribes, ...service.emits, 'system.config'])]
    this.#connection = new Connection({
      url,
      identity: service.name,
      secret,
      ca,
      wish: () => ({ from: this.#nextWanted, topics, isService: true }),
      onWelcome: (welcome) => this.#begin(welcome),
      onEvents: (from, to, lines) => this.#take(from, to, lines),
      onAck: (through) => {
        this.#outbox.ack(through)
        this.#snapshots?.settled(this.#outbox.settled)
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
    if (!this.#isLive || this.#service.configHash === config.hash) return
    this.#voice?.configure(config)
    this.#outbox.flush(this.#connection)
  }

  async close(): Promise<void> {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat)
    await this.#connection.close()
  }

  get #nextWanted(): number {
    return this.#isBegun ? this.#service.seen + 1 : (this.#snapshots?.best?.seq ?? 1)
  }

  #begin(welcome: Welcome): void {
    this.#lockstep = welcome.lockstep
    if (!this.#isBegun) {
      const best = this.#snapshots?.best ?? null
      this.#first = welcome
      if (best === null) this.#startAt(welcome)
      else if (best.run !== welcome.run) this.#tryOlder(`it is of run ${best.run}`)
      else if (best.seq > welcome.head) this.#tryOlder(`the log ends at event ${welcome.head}`)
      else if (!hasAnswer(welcome.marks[best.service]?.answer ?? null, best.answered))
        this.#tryOlder(`the log has lost its answer to event ${best.answered?.cause}`)
      return
    }
    const fault = this.#faultOf(welcome)
    if (fault === null) this.#goOn(welcome)
    else this.#options.onFault(`${fault}: beginning anew`)
  }

  #faultOf({ runId, head, marks }: Welcome): string | null {
    if (runId !== this.#runId) return 'the router serves another run'
    if (head < this.#service.seen) return `the log ends at ${head}, and ${this.#service.seen} has been seen`
    return this.#voice?.isBefore(marks[this.#options.service.name]) ? displaced : null
  }

  /** It holds what it held when it had seen so much. */
  #startAt(welcome: Welcome): void {
    const { service, now, keepsRecorded } = this.#options
    const mark = welcome.marks[service.name]
    this.#isBegun = true
    this.#run = welcome.run
    this.#runId = welcome.runId
    const timeOfFacts = () => this.#lockstep?.startsAt ?? now()
    const epoch = (mark?.fact?.epoch ?? 0) + 1
    this.#voice = new ServiceVoice(service.name, this.#outbox, { now: timeOfFacts, epoch, keepsRecorded })
    this.#service.begin(mark?.answer ?? null)
    this.#goal = welcome.lockstep?.cursor ?? welcome.head
    this.#goOn(welcome)
  }

  #goOn({ marks, lockstep }: Welcome): void {
    this.#outbox.restart(marks)
    this.#snapshots?.settled(this.#outbox.settled)
    this.#outbox.flush(this.#connection)
    if (lockstep !== null) for (let seq = lockstep.cursor + 1; seq <= this.#service.seen; seq++) this.#sendAnswers(seq)
    this.#lookWhetherLive()
  }

  #take(from: number, to: number, lines: readonly string[]): void {
    if (!this.#isBegun && !this.#restore(lines[0])) return
    if (from > this.#service.seen + 1) {
      this.#options.onFault(`events ${this.#service.seen + 1} to ${from - 1} are missing`)
      return
    }
    for (const line of lines) {
      const { text, sig } = splitSig(line)
      const event = JSON.parse(text) as Event
      if (this.#service.see(event.seq, line)) this.#hear(event, text, sig)
    }
    if (to > this.#service.seen) this.#service.seen = to
    this.#outbox.flush(this.#connection)
    if (this.#outbox.size > outboxMost && !this.#isPaused) {
      this.#isPaused = true
      this.#connection.pause()
    }
    this.#lookWhetherLive()
  }

  #hear(event: Event, text: string, sig: string | undefined): void {
    const { name } = this.#options.service
    const isOwn = event.source === name
    if (isOwn && event.cause !== null) {
      this.#service.hear(event)
      return
    }
    const isKnown = isTopic(event.topic) && event.v <= catalogue[event.topic].v
    const isMine =
      event.topic === 'system.config' ? event.payload.service === name : !isOwn && this.#subscribes.has(event.topic)
    if (event.topic === 'system.config') this.#service.configured.add(event.payload.service)
    if (!isMine) return
    if (!isKnown || this.#isForged(event, text, sig)) this.#answer(event.seq, [])
    else this.#service.hear(event)
    if (event.topic === 'system.config' && this.#isLive && this.#voice?.isOthers(event.payload, this.#config))
      this.#options.onFault(`${displaced}: beginning anew`)
    this.#options.onEvent?.(event)
  }

  #answer(seq: number, bodies: readonly string[]): void {
    if (this.#lockstep === null) {
      if (bodies.length > 0) this.#outbox.push(idIn(bodies[0] as string), bodies)
      return
    }
    for (const key of this.#given.keys()) if (key < seq) this.#given.delete(key)
    this.#given.set(seq, bodies)
    if (seq > this.#lockstep.cursor) this.#sendAnswers(seq)
    else assert(bodies.length === 0, `${this.#options.service.name} would answer event ${seq} now, and did not then`)
  }

  #sendAnswers(seq: number): void {
    this.#connection.send({ t: 'answers', seq }, this.#given.get(seq) ?? [])
  }

  /** A signed topic without its writer's seal never reaches the service; somebody should look. */
  #isForged(event: Event, text: string, sig: string | undefined): boolean {
    if (!('isSigned' in catalogue[event.topic])) return false
    const { sealedBy } = this.#options
    assert(sealedBy !== null, `${this.#options.service.name} hears ${event.topic} and has no key to check its seal`)
    if (isSealed(sealedBy, sealedText(this.#runId, bodyIn(text)), sig)) return false
    if (this.#isLive) this.#voice?.forged(event, sig)
    return true
  }

  #lookWhetherLive(): void {
    if (this.#isLive || !this.#isBegun || this.#service.seen < this.#goal || !this.#service.isReplayed) return
    const { configHash, configured } = this.#service
    const isRecorded = this.#options.keepsRecorded && configHash !== undefined
    if (configHash !== this.#config.hash && !isRecorded) {
      if (this.#options.after?.some((name) => !configured.has(name))) return
      this.#voice?.configure(this.#config)
      this.#outbox.flush(this.#connection)
      return
    }
    this.#isLive = true
    const { heartbeatMs, onLive } = this.#options
    if (this.#lockstep === null && heartbeatMs > 0) this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs)
    onLive()
  }

  #beat(): void {
    this.#voice?.beat(this.#service.seen)
    // What is said now is in the log behind all that was seen: with it all of that is durable, and what was answered.
    this.#snapshots?.offer(this.#service.lastSeq, this.#outbox.pushed, () =>
      this.#service.snapshot({ run: this.#run, code: codeHash, version }),
    )
    this.#outbox.flush(this.#connection)
  }

  /** Begins where the best snapshot ends, when the first event that came is the last that it had seen. */
  #restore(line: string | undefined): boolean {
    const best = this.#snapshots?.best
    if (best == null || this.#first === null) return false
    const fault = this.#service.restore(best, line)
    if (fault !== null) return this.#tryOlder(fault)
    this.#startAt(this.#first)
    this.#options.onEvent?.(JSON.parse(splitSig(line as string).text) as Event)
    return true
  }

  #tryOlder(why: string): false {
    this.#snapshots?.reject(why)
    this.#connection.renew()
    return false
  }
}

const idIn = (body: string): string => body.slice(7, body.indexOf('"', 7))
