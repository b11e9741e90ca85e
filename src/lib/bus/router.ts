import type { RawData, WebSocket } from 'ws'
import { bodyOf } from '#lib/codec/event-text.ts'
import { factId } from '#lib/kernel/event-id.ts'
import { catalogue, type PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { isProof, newNonce } from './auth.ts'
import { Committer, type Group } from './committer.ts'
import { ClientHeader, formatFrame, splitFrame } from './frame.ts'
import { FreeOrder, type Waiting } from './free-order.ts'
import { Lockstep, type LockstepService } from './lockstep.ts'
import type { LogPort, LogState, Marks } from './log-port.ts'
import { Peer } from './peer.ts'
import { readGroup } from './read-group.ts'
import { type Commit, Subscriber } from './subscriber.ts'

export type RouterOptions = {
  readonly log: LogPort
  readonly state: LogState
  /** The secret of an identity; null where there is none. */
  readonly secretOf: (identity: string) => string | null
  readonly lockstep: { readonly startsAt: number; readonly services: readonly LockstepService[] } | null
  /** A feed has said that it ended, as far as the log goes. */
  readonly isEnded: boolean
  /** Wall clock, microseconds UTC. */
  readonly now: () => number
  /** The log is lost, or broke its promise: the router ends, and begins again. */
  readonly fail: (error: unknown) => void
  readonly say: (message: string) => void
}

const unacknowledgedMost = 100_000
const helloWithinMs = 5_000

/** Authenticates, authorises, checks, orders, and fans out what the log has acknowledged. Keeps nothing that the log does not have. */
export class Router {
  readonly #options: RouterOptions
  readonly #committer: Committer
  readonly #free: FreeOrder | null
  readonly #lockstep: Lockstep | null
  readonly #peers = new Set<Peer>()
  readonly #epoch: number
  #said = 0
  #isEnded: boolean

  constructor(options: RouterOptions) {
    const { log, state, lockstep, fail } = options
    this.#options = options
    this.#isEnded = options.isEnded
    this.#epoch = (state.marks.router?.fact?.epoch ?? 0) + 1
    this.#committer = new Committer(log, state.head, (commit) => this.#fanOut(commit))
    this.#free = lockstep === null ? new FreeOrder(this.#committer, fail) : null
    this.#lockstep =
      lockstep === null
        ? null
        : new Lockstep({
            committer: this.#committer,
            log,
            services: lockstep.services,
            unconfigured: lockstep.services.map(({ name }) => name).filter((name) => !state.marks[name]?.fact),
            cursor: Math.max(0, ...Object.values(state.marks).map(({ answer }) => answer?.cause ?? 0)),
            deliver: (seq) => this.#show(seq),
            fail,
          })
  }

  /** What `GET /status` says. */
  status(): Record<string, unknown> {
    const { head, committed } = this.#committer
    const connections = [...this.#peers].map(({ identity, subscriber, rttMs }) => {
      const seq = subscriber === null ? head : subscriber.next - 1
      return { identity, state: seq >= head ? 'live' : 'catching_up', seq, behind: head - seq, rttMs }
    })
    const isIdle = this.#lockstep?.isIdle ?? true
    return { run: this.#options.state.run, head, committed, isIdle, isEnded: this.#isEnded && isIdle, connections }
  }

  pingAll(): void {
    for (const peer of this.#peers) peer.ping()
  }

  /** Takes a new connection. */
  accept(socket: WebSocket): void {
    const nonce = newNonce()
    const timer = setTimeout(() => socket.terminate(), helloWithinMs)
    socket.on('error', () => socket.terminate())
    socket.once('close', () => clearTimeout(timer))
    socket.send(formatFrame({ t: 'challenge', nonce }))
    let peer: Peer | null = null
    let greeting: Promise<void> | null = null
    socket.on('message', (data: RawData) => {
      clearTimeout(timer)
      const frame = readFrame(String(data))
      if (frame === null) {
        socket.send(formatFrame({ t: 'refused', k: null, reason: 'that is no frame of this protocol' }))
        socket.close(4400, 'refused')
        return
      }
      const { header, lines } = frame
      if (header.t === 'hello') {
        if (greeting !== null) return
        greeting = this.#greet(socket, nonce, header).then((greeted) => {
          peer = greeted
        }, this.#options.fail)
        return
      }
      if (peer === null) socket.terminate()
      else this.#hear(peer, header, lines)
    })
  }

  async #greet(socket: WebSocket, nonce: string, hello: Extract<ClientHeader, { t: 'hello' }>): Promise<Peer | null> {
    const { identity, proof, from, topics, isService } = hello
    const secret = this.#options.secretOf(identity)
    if (secret === null || !isProof(proof, secret, nonce, identity)) {
      this.#options.say(`refused a connection: ${identity} did not prove that it is ${identity}`)
      socket.send(formatFrame({ t: 'refused', k: null, reason: `${identity} is not known by that proof` }))
      socket.close(4401, 'unauthorised')
      return null
    }
    const { run, marks } = await this.#options.log.state()
    const head = this.#committer.head
    const peer = new Peer(socket, identity, isService)
    this.#peers.add(peer)
    socket.once('close', () => this.#peers.delete(peer))
    const { lockstep } = this.#options
    const order = this.#lockstep
    peer.send({
      t: 'welcome',
      run,
      head,
      marks: marksOf(identity, marks),
      lockstep: lockstep === null || order === null ? null : { startsAt: lockstep.startsAt, cursor: order.cursor },
    })
    if (from === null) return peer
    const limit = isService && order !== null ? order.shown : head
    const wish = { from: from === 'head' ? limit + 1 : from, topics, limit }
    peer.subscriber = new Subscriber(socket, this.#options.log, wish, this.#options.fail)
    return peer
  }

  #hear(peer: Peer, header: Exclude<ClientHeader, { t: 'hello' }>, lines: readonly string[]): void {
    if (header.t === 'answers') {
      this.#takeAnswers(peer, header.seq, lines)
      return
    }
    const waiting: Waiting[] = []
    let next = 0
    for (const size of header.groups) {
      const k = peer.takeNumber()
      const read = readGroup(peer.identity, lines.slice(next, next + size))
      next += size
      if ('refusal' in read) {
        this.#refuse(peer, k, read.refusal)
        break
      }
      waiting.push({ group: read.group, done: (result) => this.#settle(peer, k, result) })
      for (const payload of read.newer) waiting.push(this.#mismatch(payload))
    }
    if (peer.unacknowledged > unacknowledgedMost) this.#refuse(peer, null, 'more is unacknowledged than may be')
    this.#order(peer, waiting)
  }

  #order(peer: Peer, waiting: readonly Waiting[]): void {
    if (this.#free !== null) this.#free.submit(waiting)
    else if (peer.isService || peer.identity === 'operator')
      for (const one of waiting) this.#lockstep?.fact(peer.identity, one)
    else this.#lockstep?.feed(peer, waiting)
  }

  #takeAnswers(peer: Peer, seq: number, lines: readonly string[]): void {
    if (this.#lockstep === null || !peer.isService) {
      this.#refuse(peer, null, 'answers event by event are for services under lockstep')
      return
    }
    if (lines.length === 0) {
      this.#lockstep.answer(peer.identity, seq, null)
      return
    }
    const read = readGroup(peer.identity, lines)
    if ('refusal' in read) this.#refuse(peer, null, read.refusal)
    else this.#lockstep.answer(peer.identity, seq, read.group)
  }

  #settle(peer: Peer, k: number, result: Parameters<Waiting['done']>[0]): void {
    if (result.kind === 'refused') this.#refuse(peer, k, result.reason)
    else peer.settle(k)
  }

  #refuse(peer: Peer, k: number | null, reason: string): void {
    this.#options.say(`refused ${peer.identity}: ${reason}`)
    peer.refuse(k, reason)
  }

  #mismatch(payload: PayloadOf<'system.version_mismatch'>): Waiting {
    const topic = 'system.version_mismatch'
    const id = factId('router', this.#epoch, this.#said++)
    const v = catalogue[topic].v
    const event = { id, topic, v, at: this.#options.now(), source: 'router', cause: null, payload } as const
    const group: Group = { bodies: [bodyOf(event as Event)], topics: [topic], configured: [null] }
    this.#options.say(`${payload.event}: ${payload.topic} version ${payload.v} is not known, only ${payload.known}`)
    return { group, done: () => undefined }
  }

  #fanOut(commit: Commit): void {
    commit.topics.forEach((topic, i) => {
      if (topic === 'md.status') this.#isEnded = (commit.lines[i] as string).includes('"state":"ended"')
    })
    for (const peer of this.#peers) if (this.#lockstep === null || !peer.isService) peer.subscriber?.take(commit)
    if (this.#lockstep === null) return
    commit.lines.forEach((line, i) => {
      this.#lines.set(commit.from + i, { line, topic: commit.topics[i] as string })
    })
  }

  /** Under lockstep: what is in the log and has not been shown to services. */
  readonly #lines = new Map<number, { readonly line: string; readonly topic: string }>()

  #show(seq: number): void {
    const known = this.#lines.get(seq)
    this.#lines.delete(seq)
    const commit: Commit =
      known === undefined
        ? { from: 0, to: seq, lines: [], topics: [] }
        : { from: seq, to: seq, lines: [known.line], topics: [known.topic] }
    for (const peer of this.#peers) if (peer.isService) peer.subscriber?.take(commit)
  }
}

function readFrame(text: string): { header: ClientHeader; lines: string[] } | null {
  try {
    const { header, lines } = splitFrame(text)
    const checked = ClientHeader.safeParse(header)
    return checked.success ? { header: checked.data, lines } : null
  } catch {
    return null
  }
}

const marksOf = (identity: string, marks: Marks): Marks =>
  Object.fromEntries(
    Object.entries(marks).filter(([source]) => source === identity || source.startsWith(`${identity}-`)),
  )
