import type { PayloadOf } from '#schemas/catalogue.ts'

/**
 * What came of asking an exchange. `done`, `refused` and `absent` are certain; `nothing` (no answer, or one that proves nothing) leaves
 * everything as it was, and is not asked again before `waitMs`. What is held back by a limit of requests was never asked; what
 * is faulty is told.
 */
export type Answer<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused'; readonly code: RejectCode; readonly reason: string }
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'nothing'
      readonly reason: string
      readonly waitMs: number
      readonly isHeldBack?: true
      readonly isFaulty?: true
    }

export type RejectCode = PayloadOf<'order.rejected'>['code']

/** An order as both sides name it; the venue's own id where it is known. */
export type OrderName = {
  readonly instrument: string
  readonly venueClientId: string
  readonly venueOrderId: string | null
  /** It was sent to wait for a price. */
  readonly waits: boolean
}

export type VenueTrade = {
  readonly tradeId: string
  readonly price: string
  readonly quantity: string
  /** Of `feeAsset`; negative is a rebate. */
  readonly fee: string
  readonly feeAsset: string
  readonly liquidity: 'maker' | 'taker'
  /** Microseconds. */
  readonly filledAt: number
}

/** A trade of the account, whoever ordered it. */
export type AccountTrade = VenueTrade & {
  /** The instrument's name at the venue. */
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly venueOrderId: string
  /** What who sent its order calls that; null where the record of trades does not say. */
  readonly venueClientId: string | null
}

/** An order as the exchange shows it at some instant. */
export type VenueOrder = {
  readonly venueClientId: string
  readonly venueOrderId: string
  readonly state: 'working' | 'filled' | 'canceled' | 'expired' | 'rejected'
  readonly executed: string
  /** A stop has seen its price. */
  readonly isTriggered: boolean
  /** Where, if that was not stated with the order: a trailing stop's. */
  readonly triggerPrice?: string | undefined
  /** Those that come with this answer: all, some or none of the order's. */
  readonly trades: readonly VenueTrade[]
}

/** What an open limit order asks for. */
export type OpenTerms = {
  readonly side: 'buy' | 'sell'
  readonly quantity: string
  readonly limitPrice: string
  readonly isPostOnly: boolean
  readonly isReduceOnly: boolean
}
/** An open order of the account; `terms` is null where it is no limit order that rests by itself. */
export type OpenOrder = VenueOrder & { readonly symbol: string; readonly terms: OpenTerms | null }

/** What a report of the stream tells of an order. */
export type ToldOrder = VenueOrder & Pick<AccountTrade, 'symbol' | 'side'>

/** The end of a contract, by the exchange's own record of it. */
export type VenueSettlement = {
  readonly instrument: string
  readonly settlementId: string
  /** What one of it was worth at its end, of `currency`. */
  readonly price: string
  readonly underlyingPrice: string
  readonly isFuture: boolean
  /** For the account's whole position. */
  readonly fee: string
  readonly currency: string
  /** Microseconds. */
  readonly settledAt: number
}

/** What the log holds of an instrument, all strategies together. */
export type HeldInstrument = { readonly instrument: string; readonly isNetted: boolean }

/** Money that a position brought (above zero) or cost without a trade, as the exchange's own record has it: funding. */
export type VenuePayment = {
  readonly paymentId: string
  /** The instrument's name at the venue, as `base` of its assets. */
  readonly symbol: string
  readonly amount: string
  readonly asset: string
  /** Microseconds. */
  readonly paidAt: number
}

export type VenueBalance = { readonly asset: string; readonly total: string }
export type VenueAssets = { readonly base: string; readonly quote: string }

export type StreamHooks = {
  readonly onOpen: () => void
  readonly onOrder: (order: ToldOrder) => void
  readonly onClose: (reason: string) => void
  /** Something was paid: the record has it, or will. */
  readonly onPaid: () => void
}

