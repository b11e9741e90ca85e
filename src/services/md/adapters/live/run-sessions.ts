import { setTimeout as sleep } from 'node:timers/promises'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { seedRandom } from '#lib/market/seeded-random.ts'
import type { NewestNumber, RawRecord } from '../raw/raw-record.ts'
import { fetchListings, type ListingsOptions } from './fetch-listings.ts'
import type { Answer, ConnectionPlan } from './live-venue.ts'
import { type RunningSession, runSession } from './run-session.ts'
import { shareSymbols } from './share-symbols.ts'

export type SessionsOptions = ListingsOptions & {
  /** What the names of sessions of this start end with. */
  readonly start: string
  readonly told: readonly NewestNumber[]
  readonly stallMs: number
  /** New contracts are listed, and terms change: listings are asked for again so often. */
  readonly listingsMs: number
  /** Where nothing is listed that is wished for they are asked for again so soon. */
  readonly nothingMs: number
  readonly take: (facts: readonly MarketFact[]) => void
  readonly onRecord?: (record: RawRecord) => void
}

/** What is listed together is asked for together. */
const newsMs = 1_000

/** Listens over as many connections as the wish needs, which may be more and others as contracts are listed and end; `sessions` are those that run. Ends with the signal. */
export async function runSessions(options: SessionsOptions, sessions: Map<string, RunningSession>): Promise<void> {
  const { wish, start, clock, signal, listingsMs, nothingMs, say } = options
  let wakeUp = () => {}
  let hasNews = false
  const onNews = () => {
    hasNews = true
    wakeUp()
  }
  const plansNow = plansOf(options)
  let listings = await fetchListings(options, [])
  let listAt = clock() + listingsMs * 1_000
  for (;;) {
    const { plans, firstEnd } = plansNow(listings)
    follow(plans)
    if (plans.length === 0) listAt = Math.min(listAt, clock() + nothingMs * 1_000)
    await woken(Math.min(listAt, firstEnd + newsMs * 1_000))
    if (hasNews) await sleep(newsMs, undefined, { signal })
    if (!hasNews && clock() < listAt) continue
    hasNews = false
    listings = await fetchListings(options, listings)
    listAt = clock() + listingsMs * 1_000
    for (const session of sessions.values()) session.list(listings)
  }

  function follow(plans: readonly ConnectionPlan[]): void {
    const named = new Map(plans.map((plan) => [`${plan.name}${start}`, plan]))
    for (const [name, session] of sessions) {
      if (named.has(name)) continue
      session.close()
      sessions.delete(name)
      say({ state: 'unsubscribed', connection: name, reason: 'nothing is asked for over it any more' })
    }
    for (const [name, plan] of named) {
      const running = sessions.get(name)
      if (running !== undefined) running.follow({ ...plan, name })
      else sessions.set(name, begin({ ...plan, name }))
    }
  }

  function begin(plan: ConnectionPlan): RunningSession {
    const { venue, budget, told, stallMs, onRecord, take } = options
    const random = seedRandom(Math.floor(clock() / 1000) + sessions.size)
    const session = { venue, market: wish.market, plan, listings, told, budget, random, stallMs, onRecord }
    const running = runSession(session, clock, take, onNews)
    signal.addEventListener('abort', running.close)
    return running
  }

  async function woken(at: number): Promise<void> {
    if (hasNews) return
    const waiting = new AbortController()
    wakeUp = () => waiting.abort()
    const either = AbortSignal.any([signal, waiting.signal])
    await sleep(Math.max(0, (at - clock()) / 1_000), undefined, { signal: either }).catch(() => signal.throwIfAborted())
  }
}

/** What connections are to be there, by what is listed. Throws a UserError on what is no symbol. */
function plansOf({ venue, wish, clock, say }: SessionsOptions) {
  const { listed } = venue
  if (listed === undefined) {
    const plans = venue.connections(wish)
    return () => ({ plans, firstEnd: Number.POSITIVE_INFINITY })
  }
  const share = shareSymbols(listed.symbolsMost(wish))
  let isEmpty = false
  return (listings: readonly Answer[]) => {
    const { symbols, firstEnd } = listed.symbolsNow(wish, listings, clock())
    if (symbols.length === 0 && !isEmpty)
      say({ state: 'flagged', code: 'not_subscribed', reason: `nothing is listed of ${wish.symbols.join(', ')}` })
    isEmpty = symbols.length === 0
    return { plans: share(symbols).map((one) => listed.plan(wish, one.symbols, one.number)), firstEnd }
  }
}
