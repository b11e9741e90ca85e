import type { MarketFact } from '#lib/market/market-fact.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { type Chain, type Contract, type Listed, nobody } from './chain.ts'
import { foldStatus, isSubscribed } from './chain-sessions.ts'

type Snapshot = PayloadOf<'md.option.chain.snapshot'>

/** When a contract ends of which its listing tells only the day. */
export type EndOfDay = (underlying: string, expiry: string) => number

/**
 * Folds one event in. The snapshots that are due with it stand before it: each holds what was known when its interval ended, and
 * an interval in which nothing came has none.
 */
export function foldChains(
  chains: readonly Chain[],
  event: MarketFact<'md.instrument' | 'md.tick' | 'md.option.tick' | 'md.status'> & { readonly source?: string },
  endOfDay: EndOfDay,
): Snapshot[] {
  const due: Snapshot[] = []
  const { source = '' } = event
  for (const chain of chains) {
    if (chain.dueAt !== 0 && event.at > chain.dueAt) {
      due.push(chainAt(chain, chain.dueAt))
      chain.dueAt = nextEnd(chain, event.at)
    }
    chain.newestAt = event.at
    if (chain.firstEnd !== null && chain.firstEnd < event.at) dropEnded(chain, event.at)
    if (event.topic === 'md.option.tick') foldOptionTick(chain, event.payload, source)
    else if (event.topic === 'md.instrument') foldListing(chain, event.payload, event.at, endOfDay)
    else if (event.topic === 'md.tick') foldUnderlying(chain, event.payload)
    else {
      if (event.payload.state === 'ended' && chain.dueAt !== 0) {
        due.push(chainAt(chain, event.at))
        chain.dueAt = 0
      }
      if (event.payload.state === 'delisted') dropDelisted(chain, new Set(event.payload.instruments))
      foldStatus(chain, event.payload, source)
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
function foldListing(chain: Chain, listing: PayloadOf<'md.instrument'>, at: number, endOfDay: EndOfDay): void {
  const { instrument, expiry, strike, right, underlying, kind, expiresAt } = listing
  if (kind !== 'option' || underlying !== chain.wanted.underlying) return
  if (expiry === undefined || strike === undefined || right === undefined) return
  const endsAt = expiresAt ?? endOfDay(underlying, expiry)
  if (endsAt < at) return
  const listed: Listed = { instrument, expiry, strike, right, endsAt }
  const place = placeOf(chain.listed, listed)
  if (chain.listed[place]?.instrument === instrument) chain.listed[place] = listed
  else chain.listed.splice(place, 0, listed)
  chain.quotes[instrument] ??= { ...nobody, expiry }
  chain.firstEnd = Math.min(chain.firstEnd ?? endsAt, endsAt)
  if (chain.dueAt === 0) chain.dueAt = nextEnd(chain, at)
}

const dropEnded = (chain: Chain, at: number): void => dropWhere(chain, ({ endsAt }) => endsAt < at)

const dropDelisted = (chain: Chain, gone: ReadonlySet<string>): void =>
  dropWhere(chain, ({ instrument }) => gone.has(instrument))

/** Takes contracts out, with their quotes and the forwards of expiries that have none any more. */
function dropWhere(chain: Chain, isOver: (contract: Listed) => boolean): void {
  const expiries = new Set<string>()
  const left: Listed[] = []
  for (const contract of chain.listed) {
    if (isOver(contract)) {
      delete chain.quotes[contract.instrument]
      for (const { contracts } of Object.values(chain.sessions)) delete contracts[contract.instrument]
    } else {
      left.push(contract)
      expiries.add(contract.expiry)
    }
  }
  for (const expiry of Object.keys(chain.forwards)) if (!expiries.has(expiry)) delete chain.forwards[expiry]
  chain.listed = left
  chain.firstEnd =
    left.length === 0 ? null : left.reduce((first, { endsAt }) => Math.min(first, endsAt), Number.POSITIVE_INFINITY)
}

/** What is not listed is not of the chain. */
function foldOptionTick(chain: Chain, tick: PayloadOf<'md.option.tick'>, source: string): void {
  const { instrument, bid, bidSize, ask, askSize, underlyingPrice } = tick
  const before = chain.quotes[instrument]
  if (before === undefined) return
  const { expiry } = before
  chain.quotes[instrument] = { expiry, source, bid, bidSize, ask, askSize }
  if (underlyingPrice !== undefined) chain.forwards[expiry] = underlyingPrice
}

function foldUnderlying(chain: Chain, tick: PayloadOf<'md.tick'>): void {
  if (tick.kind === 'trade' && tick.instrument === chain.wanted.underlying) chain.underlyingPrice = tick.price
}

/** Every contract that is listed and has not ended; a side that nobody quotes is null. [MD-C1] [MD-C4] */
export function chainAt(chain: Chain, at: number): Snapshot {
  const contracts: Contract[] = []
  const forwards: { [expiry: string]: string } = {}
  let nearest: string | null = null
  for (const { endsAt, ...contract } of chain.listed) {
    if (endsAt < at) continue
    const known = chain.quotes[contract.instrument]
    const { bid, bidSize, ask, askSize, isStale } = known ?? nobody
    const isHeard =
      !chain.isSubscribed ||
      (known?.source !== undefined && isStale !== true) ||
      isSubscribed(chain, contract.instrument)
    const marks = { ...(isStale && { isStale }), ...(!isHeard && { isUnheard: true as const }) }
    contracts.push({ ...contract, ...{ bid, bidSize, ask, askSize }, ...marks })
    const forward = chain.forwards[contract.expiry]
    if (forward === undefined) continue
    nearest ??= forward
    forwards[contract.expiry] = forward
  }
  const underlyingPrice = chain.underlyingPrice ?? nearest
  const areOwn = Object.values(forwards).some((forward) => forward !== underlyingPrice)
  return { underlying: chain.wanted.underlying, underlyingPrice, ...(areOwn ? { forwards } : {}), contracts }
}

function placeOf(listed: readonly Listed[], one: Listed): number {
  let low = 0
  let high = listed.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (inChainOrder(listed[middle] as Listed, one) < 0) low = middle + 1
    else high = middle
  }
  return low
}

type Placed = Pick<Contract, 'expiry' | 'strike' | 'right' | 'instrument'>

/** By expiry, strike and right. */
export function inChainOrder(a: Placed, b: Placed): number {
  if (a.expiry !== b.expiry) return a.expiry < b.expiry ? -1 : 1
  if (a.strike !== b.strike && Number(a.strike) !== Number(b.strike)) return Number(a.strike) - Number(b.strike)
  if (a.right !== b.right) return a.right < b.right ? -1 : 1
  return a.instrument < b.instrument ? -1 : 1
}
