import type { SeededRandom } from '#lib/market/seeded-random.ts'
import type { FeedStatus } from '../feed-status.ts'
import { backoffMs, everLonger } from './backoff-jitter.ts'
import type { ConnectionPlan, LiveVenue, Reply } from './live-venue.ts'

export type SubscriptionOptions = {
  readonly venue: Pick<LiveVenue, 'subscribe' | 'unsubscribe' | 'streamsPerRequest'>
  /** Its streams may change. */
  readonly plan: ConnectionPlan
  readonly random: SeededRandom
  /** A stream that says nothing for so long, beside others that do, is subscribed to again. */
  readonly silentMs: number
  readonly now: number
  readonly send: (text: string) => void
  readonly status: (status: FeedStatus) => void
}

/** Times in microseconds. `quiet`: how often it was subscribed to again since it was heard. */
type Followed = {
  heardAt: number
  isHeard: boolean
  quiet: number
  notBefore: number
  isFlagged: boolean
  isMissing: boolean
  /** Its silence is no fault. */
  readonly isNews: boolean
}

const ms = 1000
const answerMs = 10_000
/** Between requests for more streams than one may ask for. */
const nextRequestMs = 400
/** Those before are of the greeting and of what is answered at once. */
const firstId = 10

export type Subscriptions = ReturnType<typeof startSubscriptions>

/** What one connection is subscribed to: asked for until the venue says that it is, and again where a stream has gone silent. */
export function startSubscriptions({ venue, plan, random, silentMs, now: start, send, status }: SubscriptionOptions) {
  const followed = new Map<string, Followed>()
  const follow = (stream: string, now: number) =>
    followed.set(stream, {
      ...{ heardAt: now, isHeard: false, quiet: 0, notBefore: 0 },
      ...{ isFlagged: false, isMissing: false, isNews: plan.news?.includes(stream) === true },
    })
  for (const stream of plan.streams) follow(stream, start)
  /** What is to be asked for when the time has come. */
  const wanted = new Set<string>(plan.areInUrl ? [] : plan.streams)
  const asked = new Map<number, { readonly streams: readonly string[]; readonly at: number }>()
  let askAt = start
  let otherHeardAt = start - 1
  let failures = 0
  /** No stream has been silent for too long before then. */
  let lookAt = start + silentMs * ms
  let nextId = firstId

  function ask(streams: readonly string[], now: number): void {
    const id = nextId++
    asked.set(id, { streams, at: now })
    send(venue.subscribe(id, streams))
  }

  function wantAgain(streams: readonly string[], waitMs: number | null, now: number): void {
    for (const stream of streams) wanted.add(stream)
    askAt = Math.max(askAt, now + Math.max(waitMs ?? 0, backoffMs(failures++, random)) * ms)
  }

  function onReply({ id, refused, streams }: Reply, now: number): void {
    const one = asked.get(id)
    if (one === undefined) return
    asked.delete(id)
    if (refused !== null) {
      wantAgain(one.streams, refused.waitMs, now)
      return
    }
    const missing = streams === null ? [] : one.streams.filter((stream) => !streams.includes(stream))
    for (const stream of missing) flagMissing(stream, followed.get(stream))
    if (missing.length > 0) wantAgain(missing, null, now)
    else failures = 0
  }

  function flagMissing(stream: string, one: Followed | undefined): void {
    if (one === undefined || one.isMissing || one.isHeard) return
    one.isMissing = true
    status({ state: 'flagged', code: 'not_subscribed', stream, reason: 'the venue does not subscribe to it' })
  }

  const dueAt = ({ heardAt, notBefore, isNews }: Followed) =>
    isNews ? Number.POSITIVE_INFINITY : Math.max(heardAt + silentMs * ms, notBefore)

  function lookForSilence(now: number): void {
    lookAt = Number.POSITIVE_INFINITY
    for (const [stream, one] of followed) {
      if (now >= dueAt(one)) {
        one.notBefore = now + everLonger(silentMs * ms, ++one.quiet)
        wanted.add(stream)
        if (!one.isFlagged && !one.isMissing) {
          one.isFlagged = true
          const reason = `nothing for ${Math.round((now - one.heardAt) / ms)} ms: subscribed to again`
          status({ state: 'flagged', code: 'silent_stream', stream, reason })
        }
      }
      lookAt = Math.min(lookAt, dueAt(one))
    }
  }

  return {
    onReply,

    /** The plan has other streams now. */
    change(now: number): void {
      const streams = new Set(plan.streams)
      const gone = [...followed.keys()].filter((stream) => !streams.has(stream))
      for (const stream of gone) {
        followed.delete(stream)
        wanted.delete(stream)
      }
      if (gone.length > 0) send(venue.unsubscribe(nextId++, gone))
      for (const stream of streams) {
        if (followed.has(stream)) continue
        follow(stream, now)
        wanted.add(stream)
      }
      lookAt = Math.min(lookAt, now + silentMs * ms)
    },

    onData(stream: string, now: number): void {
      const one = followed.get(stream)
      if (one === undefined) {
        otherHeardAt = now
        return
      }
      one.heardAt = now
      one.isHeard = true
      if (one.quiet > 0) {
        one.quiet = 0
        one.notBefore = 0
        lookAt = Math.min(lookAt, now + silentMs * ms)
      }
      if (!one.isFlagged && !one.isMissing) return
      status({
        state: 'cleared',
        code: one.isMissing ? 'not_subscribed' : 'silent_stream',
        stream,
        reason: 'it is heard',
      })
      one.isFlagged = false
      one.isMissing = false
    },

    /** The stream is to begin anew. */
    again(stream: string, now: number): void {
      if (now < askAt) {
        wanted.add(stream)
        return
      }
      send(venue.unsubscribe(nextId++, [stream]))
      ask([stream], now)
    },

    /** Asks for what is due. False: the venue does not answer, and the connection is of no use. */
    follow(now: number): boolean {
      for (const [id, { at, streams }] of asked) {
        if (now < at + answerMs * ms) continue
        // What is heard is there, answered or not; so is what comes under a name of the venue's own.
        const isHeard = streams.some((stream) => (followed.get(stream)?.heardAt ?? 0) > at)
        if (!isHeard && otherHeardAt <= at) return false
        asked.delete(id)
      }
      if (now >= lookAt) lookForSilence(now)
      if (wanted.size === 0 || now < askAt) return true
      const streams = [...wanted].slice(0, venue.streamsPerRequest)
      for (const stream of streams) wanted.delete(stream)
      ask(streams, now)
      if (wanted.size > 0) askAt = now + nextRequestMs * ms
      return true
    },

    dueAt(): number {
      let due = wanted.size > 0 ? askAt : Number.POSITIVE_INFINITY
      for (const { at } of asked.values()) due = Math.min(due, at + answerMs * ms)
      return Math.min(due, lookAt)
    },
  }
}
