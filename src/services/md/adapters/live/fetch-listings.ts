import { setTimeout as sleep } from 'node:timers/promises'
import { honourLimit } from '#lib/time/honour-limit.ts'
import type { RequestBudget } from '#lib/time/request-budget.ts'
import type { FeedStatus } from '../feed-status.ts'
import { LineFault } from '../line-fault.ts'
import { fetchText } from './fetch-text.ts'
import type { Answer, LiveVenue, LiveWish, Request } from './live-venue.ts'

export type ListingsOptions = {
  readonly venue: LiveVenue
  readonly wish: LiveWish
  readonly budget: RequestBudget
  /** Microseconds UTC. */
  readonly clock: () => number
  readonly say: (status: FeedStatus) => void
  readonly signal: AbortSignal
}

/** Without the listings nothing can be told: asked for until they come and can be read, at the pace that the venue grants. */
export async function fetchListings(options: ListingsOptions): Promise<Answer[]> {
  const { venue, wish } = options
  const listings: Answer[] = []
  for (const request of venue.listingRequests(wish)) listings.push(await fetchOne(request, options))
  return listings
}

async function fetchOne({ url, weight }: Request, options: ListingsOptions): Promise<Answer> {
  const { venue, wish, budget, clock, say, signal } = options
  for (let attempt = 0; ; attempt++) {
    for (;;) {
      const waitMs = budget.take(weight, clock() / 1000)
      if (waitMs <= 0) break
      await sleep(Math.min(waitMs, 60_000), undefined, { signal })
    }
    const { status, text, retryAfterMs, usedWeight } = await fetchText(url, venue.usedHeader, signal)
    if (usedWeight !== null) budget.used(usedWeight, clock() / 1000)
    const fault = status === 200 ? whyUnreadable(venue, wish, { url, text }) : null
    if (status === 200 && fault === null) return { url, text }
    const code = honourLimit(budget, { status, retryAfterMs }, clock() / 1000)
    const why = fault ?? (status === 0 ? text.slice(0, 120) : String(status))
    say({ state: 'flagged', code, reason: `${url}: ${why}`.slice(0, 300) })
    await sleep(Math.min(30_000, 500 * 2 ** Math.min(attempt, 10)), undefined, { signal })
  }
}

/** A decoder of its own tries it: what it cannot read, or reads as a complaint, is no listing. */
function whyUnreadable(venue: LiveVenue, { market }: LiveWish, { url, text }: Answer): string | null {
  let fault: string | null = null
  const complain = (reason: string) => {
    fault = reason
  }
  const nothing = () => undefined
  const prices = { say: nothing, trade: nothing, quote: nothing, depth: nothing }
  const sink = { ...prices, listing: nothing, delisted: nothing, subscribed: nothing }
  try {
    const record = { kind: 'answer', at: 0, url, text } as const
    venue.openDecoder({ market }).read(record, { ...sink, leaveOut: complain, trouble: complain })
  } catch (error) {
    if (!(error instanceof LineFault)) throw error
    fault = error.message
  }
  return fault
}
