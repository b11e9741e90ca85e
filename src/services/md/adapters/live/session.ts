import type { MarketFact } from '#lib/market/market-fact.ts'
import type { SeededRandom } from '#lib/market/seeded-random.ts'
import type { RequestBudget } from '#lib/time/request-budget.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { startNormalizer } from '../normalize/normalizer.ts'
import type { NewestNumber, RawRecord } from '../raw/raw-record.ts'
import { backoffMs } from './backoff-jitter.ts'
import { completeListing } from './complete-listing.ts'
import type { ConnectionPlan, LiveVenue } from './live-venue.ts'
import type { SessionAct, SessionInput, SessionStep } from './session-wire.ts'
import { wantedBooks } from './wanted-books.ts'

export type SessionOptions = {
  readonly venue: LiveVenue
  readonly market: string | undefined
  readonly plan: ConnectionPlan
  /** Answers of the listing requests, which the decoder has to know. */
  readonly listings: readonly { readonly url: string; readonly text: string }[]
  /** What was told before this start. */
  readonly told?: readonly NewestNumber[]
  readonly budget: RequestBudget
  readonly random: SeededRandom
  /** Without a sign of life for so long, or without a frame for six times as long, the connection is given up. */
  readonly stallMs: number
  readonly onRecord?: (record: RawRecord) => void
}

type Socket = {
  readonly number: number
  isOpen: boolean
  openedAt: number
  heardAt: number
  dataAt: number
  pingedAt: number
}

const ms = 1000
const connectMs = 10_000
/** A connection that lived for so long was a good one: the next begins without a wait. */
const settledMs = 60_000
/** Both connections of a rollover are read for so long. */
const overlapMs = 5_000

/**
 * One connection to a venue, for ever: it connects, subscribes, fetches books, notices gaps, stalls and ends, and begins again. It does no
 * I/O and knows no clock: the same inputs lead to the same acts and facts.
 */
