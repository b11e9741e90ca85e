import type { SeededRandom } from '#lib/market/seeded-random.ts'
import { honourLimit } from '#lib/time/honour-limit.ts'
import type { RequestBudget } from '#lib/time/request-budget.ts'
import type { FeedStatus } from '../feed-status.ts'
import { backoffMs } from './backoff-jitter.ts'
import type { ConnectionPlan, Request } from './live-venue.ts'
import type { HttpOutcome } from './session-wire.ts'

export type WantedBooksOptions = {
  readonly plan: ConnectionPlan
  readonly budget: RequestBudget
  readonly random: SeededRandom
  readonly status: (status: FeedStatus) => void
  readonly get: (id: number, url: string) => void
  readonly answered: (url: string, text: string) => void
  /** Subscribes to a stream again, which then begins with the book. */
  readonly resubscribe: (stream: string) => void
}

/** `asked` is the request that is out. Times in microseconds. */
type Wanted = { attempts: number; notBefore: number; asked: number | null }

const ms = 1000
const answerMs = 10_000
/** A subscription is answered by a snapshot in no time, or not at all. */
const resubscribeMs = 2_000

/** The books of a session that have to be fetched again: one request at a time for each, within the budget, with backoff. */
export function wantedBooks({ plan, budget, random, status, get, answered, resubscribe }: WantedBooksOptions) {
  const wanted = new Map<string, Wanted>()
  const asked = new Map<number, { readonly instrument: string; readonly request: Request; readonly at: number }>()
  let nextId = 1

  function onAnswer(id: number, { status: code, text, retryAfterMs, usedWeight }: HttpOutcome, now: number): void {
    const one = asked.get(id)
    asked.delete(id)
    if (usedWeight !== null) budget.used(usedWeight, now / ms)
    if (one === undefined) return
    const { instrument, request } = one
    const want = wanted.get(instrument)
    if (want?.asked === id) {
      want.asked = null
      want.notBefore = now + backoffMs(want.attempts++, random) * ms
    }
    if (code === 200) {
      answered(request.url, text)
      return
    }
    status({
      state: 'flagged',
      code: honourLimit(budget, { status: code, retryAfterMs }, now / ms),
      instrument,
      reason: `${request.url}: ${code === 0 ? text.slice(0, 120) : code}`,
    })
  }

  function ask(instrument: string, want: Wanted, now: number): void {
    const how = plan.books.get(instrument)
    if (how === undefined || want.asked !== null || now < want.notBefore) return
    if ('stream' in how) {
      resubscribe(how.stream)
      want.notBefore = now + Math.max(resubscribeMs, backoffMs(want.attempts++, random)) * ms
      return
    }
    const waitMs = budget.take(how.request.weight, now / ms)
    if (waitMs > 0) {
      want.notBefore = now + Math.ceil(waitMs) * ms
      return
    }
    const id = nextId++
    want.asked = id
    asked.set(id, { instrument, request: how.request, at: now })
    get(id, how.request.url)
  }

  return {
    onAnswer,
    want(instrument: string, now: number): void {
      if (plan.books.has(instrument) && !wanted.has(instrument))
        wanted.set(instrument, { attempts: 0, notBefore: now, asked: null })
    },
    whole: (instrument: string) => wanted.delete(instrument),
    forget: () => wanted.clear(),

    /** Asks for what is due, and gives up what was not answered. */
    follow(now: number): void {
      for (const [id, { at }] of asked)
        if (now >= at + answerMs * ms)
          onAnswer(
            id,
            { status: 0, text: `no answer within ${answerMs} ms`, retryAfterMs: null, usedWeight: null },
            now,
          )
      for (const [instrument, want] of wanted)
        if (plan.books.has(instrument)) ask(instrument, want, now)
        else wanted.delete(instrument)
    },

    dueAt(): number {
      let due = Number.POSITIVE_INFINITY
      for (const { at } of asked.values()) due = Math.min(due, at + answerMs * ms)
      for (const { notBefore, asked: id } of wanted.values()) if (id === null) due = Math.min(due, notBefore)
      return due
    },
  }
}
