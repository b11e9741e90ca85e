import type { Event } from '#schemas/event.ts'

export type PriceShown = {
  /** Exact, as the market said it: the last trade or close, the bid where there is none. */
  readonly last: string
  /** The newest of them as numbers, oldest first, for a sparkline. */
  readonly recent: readonly number[]
}

const recentKept = 24

/** The price of an instrument after a market event; null where it has not said any. */
export function priceOf(known: PriceShown | undefined, event: Event<'md.tick' | 'md.bar'>): PriceShown | null {
  const last = saidBy(event)
  if (last === null) return known ?? null
  if (known?.last === last) return known
  return { last, recent: [...(known?.recent ?? []), Number(last)].slice(-recentKept) }
}

function saidBy(event: Event<'md.tick' | 'md.bar'>): string | null {
  if (event.topic === 'md.bar') return event.payload.close
  return event.payload.kind === 'trade' ? event.payload.price : event.payload.bid
}