export function startSession(options: SessionOptions): (input: SessionInput) => SessionStep {
  const { venue, plan, budget, random, stallMs } = options
  const sockets: Socket[] = []
  let nextSocket = 1
  let failures = 0
  /** A connection that is to replace the one that is open is not tried before. */
  let replaceAt = 0
  let connectAt = Number.POSITIVE_INFINITY
  let now = 0
  let facts: MarketFact[] = []
  let acts: SessionAct[] = []

  const normalizer = startNormalizer({
    feed: venue.name,
    decoder: venue.openDecoder({ market: options.market }),
    canWait: (instrument) => plan.books.has(instrument),
    isOneSession: true,
    keepsPartialBars: false,
    listingOf: completeListing,
    onSnapshotWanted: (instrument) => books.want(instrument, now),
    onWhole: (instrument) => books.whole(instrument),
  })

  const record = (one: RawRecord) => {
    options.onRecord?.(one)
    facts.push(...normalizer.read(one))
  }
  const status = (payload: Omit<PayloadOf<'md.status'>, 'feed' | 'isSimulated' | 'connection'>) =>
    facts.push({
      at: now,
      topic: 'md.status',
      payload: { feed: venue.name, isSimulated: false, connection: plan.name, ...payload },
    })
  const books = wantedBooks({
    plan,
    budget,
    random,
    status,
    get: (id, url) => acts.push({ kind: 'get', id, url }),
    answered: (url, text) => record({ kind: 'answer', at: now, connection: plan.name, url, text }),
    send(texts) {
      const socket = sockets.findLast(({ isOpen }) => isOpen)
      if (socket !== undefined) for (const text of texts) send(socket, text)
    },
  })
  const connectionOf = ({ number }: Socket) => `${plan.name}.${number}`

  return (input) => {
    facts = []
    acts = []
    now = Math.max(now, input.at)
    take(input)
    follow()
    return { facts, acts, wakeAt: wakeAt() }
  }

  function take(input: SessionInput): void {
    switch (input.kind) {
      case 'start':
        for (const { url, text } of options.listings)
          record({ kind: 'answer', at: now, connection: plan.name, url, text })
        if (options.told !== undefined && options.told.length > 0)
          record({ kind: 'resumed', at: now, connection: plan.name, numbers: options.told })
        connectAt = now
        return
      case 'tick':
        return
      case 'stop':
        for (const socket of sockets.splice(0))
          if (socket.isOpen) record({ kind: 'closed', at: now, connection: connectionOf(socket), reason: 'stopped' })
        return
      case 'opened':
        onOpened(socketOf(input.socket))
        return
      case 'alive': {
        const socket = socketOf(input.socket)
        if (socket !== undefined) socket.heardAt = now
        return
      }
      case 'frame':
        onFrame(socketOf(input.socket), input.text)
        return
      case 'closed':
        onClosed(socketOf(input.socket), input.reason)
        return
      case 'answered':
        books.onAnswer(input.id, input, now)
    }
  }

  function onOpened(socket: Socket | undefined): void {
    if (socket === undefined) return
    socket.isOpen = true
    socket.openedAt = now
    socket.heardAt = now
    socket.dataAt = now
    socket.pingedAt = now
    record({ kind: 'opened', at: now, connection: connectionOf(socket), url: plan.url })
    for (const text of plan.subscribe) send(socket, text)
  }

  function onFrame(socket: Socket | undefined, text: string): void {
    if (socket === undefined) return
    socket.heardAt = now
    socket.dataAt = now
    record({ kind: 'frame', at: now, connection: connectionOf(socket), text })
    const reply = venue.replyTo?.(text) ?? null
    if (reply !== null) send(socket, reply)
  }

  function onClosed(socket: Socket | undefined, reason: string): void {
    if (socket === undefined) return
    sockets.splice(sockets.indexOf(socket), 1)
    const livedMs = socket.isOpen ? (now - socket.openedAt) / ms : 0
    if (livedMs >= settledMs) failures = 0
    if (socket.isOpen)
      record({ kind: 'closed', at: now, connection: connectionOf(socket), reason: reason.slice(0, 200) })
    if (sockets.length > 0) {
      if (!socket.isOpen || livedMs < settledMs) replaceAt = now + backoffMs(failures++, random) * ms
      return
    }
    // What was asked for is of the connection that is gone.
    books.forget()
    if (!socket.isOpen) status({ state: 'disconnected', reason: reason.slice(0, 200) })
    connectAt = now + backoffMs(failures++, random) * ms
  }

  /** What is due by now. */
  function follow(): void {
    if (now >= connectAt) {
      connectAt = Number.POSITIVE_INFINITY
      connect()
    }
    for (const socket of [...sockets]) watch(socket)
    const [oldest, newer] = sockets
    if (oldest === undefined || !oldest.isOpen) return
    if (newer === undefined && now >= rolloverAt(oldest)) connect()
    if (newer?.isOpen === true && now >= newer.openedAt + overlapMs * ms) end(oldest, 'replaced by a new connection')
    books.follow(now)
  }

  function rolloverAt({ openedAt }: Socket): number {
    return Math.max(openedAt + venue.rolloverMs * ms, replaceAt)
  }

  function watch(socket: Socket): void {
    if (!socket.isOpen) {
      if (now >= socket.openedAt + connectMs * ms) end(socket, `not open within ${connectMs} ms`)
      return
    }
    if (now >= stalledAt(socket)) {
      status({ state: 'stalled', reason: `no frame for ${Math.round((now - socket.dataAt) / ms)} ms` })
      end(socket, 'stalled')
    } else if (now >= pingAt(socket)) {
      socket.pingedAt = now
      acts.push({ kind: 'ping', socket: socket.number })
    }
  }

  function stalledAt({ heardAt, dataAt }: Socket): number {
    return Math.min(heardAt + stallMs * ms, dataAt + 6 * stallMs * ms)
  }

  function pingAt({ heardAt, pingedAt }: Socket): number {
    return Math.max(heardAt, pingedAt) + (stallMs * ms) / 3
  }

  function connect(): void {
    const socket = { number: nextSocket++, isOpen: false, openedAt: now, heardAt: now, dataAt: now, pingedAt: now }
    sockets.push(socket)
    acts.push({ kind: 'connect', socket: socket.number, url: plan.url })
  }

  function end(socket: Socket, reason: string): void {
    acts.push({ kind: 'close', socket: socket.number })
    onClosed(socket, reason)
  }

  function send(socket: Socket, text: string): void {
    record({ kind: 'sent', at: now, connection: connectionOf(socket), text })
    acts.push({ kind: 'send', socket: socket.number, text })
  }

  function socketOf(number: number): Socket | undefined {
    return sockets.find((socket) => socket.number === number)
  }

  function wakeAt(): number {
    let due = connectAt
    for (const socket of sockets) {
      const silence = Math.min(stalledAt(socket), pingAt(socket))
      due = Math.min(due, socket.isOpen ? silence : socket.openedAt + connectMs * ms)
    }
    const [oldest, newer] = sockets
    if (oldest?.isOpen === true && newer === undefined) due = Math.min(due, rolloverAt(oldest))
    if (newer?.isOpen === true) due = Math.min(due, newer.openedAt + overlapMs * ms)
    due = Math.min(due, books.dueAt())
    return Math.max(due, now + ms)
  }
}
