import type { MarketFact } from '#lib/market/market-fact.ts'
import { type Answered, honourLimit } from '#lib/time/honour-limit.ts'
import { type FeedStatus, feedStatus } from '../feed-status.ts'
import { startNormalizer } from '../normalize/normalizer.ts'
import type { RawRecord } from '../raw/raw-record.ts'
import { backoffMs } from './backoff-jitter.ts'
import { completeListing } from './complete-listing.ts'
import type { Answer } from './live-venue.ts'
import {
  connectMs,
  dataWithin,
  dueOf,
  newSocket,
  openSocket,
  pingAt,
  type SessionSocket,
  stalledAt,
} from './session-socket.ts'
import type { SessionAct, SessionInput, SessionOptions, SessionStep } from './session-wire.ts'
import { startSubscriptions } from './subscriptions.ts'
import { wantedBooks } from './wanted-books.ts'

const ms = 1000
/** A connection that lived for so long was a good one: the wait before the next begins anew. */
const settledMs = 60_000
/** Both connections of a rollover are read for so long. */
const overlapMs = 5_000

/**
 * One connection to a venue, for ever: it connects, subscribes, fetches books, notices gaps, stalls and ends, and begins again. It does no
 * I/O and knows no clock: the same inputs lead to the same acts and facts.
 */
