import { dayMicros } from '#lib/time/day-micros.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'

/** What to tell of an option chain: all of it, each time an interval is over; without one only when it is asked for. */
export type WantedChain = { readonly underlying: string; readonly everyMicros?: number | undefined }

type Contract = PayloadOf<'md.option.chain.snapshot'>['contracts'][number]
type Listed = Omit<Contract, 'bid' | 'bidSize' | 'ask' | 'askSize'> & { readonly endsAt: number }

/** The options on one underlying with their newest quotes. Plain JSON. */
export type Chain = {
  readonly wanted: WantedChain
  /** By expiry, strike and right. */
  readonly listed: Listed[]
  /** Of everything that is listed. */
  readonly quotes: { [instrument: string]: Pick<Contract, 'bid' | 'bidSize' | 'ask' | 'askSize'> }
  underlyingPrice: string | null
  /** When the interval that is running ends; 0 before the first listing, and without an interval. */
  dueAt: number
  /** The time of the newest event of the market. */
  newestAt: number
}

export const startChain = (wanted: WantedChain): Chain => ({
  wanted,
  listed: [],
  quotes: {},
  underlyingPrice: null,
  dueAt: 0,
  newestAt: 0,
})

/** After a hot reload: a chain that is still wanted goes on with what it knows. */
export const keepChains = (chains: readonly Chain[], wanted: readonly WantedChain[]): Chain[] =>
  wanted.map((want) => {
    const running = chains.find((chain) => chain.wanted.underlying === want.underlying)
    if (running === undefined) return startChain(want)
    if (running.wanted.everyMicros === want.everyMicros) return running
    // An interval that was not there begins with the next listing or end; one that is gone ends nothing more.
    return { ...running, wanted: want, dueAt: want.everyMicros === undefined ? 0 : running.dueAt }
  })

/**
 * Folds one event in. The snapshots that are due with it stand before it: each holds what was known when its interval ended, and
 * an interval in which nothing came has none.
 */
export function foldChains(
  chains: readonly Chain[],
  event: Event<'md.instrument' | 'md.tick' | 'md.option.tick' | 'md.status'>,
): PayloadOf<'md.option.chain.snapshot'>[] {
  const due: PayloadOf<'md.option.chain.snapshot'>[] = []
  for (const chain of chains) {
    if (chain.dueAt !== 0 && event.at > chain.dueAt) {
      due.push(chainAt(chain, chain.dueAt))
      chain.dueAt = nextEnd(chain, event.at)
    }
    chain.newestAt = event.at
    if (event.topic === 'md.option.tick') foldOptionTick(chain, event.payload)
    else if (event.topic === 'md.instrument') foldListing(chain, event.payload, event.at)
    else if (event.topic === 'md.tick') foldUnderlying(chain, event.payload)
    else if (event.payload.state === 'ended' && chain.dueAt !== 0) {
      due.push(chainAt(chain, event.at))
      chain.dueAt = 0
    }
  }
  return due
}

/** The first end of an interval that is not before. */
function nextEnd({ wanted: { everyMicros } }: Chain, at: number): number {
  if (everyMicros === undefined) return 0
  const over = at % everyMicros
  return over === 0 ? at : at - over + everyMicros
}

/** A listing of an option on the underlying; what is listed again is not listed twice. */
function foldListing(chain: Chain, listing: PayloadOf<'md.instrument'>, at: number): void {
  const { instrument, expiry, strike, right, underlying, kind, expiresAt } = listing
  if (kind !== 'option' || underlying !== chain.wanted.underlying) return
  if (expiry === undefined || strike === undefined || right === undefined) return
  // Where only the day is known, options are traded until it is over everywhere.
  const endsAt = expiresAt ?? Date.parse(`${expiry}T00:00:00Z`) * 1000 + 2 * dayMicros
  const listed: Listed = { instrument, expiry, strike, right, endsAt }
  const place = placeOf(chain.listed, listed)
  if (chain.listed[place]?.instrument === instrument) chain.listed[place] = listed
  else chain.listed.splice(place, 0, listed)
  chain.quotes[instrument] ??= nobody
  if (chain.dueAt === 0) chain.dueAt = nextEnd(chain, at)
}

/** What is not listed is not of the chain. */
function foldOptionTick(chain: Chain, tick: PayloadOf<'md.option.tick'>): void {
  const { instrument, bid, bidSize, ask, askSize, underlyingPrice } = tick
  if (chain.quotes[instrument] === undefined) return
  chain.quotes[instrument] = { bid, bidSize, ask, askSize }
  if (underlyingPrice !== undefined) chain.underlyingPrice = underlyingPrice
}

function foldUnderlying(chain: Chain, tick: PayloadOf<'md.tick'>): void {
  if (tick.kind === 'trade' && tick.instrument === chain.wanted.underlying) chain.underlyingPrice = tick.price
}

/** Every contract that is listed and has not expired; a side that nobody quotes is null. */
export function chainAt(chain: Chain, at: number): PayloadOf<'md.option.chain.snapshot'> {
  const contracts: Contract[] = []
  for (const { endsAt, ...contract } of chain.listed) {
    if (endsAt <= at) continue
    contracts.push({ ...contract, ...(chain.quotes[contract.instrument] ?? nobody) })
  }
  return { underlying: chain.wanted.underlying, underlyingPrice: chain.underlyingPrice, contracts }
}

const nobody = { bid: null, bidSize: null, ask: null, askSize: null }

function placeOf(listed: readonly Listed[], one: Listed): number {
  let low = 0
  let high = listed.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(listed[middle] as Listed, one)) low = middle + 1
    else high = middle
  }
  return low
}

function isBefore(a: Listed, b: Listed): boolean {
  if (a.expiry !== b.expiry) return a.expiry < b.expiry
  const [strikeA, strikeB] = [Number(a.strike), Number(b.strike)]
  if (strikeA !== strikeB) return strikeA < strikeB
  return a.right !== b.right ? a.right < b.right : a.instrument < b.instrument
}
