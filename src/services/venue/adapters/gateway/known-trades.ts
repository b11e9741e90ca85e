import { addExact, compareExact, type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import { subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { AccountTrade, ToldOrder } from './real-venue.ts'

type Said = NonNullable<PayloadOf<'venue.reconciled'>['trades']>
type Fill = Pick<PayloadOf<'order.fill'>, 'instrument' | 'tradeId' | 'side' | 'filledAt' | 'quantity' | 'clientOrderId'>
/** Of a trade of the account with itself both sides have one id. */
type Side = Pick<Fill, 'tradeId' | 'side'>

/** A venue's record may have a trade so much later than it was made. */
export const lateMicros = 60_000_000
/** So often it is asked at least: what a stream has left out is found, and what is known from then on does not become ever more. */
const askedEveryMicros = 3_600_000_000
/** So many orders of others are remembered as read. */
const readMost = 4_096

/** Which trades of the account the log has, and from when on those that it has not are news. [G34] */
export class KnownTrades {
  /** By instrument, trade id and side. */
  readonly #known = new Map<string, Map<string, Fill>>()
  /** Trades of others that were said and have yet to come back from the log: by then they may be old, and forgotten. */
  readonly #onTheirWay = new Set<string>()
  /** Up to `since` the log has all that was traded there. */
  readonly #covered = new Set<string>()
  /** Orders of others of which the record was read up to so much executed: what of it is of before the log, or forgotten, is not known here. */
  readonly #readTo = new Map<string, ExactDecimal>()
  /** Of which it is to be, by instrument. */
  readonly #toRead = new Map<string, Map<string, ExactDecimal>>()
  #since = 0
  /** As the log has it. */
  #saidSince: number | null = null
  /** When the log began: what was traded before is the account's opening. Microseconds. */
  #line: number | null = null
  #unsaid: string[] = []

  get hasBegun(): boolean {
    return this.#line !== null
  }

  /** The log has when it began. */
  get isSaid(): boolean {
    return this.#saidSince !== null
  }

  /** Up to then the log has all that was traded in what it covers; microseconds. */
  get knownTo(): number {
    return this.#since
  }

  get hasUnsaid(): boolean {
    const { length } = this.#unsaid
    return length > 0 || this.#saidSince === null || this.#since - this.#saidSince >= askedEveryMicros - lateMicros
  }

  /** What a `venue.reconciled` says. */
  hear({ since, instruments }: Said): void {
    this.#line ??= since
    this.#saidSince = this.#since = Math.max(this.#since, since)
    for (const instrument of instruments) this.#covered.add(instrument)
    this.#forgetOld()
  }

  /** The log begins `at`. */
  begin(at: number): void {
    this.#line = this.#since = at
  }

  /** Was the record not asked for long? That a stream is open does not say that it has told of everything: it may be late by more than the record. */
  areOld(at: number): boolean {
    return at - this.#since > askedEveryMicros
  }

  /** All that was traded in these was asked for, and is known. */
  cover(instruments: readonly string[]): void {
    for (const instrument of instruments) {
      if (!this.#covered.has(instrument)) this.#unsaid.push(instrument)
      this.#covered.add(instrument)
    }
  }

  /** All that was traded before `at` was asked for, in whatever is covered. */
  advance(at: number): void {
    this.#since = Math.max(this.#since, at - lateMicros)
    this.#forgetOld()
  }

  /** A fill that is in the log, or goes into it now. */
  add(fill: Fill): void {
    const trades = this.#known.get(fill.instrument)
    if (trades) trades.set(sideOf(fill), fill)
    else this.#known.set(fill.instrument, new Map([[sideOf(fill), fill]]))
  }

  /** One of another goes into the log now. */
  say(fill: Fill): void {
    this.#onTheirWay.add(keyOf(fill))
  }

  /** Is it in the log now because it was said here? */
  comesBack(fill: Fill): boolean {
    return this.#onTheirWay.delete(keyOf(fill))
  }

  has(instrument: string, trade: Side): boolean {
    return this.#known.get(instrument)?.has(sideOf(trade)) === true
  }

  /** Does the log lack it? */
  isNews(instrument: string, trade: Side & Pick<AccountTrade, 'filledAt'>): boolean {
    return trade.filledAt >= this.#sinceOf(instrument) && !this.has(instrument, trade)
  }

  /** From when on the venue is asked. */
  since(instruments: readonly string[]): number {
    return Math.min(...instruments.map((instrument) => this.#sinceOf(instrument)))
  }

  /** Those of an order that the log has and that are not old. */
  ofOrder(instrument: string, clientOrderId: string): Fill[] {
    return [...(this.#known.get(instrument)?.values() ?? [])].filter((fill) => fill.clientOrderId === clientOrderId)
  }

  #executed(instrument: string, clientOrderId: string): ExactDecimal {
    return quantityOf(this.ofOrder(instrument, clientOrderId))
  }

  /** Has the log all that is executed of another's order, as far as it is the log's? `trades` came with that. What it may lack is to be read. */
  hasAll(
    instrument: string,
    clientOrderId: string,
    { executed, trades, side }: Pick<ToldOrder, 'executed' | 'trades' | 'side'>,
  ): boolean {
    const all = parseExact(executed)
    const before = subtractExact(all, quantityOf(trades))
    const readTo = this.#readTo.get(clientOrderId)
    const isRead = readTo !== undefined && compareExact(readTo, before) >= 0
    const isKnown = isRead || compareExact(this.#executed(instrument, clientOrderId), all) >= 0
    if (isKnown && trades.every(({ tradeId }) => this.has(instrument, { tradeId, side }))) {
      if (isRead && compareExact(all, readTo) > 0) this.#readTo.set(clientOrderId, all)
      return true
    }
    const toRead = this.#toRead.get(instrument) ?? new Map<string, ExactDecimal>()
    this.#toRead.set(instrument, toRead.set(clientOrderId, all))
    return false
  }

  /** The record of these is asked for; when all that it has is told, what comes back is called. */
  reading(instruments: readonly string[]): () => void {
    const orders = instruments.flatMap((instrument) => [...(this.#toRead.get(instrument) ?? [])])
    for (const instrument of instruments) this.#toRead.delete(instrument)
    return () => {
      for (const [clientOrderId, executed] of orders) this.#readTo.set(clientOrderId, executed)
      for (const oldest of this.#readTo.keys()) {
        if (this.#readTo.size <= readMost) return
        this.#readTo.delete(oldest)
      }
    }
  }

  /** For the log; what it is told of once is not told again. The first says when it began. */
  toSay(): Said {
    this.#saidSince = this.#saidSince === null ? (this.#line ?? this.#since) : this.#since
    return { since: this.#saidSince, instruments: this.#unsaid.splice(0) }
  }

  #sinceOf(instrument: string): number {
    return this.#covered.has(instrument) ? this.#since : (this.#line ?? Number.POSITIVE_INFINITY)
  }

  #forgetOld(): void {
    for (const instrument of this.#covered)
      for (const [side, { filledAt }] of this.#known.get(instrument) ?? [])
        if (filledAt < this.#since) this.#known.get(instrument)?.delete(side)
  }
}

const quantityOf = (trades: readonly Pick<Fill, 'quantity'>[]): ExactDecimal =>
  trades.map(({ quantity }) => parseExact(quantity)).reduce(addExact, zero)

const sideOf = ({ tradeId, side }: Side): string => `${tradeId} ${side}`

const keyOf = (fill: Fill): string => `${fill.instrument} ${sideOf(fill)}`
