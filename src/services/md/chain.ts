import type { PayloadOf } from '#schemas/catalogue.ts'

/** What to tell of an option chain: all of it, each time an interval is over; without one only when it is asked for. */
export type WantedChain = { readonly underlying: string; readonly everyMicros?: number | undefined }

type Snapshot = PayloadOf<'md.option.chain.snapshot'>
export type Contract = Snapshot['contracts'][number]
export type Quote = Pick<Contract, 'bid' | 'bidSize' | 'ask' | 'askSize' | 'isStale'>
export type Listed = Omit<Contract, keyof Quote | 'isUnheard'> & { readonly endsAt: number }

/** A session of a feed: its connections that are open, and the contracts of which it tells quotes. `source` is who says what the feed says. */
export type Session = { readonly source: string; open: string[]; readonly contracts: { [instrument: string]: true } }

/** The options on one underlying with their newest quotes. Plain JSON. */
export type Chain = {
  readonly wanted: WantedChain
  /** By expiry, strike and right; what has ended, or was delisted, is taken out. */
  listed: Listed[]
  /** Of everything that is listed; `source` says who told the newest one, where anybody has. */
  readonly quotes: { [instrument: string]: Quote & { readonly expiry: string; readonly source?: string } }
  /** Of the newest trade in the underlying. */
  underlyingPrice: string | null
  /** What the newest tick of an expiry says that its options are on. */
  readonly forwards: { [expiry: string]: string }
  /** Those that are open, by feed and name. */
  readonly sessions: { [feedAndName: string]: Session }
  /** Sessions say what they are subscribed to: what is none of theirs is not listened to. */
  isSubscribed: boolean
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
  sessions: {},
  isSubscribed: false,
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

/** A contract that was never quoted. */
export const nobody: Quote = { bid: null, bidSize: null, ask: null, askSize: null }
