import type { Socket } from 'node:net'
import type { RawData, WebSocket } from 'ws'
import { admit, type Hello, whyUnreadable } from './admission.ts'
import type { Commit } from './commit.ts'
import { Committer } from './committer.ts'
import { DiskGuard } from './disk-guard.ts'
import { type ClientFrame, linesIn, readClientFrame } from './frame.ts'
import { FreeOrder, type Waiting } from './free-order.ts'
import { latestTimeOf } from './latest-time.ts'
import { Lockstep } from './lockstep.ts'
import { type AppendResult, marksOf } from './log-port.ts'
import { credit, endedBy, Peer } from './peer.ts'
import { readGroups } from './read-groups.ts'
import { RouterMeasures, recordSince } from './router-measures.ts'
import type { RouterOptions } from './router-options.ts'
import { metricsOf, peerStatus } from './router-status.ts'
import { RouterVoice } from './router-voice.ts'
import { ShownEvents } from './shown-events.ts'
import { Leaving, Strangers } from './strangers.ts'
import { Subscriber } from './subscriber.ts'

/** Authenticates, authorises, checks, orders, and fans out what the log has acknowledged. Keeps nothing that the log does not have. */
export class Router {
  readonly #options: RouterOptions
  readonly #committer: Committer
  readonly #free: FreeOrder | null
  readonly #lockstep: Lockstep | null
  readonly #shown = new ShownEvents()
  readonly #peers = new Set<Peer>()
  readonly #voice: RouterVoice
  readonly #disk: DiskGuard
  readonly measures = new RouterMeasures()
  readonly #strangers = new Strangers()
  readonly #leaving = new Leaving()
  #isEnded: boolean