/** The one contract of an exchange that real orders go to. Nothing throws; every call ends within the venue's own timeout. */
export type RealVenue = {
  /** `binance`. */
  readonly name: string
  /** What `balances` are: all assets, or the positions alone, where a fill moves no asset. */
  readonly holds: 'assets' | 'positions'
  /** It takes nothing after the window of a submission. Where it has none, what was sent is never sent again. */
  readonly hasWindow: boolean
  /** So long after it was taken an order that waits for a price may be missing from what queries show. */
  readonly conditionalLateMs?: number
  /** Why an order's terms cannot be kept there; null when they can. */
  unfit(order: PayloadOf<'order.submitted'>): { readonly code: RejectCode; readonly reason: string } | null
  /** The venue's clock, milliseconds. */
  time(): Promise<Answer<number>>
  /** What an instrument is made of. */
  assets(instrument: string): Promise<Answer<VenueAssets>>
  /** `timestampMs` by the venue's clock; where it has a window it takes the order up to `windowMs` later, and never after. */
  place(
    order: PayloadOf<'order.submitted'>,
    venueClientId: string,
    timestampMs: number,
    windowMs: number,
  ): Promise<Answer<VenueOrder>>
  cancel(order: OrderName): Promise<Answer<VenueOrder>>
  /** Changes a limit order in place, so that its terms are those of `wanted`; repeating it is harmless. It takes it up to `windowMs` after `timestampMs`. Null where the venue cannot. */
  readonly amend:
    | ((
        order: OrderName,
        wanted: PayloadOf<'order.submitted'>,
        change: Pick<PayloadOf<'order.updated'>, 'limitPrice' | 'quantity'>,
        timestampMs: number,
        windowMs: number,
      ) => Promise<Answer<VenueOrder>>)
    | null
  /** What the venue says of itself: how long after its creation it knows nothing any more of an order that ended. Null: it never forgets. */
  readonly forgets: { readonly unfilledAfterMs: number; readonly allAfterMs: number } | null
  find(order: OrderName): Promise<Answer<VenueOrder>>
  trades(order: OrderName, venueOrderId: string): Promise<Answer<readonly VenueTrade[]>>
  /** The account's own record of trades. */
  readonly history: {
    /** What it is asked for together, by a name there: a symbol, or a currency. Null where the venue cannot have the instrument. */
    partOf(instrument: string): string | null
    /** All of a part, from `sinceMs` on, by the venue's clock; none of what it does not have. */
    trades(sinceMs: number, part: string): Promise<Answer<readonly AccountTrade[]>>
    /** What who sent the order of a trade calls it. */
    clientIdOf(trade: Pick<AccountTrade, 'symbol' | 'venueOrderId'>): Promise<Answer<string>>
  }
  /** Of the whole account, with the instrument's name at the venue. */
  openOrders(): Promise<Answer<readonly OpenOrder[]>>
  /** Our name of what the venue calls so; null where there is none. */
  instrumentOf(symbol: string): string | null
  cancelExternal(order: { readonly symbol: string; readonly venueOrderId: string }): Promise<Answer<unknown>>
  balances(): Promise<Answer<readonly VenueBalance[]>>
  /** Of what is held: which have come to their end by the venue's clock, and are settled. Null where none end by themselves, or it cannot be known. */
  readonly settlements:
    | ((held: readonly HeldInstrument[], nowMs: number) => Promise<Answer<readonly VenueSettlement[]>>)
    | null
  /** What these instruments, by their names there, were paid from `sinceMs` on, by the venue's clock; null where nothing is ever paid so. */
  readonly payments: ((sinceMs: number, symbols: readonly string[]) => Promise<Answer<readonly VenuePayment[]>>) | null
  /** Reports as they happen. Comes back by itself when it is closed; the function ends it. */
  stream(hooks: StreamHooks): () => void
  /** The offset of the venue's clock to the machine's, for signed queries. */
  setClock(offsetMs: number): void
}
