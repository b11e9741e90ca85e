import type { MarketFact } from '#lib/market/market-fact.ts'
import { LineFault } from '../line-fault.ts'
import type { Placed, RawRecord } from '../raw/raw-record.ts'
import type { Decoder, Sink } from './decoder.ts'

/** What a recording holds before it is put in order: every price, and how many snapshots there are of each book. */
export function* statedFacts(
  placed: Iterable<Placed>,
  decoder: Decoder,
  listing: Sink['listing'],
  snapshots: Map<string, number>,
  onBadFrame: (message: string, placed: Placed) => void = () => undefined,
): Generator<MarketFact> {
  let facts: MarketFact[] = []
  let at = 0
  const push = (statement: Omit<MarketFact, 'at'>) => {
    facts.push({ ...statement, at } as MarketFact)
  }
  const sink: Sink = {
    say: push,
    trade: (payload) => push({ topic: 'md.tick', payload }),
    quote: (payload) => push({ topic: 'md.tick', payload }),
    depth(payload) {
      if (payload.kind === 'snapshot') snapshots.set(payload.instrument, (snapshots.get(payload.instrument) ?? 0) + 1)
      push({ topic: 'md.depth', payload })
    },
    listing,
    ...unheard,
  }
  for (const one of placed) {
    const { record } = one
    at = Math.max(at, record.at)
    facts = []
    try {
      decoder.read(record, sink)
    } catch (error) {
      if (!(error instanceof LineFault)) throw error
      onBadFrame(error.message, one)
      continue
    }
    yield* facts
  }
}

const nothing = () => undefined
const unheard = { delisted: nothing, subscribed: nothing, leaveOut: nothing, trouble: nothing }

/** The newest time of the exchange in a record; null where it tells none. */
export function exchangeTimeOf(decoder: Decoder): (record: RawRecord) => number | null {
  let newest: number | null = null
  const take = ({ exchangeAt }: { readonly exchangeAt?: number }) => {
    if (exchangeAt !== undefined) newest = Math.max(newest ?? 0, exchangeAt)
  }
  const sink: Sink = {
    say: ({ payload }) => take(payload as { readonly exchangeAt?: number }),
    ...{ trade: take, quote: take, depth: take },
    listing: () => undefined,
    ...unheard,
  }
  return (record) => {
    newest = null
    try {
      decoder.read(record, sink)
    } catch (error) {
      if (!(error instanceof LineFault)) throw error
    }
    return newest
  }
}