  constructor(options: RouterOptions) {
    const { log, state, lockstep, fail } = options
    this.#options = options
    this.#isEnded = options.isEnded
    const before = state.marks.router?.fact?.epoch ?? 0
    this.#voice = new RouterVoice(before + 1, options.now)
    this.#disk = new DiskGuard(before === 0)
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
            say: options.say,
          })
  }

  /** Connections, and those among them that have not proved who they are. */
  get connections(): { readonly all: number; readonly unknown: number } {
    return { all: this.#peers.size + this.#strangers.count, unknown: this.#strangers.count }
  }

  /** What `GET /status` says. */
  status() {
    const { head, committed } = this.#committer
    const connections = [...this.#peers].map((peer) => peerStatus(peer, head))
    const isIdle = this.#lockstep?.isIdle ?? true
    const { run, durability } = this.#options.state
    return { run, durability, head, committed, isIdle, isEnded: this.#isEnded && isIdle, connections }
  }

  beat(): void {
    for (const peer of this.#peers) peer.heartbeat.beat(peer.isRead)
  }

  /** Says how it goes, as an event; under lockstep the log has nothing that the in-process runner would not say. */
  sayMetrics(): void {
    if (this.#free === null) return
    const metrics = metricsOf(this.status(), this.measures)
    this.#free.submit(this.#voice.fact('system.metrics', { service: 'router', metrics }))
  }

  /** The disk of the log is so full. */
  guardDisk(usedPercent: number): void {
    const command = this.#disk.look(usedPercent)
    if (command === null) return
    this.#free?.submit(this.#voice.fact('system.command', command, () => this.#disk.isSaid(command)))
  }

  /** Takes a new connection. */
  accept(socket: WebSocket, bytes: Socket): void {
    socket.on('error', () => this.#leaving.add(socket, bytes))
    admit({ socket, bytes, strangers: this.#strangers }, this.#options, (hello) => {
      if (hello === null) return void this.measures.refused++
      const peer = new Peer(socket, bytes, hello)
      socket.on('message', (data: RawData, isBinary: boolean) => this.#hear(peer, data, isBinary))
      this.#greet(peer, hello).catch(this.#options.fail)
    })
  }

  async #greet(peer: Peer, hello: Hello): Promise<void> {
    const { from, topics } = hello
    const { log, lockstep, heartbeatMs, isOfTree } = this.#options
    const { identity, isService, socket } = peer
    const unreadable = whyUnreadable(hello, this.#options.mayRead)
    if (unreadable !== null) return this.#refuse(peer, null, unreadable)
    const { run, runId, marks } = await this.#committer.state()
    if (socket.readyState !== socket.OPEN) return
    const head = this.#committer.head
    // Others may have been greeted meanwhile.
    for (const [older, why] of endedBy(peer, this.#peers)) this.#refuse(older, null, why)
    this.#peers.add(peer)
    socket.once('close', () => this.#peers.delete(peer))
    const order = this.#lockstep
    peer.send({
      t: 'welcome',
      run,
      runId,
      head,
      now: this.#options.now(),
      marks: marksOf(identity, marks),
      lockstep: lockstep === null || order === null ? null : { startsAt: lockstep.startsAt, cursor: order.cursor },
      credit,
      heartbeatMs,
      isOfTree,
    })
    if (from === null) return
    const limit = isService && order !== null ? order.shown : head
    const wish = { from: from === 'head' ? limit + 1 : from, topics, limit }
    peer.subscriber = new Subscriber(socket, log, wish, {
      fail: this.#options.fail,
      refuse: (reason) => this.#refuse(peer, null, reason),
      onPace: (state) => this.#sayPace(peer, state),
    })
  }

  #hear(peer: Peer, data: RawData, isBinary: boolean): void {
    if (!peer.isHeard) return
    this.measures.frames++
    peer.arrived((data as Buffer).length)
    const frame = isBinary ? null : readClientFrame(data as Buffer)
    if (frame === null || frame.header.t === 'hello' || !this.#peers.has(peer))
      this.#refuse(peer, null, 'that is no frame of this protocol')
    else if (frame.header.t === 'heard') {
      if (peer.subscriber?.heard(frame.header.seq) === false) this.#refuse(peer, null, 'that was not sent to it')
    } else if (frame.header.t === 'answers') this.#takeAnswers(peer, frame.header.seq, frame)
    else if (frame.header.k !== peer.published)
      this.#refuse(peer, null, `group ${peer.published} was to come, not ${frame.header.k}`)
    else this.#takeGroups(peer, frame.header.groups, frame)
  }

  #takeGroups(peer: Peer, sizes: readonly number[], frame: ClientFrame): void {
    const arrivedMs = performance.now()
    const { length } = frame.bytes
    const latest = this.#lockstep === null ? latestTimeOf(peer.identity, this.#options.now()) : Infinity
    const { groups, newer, refusal } = readGroups(peer.identity, frame, sizes, latest)
    const first = peer.takeNumbers(groups.length)
    if (groups.length > 0) peer.hold(length)
    const done: Waiting['done'] = (result, i) => {
      if (result.kind === 'refused') this.#refuse(peer, first + i, result.reason)
      else peer.settle(first + i, result.kind)
      if (i < groups.length - 1) return
      peer.release(length)
      recordSince(this.measures.commit, arrivedMs)
    }
    if (groups.length > 0) this.#order(peer, { speaker: peer, groups, done })
    for (const payload of newer) {
      this.#options.say(`${payload.event}: ${payload.topic} version ${payload.v} is not known, only ${payload.known}`)
      this.#free?.submit(this.#voice.fact('system.version_mismatch', payload))
    }
    const k = first + groups.length
    if (refusal !== null) peer.refuseBehind(k, () => this.#refuse(peer, k, refusal))
  }

  #order(peer: Peer, waiting: Waiting): void {
    const { speaker, groups, done } = waiting
    if (this.#free !== null) {
      this.#free.submit(waiting)
      return
    }
    const each = groups.map((group, i) => ({ speaker, group, done: (result: AppendResult) => done(result, i) }))
    // One feed there is; a model that speaks beside it has nothing to do with where the feed goes on.
    if (peer.isService || peer.identity !== 'md') for (const one of each) this.#lockstep?.fact(peer.identity, one)
    else this.#lockstep?.feed(peer, each)
  }

  #takeAnswers(peer: Peer, seq: number, frame: ClientFrame): void {
    if (this.#lockstep === null || !peer.isService) {
      this.#refuse(peer, null, 'answers event by event are for services under lockstep')
      return
    }
    const count = linesIn(frame)
    const { groups, refusal } = readGroups(peer.identity, frame, count === 0 ? [] : [count], Infinity)
    if (refusal !== null) this.#refuse(peer, null, refusal)
    else this.#lockstep.answer(peer.identity, seq, groups[0] ?? null)
  }

  #refuse(peer: Peer, k: number | null, reason: string): void {
    if (peer.isRefused) return
    this.measures.refused++
    this.#options.sayRefusal(`refused ${peer.identity}: ${reason}`)
    peer.refuse(k, reason)
    this.#peers.delete(peer)
    this.#leaving.add(peer.socket, peer.bytes)
  }

  #sayPace(peer: Peer, state: 'behind' | 'caught_up'): void {
    if (state === 'behind') this.measures.fellBehind++
    const behindEvents = Math.max(0, this.#committer.head - (peer.subscriber?.next ?? 0) + 1)
    this.#options.say(`${peer.identity} ${state === 'behind' ? 'is too slow: it reads from the log' : 'has caught up'}`)
    this.#free?.submit(this.#voice.fact('system.backpressure', { consumer: peer.identity, state, behindEvents }))
  }

  #fanOut(commit: Commit): void {
    const atMs = performance.now()
    for (let i = 0; i < commit.topics.length; i++)
      if (commit.topics[i] === 'md.status') this.#isEnded = (commit.lines[i] as string).includes('"state":"ended"')
    for (const peer of this.#peers) if (this.#lockstep === null || !peer.isService) peer.subscriber?.take(commit)
    if (this.#lockstep !== null) this.#shown.add(commit)
    recordSince(this.measures.fanOut, atMs)
  }

  /** Under lockstep: services see one event at a time. */
  #show(seq: number): void {
    const commit = this.#shown.take(seq)
    for (const peer of this.#peers) if (peer.isService) peer.subscriber?.take(commit)
  }
}