export function startSession(options: SessionOptions): (input: SessionInput) => SessionStep {
  const { venue, budget, random, stallMs } = options
  const plan = { ...options.plan }
  const sockets: SessionSocket[] = []
  let nextSocket = 1
  let failures = 0
  /** Connections in a row that said nothing of the market: who is asked for what is seldom traded waits longer. */
  let idle = 0
  /** A connection that is to replace the one that is open is not tried before. */
  let replaceAt = 0
  let connectAt = Number.POSITIVE_INFINITY
  let now = 0
  let facts: MarketFact[] = []
  let acts: SessionAct[] = []

  const normalizer = startNormalizer({
    feed: venue.name,
    decoder: venue.openDecoder({ market: options.market, isOurs: true }),
    canWait: () => true,
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
  const status = (said: FeedStatus) =>
    facts.push({ at: now, ...feedStatus(venue.name, { connection: plan.name, ...said }) })
  const books = wantedBooks({
    plan,
    budget,
    random,
    status,
    get: (id, url) => acts.push({ kind: 'get', id, url }),
    answered: (url, text) => record({ kind: 'answer', at: now, connection: plan.name, url, text }),
    // While a connection is replaced, books are those of the one that is.
    resubscribe: (stream) => sockets.find(({ isOpen }) => isOpen)?.subscriptions?.again(stream, now),
  })
  const connectionOf = ({ number }: SessionSocket) => `${plan.name}.${number}`

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
      case 'listed':
        list(input.listings)
        return
      case 'tick':
        return
      case 'start':
        list(options.listings)
        if (options.told !== undefined && options.told.length > 0)
          record({ kind: 'resumed', at: now, connection: plan.name, numbers: options.told })
        connectAt = now
        return
      case 'planned':
        Object.assign(plan, input.plan)
        for (const { subscriptions } of sockets) subscriptions?.change(now)
        return
      case 'stop':
        for (const socket of sockets.splice(0))
          if (socket.isOpen) record({ kind: 'closed', at: now, connection: connectionOf(socket), reason: 'stopped' })
        return
      case 'opened':
        onOpened(socketOf(input.socket))
        return
      case 'alive':
        Object.assign(socketOf(input.socket) ?? {}, { heardAt: now })
        return
      case 'frame':
        onFrame(socketOf(input.socket), input.text)
        return
      case 'closed':
        if (input.refused !== undefined) onRefused(input.refused)
        onClosed(socketOf(input.socket), input.reason)
        return
      case 'answered':
        books.onAnswer(input.id, input, now)
    }
  }

  function list(listings: readonly Answer[]): void {
    for (const { url, text } of listings) record({ kind: 'answer', at: now, connection: plan.name, url, text })
  }

  function onOpened(socket: SessionSocket | undefined): void {
    if (socket === undefined) return
    const subscriptions = startSubscriptions({
      ...{ venue, plan, random, now, silentMs: dataWithin * stallMs, status },
      send: (text) => send(socket, text),
    })
    openSocket(socket, now, subscriptions)
    record({ kind: 'opened', at: now, connection: connectionOf(socket), url: plan.url })
    for (const text of plan.greeting) send(socket, text)
  }

  function onFrame(socket: SessionSocket | undefined, text: string): void {
    if (socket === undefined) return
    socket.heardAt = now
    record({ kind: 'frame', at: now, connection: connectionOf(socket), text })
    const stream = venue.streamOf(text)
    if (stream !== null) {
      socket.dataAt = now
      idle = 0
      socket.subscriptions?.onData(stream, now)
      if (plan.news?.includes(stream) === true) acts.push({ kind: 'relist' })
      return
    }
    const answer = venue.replyIn(text)
    if (answer !== null) socket.subscriptions?.onReply(answer, now)
    const reply = venue.replyTo?.(text)
    if (typeof reply === 'string') send(socket, reply)
  }

  function onRefused(answer: Answered): void {
    const code = honourLimit(budget, answer, now / ms)
    if (code !== 'http_error') status({ state: 'flagged', code, reason: `${plan.url}: ${answer.status}` })
  }

  /** Not before a pause of all is over. */
  function afterBackoff(): number {
    return now + Math.max(backoffMs(failures++, random), budget.pausedMs(now / ms)) * ms
  }

  function onClosed(socket: SessionSocket | undefined, reason: string): void {
    if (socket === undefined) return
    sockets.splice(sockets.indexOf(socket), 1)
    const livedMs = socket.isOpen ? (now - socket.openedAt) / ms : 0
    if (livedMs >= settledMs) failures = 0
    if (socket.isOpen)
      record({ kind: 'closed', at: now, connection: connectionOf(socket), reason: reason.slice(0, 200) })
    if (sockets.length > 0) {
      if (!socket.isOpen || livedMs < settledMs) replaceAt = afterBackoff()
      return
    }
    // What was asked for is of the connection that is gone.
    books.forget()
    if (!socket.isOpen) status({ state: 'disconnected', reason: reason.slice(0, 200) })
    connectAt = afterBackoff()
  }

  /** What is due by now. */
  function follow(): void {
    if (now >= connectAt) {
      const pausedMs = budget.pausedMs(now / ms)
      connectAt = pausedMs > 0 ? now + pausedMs * ms : Number.POSITIVE_INFINITY
      if (pausedMs === 0) connect()
    }
    for (const socket of [...sockets]) watch(socket)
    const [oldest, newer] = sockets
    if (oldest === undefined || !oldest.isOpen) return
    if (newer === undefined && now >= rolloverAt(oldest)) connect()
    if (newer?.isOpen === true && now >= newer.openedAt + overlapMs * ms) end(oldest, 'replaced by a new connection')
    books.follow(now)
  }

  function rolloverAt({ openedAt }: SessionSocket): number {
    return Math.max(openedAt + venue.rolloverMs * ms, replaceAt, now + budget.pausedMs(now / ms) * ms)
  }

  function watch(socket: SessionSocket): void {
    if (!socket.isOpen) {
      if (now >= socket.openedAt + connectMs * ms) end(socket, `not open within ${connectMs} ms`)
      return
    }
    if (now >= stalledAt(socket, stallMs, idle)) {
      if (now < socket.heardAt + stallMs * ms) idle++
      status({ state: 'stalled', reason: `nothing of the market for ${Math.round((now - socket.dataAt) / ms)} ms` })
      end(socket, 'stalled')
    } else if (socket.subscriptions?.follow(now) === false) {
      status({ state: 'stalled', reason: 'a subscription is not answered' })
      end(socket, 'stalled')
    } else if (now >= pingAt(socket, stallMs)) {
      socket.pingedAt = now
      acts.push({ kind: 'ping', socket: socket.number })
    }
  }

  function connect(): void {
    const socket = newSocket(nextSocket++, now)
    sockets.push(socket)
    acts.push({ kind: 'connect', socket: socket.number, url: plan.url })
  }

  function end(socket: SessionSocket, reason: string): void {
    acts.push({ kind: 'close', socket: socket.number })
    onClosed(socket, reason)
  }

  function send(socket: SessionSocket, text: string): void {
    record({ kind: 'sent', at: now, connection: connectionOf(socket), text })
    acts.push({ kind: 'send', socket: socket.number, text })
  }

  function socketOf(number: number): SessionSocket | undefined {
    return sockets.find((socket) => socket.number === number)
  }

  function wakeAt(): number {
    let due = connectAt
    for (const socket of sockets) due = Math.min(due, dueOf(socket, stallMs, idle))
    const [oldest, newer] = sockets
    if (oldest?.isOpen === true && newer === undefined) due = Math.min(due, rolloverAt(oldest))
    if (newer?.isOpen === true) due = Math.min(due, newer.openedAt + overlapMs * ms)
    return Math.max(Math.min(due, books.dueAt()), now + ms)
  }
}
