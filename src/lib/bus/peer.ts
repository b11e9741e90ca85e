import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { formatFrame, type ServerHeader } from './frame.ts'
import { Heartbeat } from './heartbeat.ts'
import { RateLimit } from './rate-limit.ts'
import type { Subscriber } from './subscriber.ts'

/** What a publisher may have unacknowledged; beyond twice that no more is read from it. */
export const credit = { groups: 8_192, bytes: 8 << 20 }

/** One client of the router, from its welcome to its end. */
export class Peer {
  readonly socket: WebSocket
  /** What carries it. */
  readonly bytes: Socket
  readonly identity: string
  /** Answers event by event, under lockstep. */
  readonly isService: boolean
  readonly heartbeat: Heartbeat
  readonly #rate = new RateLimit()
  subscriber: Subscriber | null = null
  isRefused = false
  /** What it said and may not, and its number: refused when what is in front of it is in the log. */
  #bad: { readonly k: number; readonly refuse: () => void } | null = null
  #published = 0
  #acknowledged = 0
  #toldThrough = 0
  #heldBytes = 0
  #isHeld = false
  #isSlowed = false
  /** Numbers of groups that are in the log, before one that is not. */
  readonly #early = new Set<number>()
  /** Numbers of groups that were there already, until it is told of them. */
  #repeats: number[] = []

  constructor(socket: WebSocket, bytes: Socket, { identity, isService }: { identity: string; isService: boolean }) {
    this.socket = socket
    this.bytes = bytes
    this.identity = identity
    this.isService = isService
    this.heartbeat = new Heartbeat(socket)
  }

  /** Is what it says still heard? */
  get isHeard(): boolean {
    return !this.isRefused && this.#bad === null
  }

  get unacknowledged(): number {
    return this.#published - this.#acknowledged
  }

  /** Is what it sends being read? */
  get isRead(): boolean {
    return !this.#isHeld && !this.#isSlowed
  }

  /** A frame came: is it more than may come in this time, reading goes on a little later. */
  arrived(bytes: number): void {
    this.heartbeat.heard()
    const waitMs = this.#rate.take(bytes)
    if (waitMs === 0 || this.#isSlowed) return
    this.#isSlowed = true
    this.#read()
    setTimeout(() => {
      this.#isSlowed = false
      this.#read()
    }, waitMs).unref()
  }

  /** The number that its next group has. */
  get published(): number {
    return this.#published
  }

  /** Takes numbers for so many groups: the first of them. */
  takeNumbers(count: number): number {
    const first = this.#published
    this.#published += count
    return first
  }

  /** Bytes that the router holds for it. */
  hold(bytes: number): void {
    this.#heldBytes += bytes
    this.#look()
  }

  release(bytes: number): void {
    this.#heldBytes -= bytes
    this.#look()
  }

  /** Hears nothing more of it, and refuses it when every group before number k is in the log. */
  refuseBehind(k: number, refuse: () => void): void {
    this.#bad = { k, refuse }
    if (this.#acknowledged === k) refuse()
  }

  /** A group is in the log: tells how far everything is, once for all that comes at one time. */
  settle(k: number, kind: 'appended' | 'repeat'): void {
    if (kind === 'repeat') this.#repeats.push(k)
    if (k !== this.#acknowledged) {
      this.#early.add(k)
      return
    }
    this.#acknowledged++
    while (this.#early.size > 0 && this.#early.delete(this.#acknowledged)) this.#acknowledged++
    if (this.#toldThrough < this.#acknowledged && !this.#isTelling) {
      this.#isTelling = true
      queueMicrotask(() => {
        if (this.#isTelling) this.#tell()
      })
    }
    if (this.#acknowledged === this.#bad?.k) this.#bad.refuse()
  }

  #isTelling = false

  #tell(): void {
    this.#isTelling = false
    this.#toldThrough = this.#acknowledged
    const repeats = this.#repeats
    this.#repeats = []
    this.send({ t: 'ack', through: this.#acknowledged, ...(repeats.length === 0 ? {} : { repeats }) })
    this.#look()
  }

  send(header: ServerHeader, lines: readonly string[] = []): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(formatFrame(header, lines))
  }

  /** Tells why it may not go on, and ends. */
  refuse(k: number | null, reason: string): void {
    if (this.isRefused) return
    this.isRefused = true
    if (this.#isTelling) this.#tell()
    this.send({ t: 'refused', k, reason: reason.slice(0, 1_000) })
    this.socket.resume()
    this.socket.close(4400, 'refused')
  }

  #look(): void {
    const isMuch = this.unacknowledged > 2 * credit.groups || this.#heldBytes > 2 * credit.bytes
    if (isMuch === this.#isHeld) return
    this.#isHeld = isMuch
    this.#read()
  }

  #read(): void {
    if (this.isRead || this.isRefused) this.socket.resume()
    else this.socket.pause()
  }
}

const connectionsOfOne = 32

/** Whom one that comes ends, and why: the older one of a service, and the oldest of an identity that has too many. Nobody takes all places. */
export function* endedBy({ identity, isService }: Peer, peers: ReadonlySet<Peer>): Generator<[Peer, string]> {
  const own = [...peers].filter((peer) => peer.identity === identity)
  for (const older of own)
    if (isService && older.isService) yield [older, 'a newer connection of this service has come']
  const [oldest] = own
  if (oldest && own.length >= connectionsOfOne)
    yield [oldest, `${identity} has ${connectionsOfOne} newer connections, and may have no more`]
}
