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

/**
 * Without the listings nothing can be told: asked for until they come and can be read, at the pace that the venue grants. One that is much shorter than
 * the one `before` is believed when it comes again. [MD-L1]
 */
export async function fetchListings(options: ListingsOptions, before: readonly Answer[]): Promise<Answer[]> {
  const { venue, wish } = options
  const listings: Answer[] = []
  for (const request of venue.listingRequests(wish)) {
    const whyDoubted = doubtShort(before.find(({ url }) => url === request.url)?.text ?? '')
    listings.push(await fetchOne(request, options, whyDoubted))
  }
  return listings
}

async function fetchOne(
  { url, weight }: Request,
  options: ListingsOptions,
  whyDoubted: (text: string) => string | null,
): Promise<Answer> {
  const { venue, wish, budget, clock, say, signal } = options
  for (let attempt = 0; ; attempt++) {
    for (;;) {
      const waitMs = budget.take(weight, clock() / 1000)
      if (waitMs <= 0) break
      await sleep(Math.min(waitMs, 60_000), undefined, { signal })
    }
    const { status, text, retryAfterMs, usedWeight } = await fetchText(url, venue.usedHeader, signal)
    if (usedWeight !== null) budget.used(usedWeight, clock() / 1000)
    const fault = status === 200 ? (whyUnreadable(venue, wish, { url, text }) ?? whyDoubted(text)) : null
    if (status === 200 && fault === null) return { url, text }
    const code = honourLimit(budget, { status, retryAfterMs }, clock() / 1000)
    const why = fault ?? (status === 0 ? text.slice(0, 120) : String(status))
    say({ state: 'flagged', code, reason: `${url}: ${why}`.slice(0, 300) })
    await sleep(Math.min(30_000, 500 * 2 ** Math.min(attempt, 10)), undefined, { signal })
  }
}

/** What would end most of what is listened to may be a fault of the venue: why a list is not believed yet, null of one that is. */
function doubtShort(before: string): (text: string) => string | null {
  let doubted: string | null = null
  return (text) => {
    if (!isMuchShorter(text, before)) return null
    const isAgain = doubted !== null && !isMuchShorter(text, doubted) && !isMuchShorter(doubted, text)
    doubted = text
    return isAgain ? null : `the list has ${text.length} characters, the one before had ${before.length}`
  }
}

const isMuchShorter = (text: string, other: string): boolean => text.length * 3 < other.length * 2

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
