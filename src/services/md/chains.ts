import type { MarketFact } from '#lib/market/market-fact.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'

/** What to tell of an option chain: all of it, each time an interval is over; without one only when it is asked for. */
export type WantedChain = { readonly underlying: string; readonly everyMicros?: number | undefined }

type Snapshot = PayloadOf<'md.option.chain.snapshot'>
type Contract = Snapshot['contracts'][number]
type Quote = Pick<Contract, 'bid' | 'bidSize' | 'ask' | 'askSize' | 'isStale'>
type Listed = Omit<Contract, keyof Quote> & { readonly endsAt: number }

/** When a contract ends of which its listing tells only the day. */
export type EndOfDay = (underlying: string, expiry: string) => number

/** The options on one underlying with their newest quotes. Plain JSON. */
export type Chain = {
  readonly wanted: WantedChain
  /** By expiry, strike and right; what has ended is taken out. */
  listed: Listed[]
  /** Of everything that is listed. */
  readonly quotes: { [instrument: string]: Quote & { readonly expiry: string } }
  /** Of the newest trade in the underlying. */
  underlyingPrice: string | null
  /** What the newest tick of an expiry says that its options are on. */
  readonly forwards: { [expiry: string]: string }
  /** Connections of feeds that are open. */
  open: string[]
  /** When the first of what is listed ends; null where nothing is. */
  firstEnd: number | null
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
  forwards: {},
  open: [],
  firstEnd: null,
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
  event: MarketFact<'md.instrument' | 'md.tick' | 'md.option.tick' | 'md.status'>,
  endOfDay: EndOfDay,
): Snapshot[] {
  const due: Snapshot[] = []
  for (const chain of chains) {
    if (chain.dueAt !== 0 && event.at > chain.dueAt) {
      due.push(chainAt(chain, chain.dueAt))
      chain.dueAt = nextEnd(chain, event.at)
    }
    chain.newestAt = event.at
    if (chain.firstEnd !== null && chain.firstEnd < event.at) dropEnded(chain, event.at)
    if (event.topic === 'md.option.tick') foldOptionTick(chain, event.payload)
    else if (event.topic === 'md.instrument') foldListing(chain, event.payload, event.at, endOfDay)
    else if (event.topic === 'md.tick') foldUnderlying(chain, event.payload)
    else {
      if (event.payload.state === 'ended' && chain.dueAt !== 0) {
        due.push(chainAt(chain, event.at))
        chain.dueAt = 0
      }
      foldStatus(chain, event.payload)
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

/** Takes out what has ended, with its quotes and the forwards of expiries that are over. */
function dropEnded(chain: Chain, at: number): void {
  const expiries = new Set<string>()
  const left: Listed[] = []
  for (const contract of chain.listed) {
    if (contract.endsAt < at) delete chain.quotes[contract.instrument]
    else {
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
function foldOptionTick(chain: Chain, tick: PayloadOf<'md.option.tick'>): void {
  const { instrument, bid, bidSize, ask, askSize, underlyingPrice } = tick
  const before = chain.quotes[instrument]
  if (before === undefined) return
  const { expiry } = before
  chain.quotes[instrument] = { expiry, bid, bidSize, ask, askSize }
  if (underlyingPrice !== undefined) chain.forwards[expiry] = underlyingPrice
}

function foldUnderlying(chain: Chain, tick: PayloadOf<'md.tick'>): void {
  if (tick.kind === 'trade' && tick.instrument === chain.wanted.underlying) chain.underlyingPrice = tick.price
}

/**
 * Where a feed starts or ends, or the last connection of one of its sessions does, what was quoted is old until it is quoted again. Connections of a session
 * are called alike, with a number behind the last point: one replaces the other.
 */
function foldStatus(chain: Chain, { state, feed, connection }: PayloadOf<'md.status'>): void {
  if (state === 'started' || state === 'ended') {
    chain.open = chain.open.filter((one) => !one.startsWith(`${feed} `))
    markStale(chain)
  }
  if (connection === undefined) return
  const key = `${feed} ${connection}`
  if (state === 'connected' && !chain.open.includes(key)) chain.open.push(key)
  if (state !== 'disconnected') return
  chain.open = chain.open.filter((one) => one !== key)
  if (!chain.open.some((one) => sessionIn(one) === sessionIn(key))) markStale(chain)
}

const sessionIn = (connection: string): string => connection.replace(/\.\d+$/, '')

function markStale(chain: Chain): void {
  for (const [instrument, quote] of Object.entries(chain.quotes))
    if (quote.bid !== null || quote.ask !== null) chain.quotes[instrument] = { ...quote, isStale: true }
}

/** Every contract that is listed and has not ended; a side that nobody quotes is null. [MD-C1] [MD-C4] */
export function chainAt(chain: Chain, at: number): Snapshot {
  const contracts: Contract[] = []
  const forwards: { [expiry: string]: string } = {}
  let nearest: string | null = null
  for (const { endsAt, ...contract } of chain.listed) {
    if (endsAt < at) continue
    const { expiry: _, ...quote } = chain.quotes[contract.instrument] ?? { ...nobody, expiry: '' }
    contracts.push({ ...contract, ...quote })
    const forward = chain.forwards[contract.expiry]
    if (forward === undefined) continue
    nearest ??= forward
    forwards[contract.expiry] = forward
  }
  const underlyingPrice = chain.underlyingPrice ?? nearest
  const areOwn = Object.values(forwards).some((forward) => forward !== underlyingPrice)
  return { underlying: chain.wanted.underlying, underlyingPrice, ...(areOwn ? { forwards } : {}), contracts }
}

const nobody: Quote = { bid: null, bidSize: null, ask: null, askSize: null }

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
