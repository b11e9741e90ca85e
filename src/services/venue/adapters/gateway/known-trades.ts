import { addExact, type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import { zero } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { AccountTrade, VenueTrade } from './real-venue.ts'

type Said = NonNullable<PayloadOf<'venue.reconciled'>['trades']>
type Fill = Pick<PayloadOf<'order.fill'>, 'instrument' | 'tradeId' | 'filledAt' | 'quantity' | 'clientOrderId'>
/** Null: of before the log. */
type Known = { readonly filledAt: number; readonly fill: Fill | null }

/** A venue's record may have a trade so much later than it was made. */
export const lateMicros = 60_000_000
/** So often it is asked at least: what a stream has left out is found, and what is known from then on does not become ever more. */
const askedEveryMicros = 3_600_000_000

/** Which trades of the account the log has, and from when on those that it has not are news. [G34] */
export class KnownTrades {
  /** By instrument and trade id. */
  readonly #known = new Map<string, Map<string, Known>>()
  /** Up to `since` the log has all that was traded there. */
  readonly #covered = new Set<string>()
  #since = 0
  /** As the log has it. */
  #saidSince = 0
  /** When the log began: what was traded before is the account's opening. Microseconds. */
  #line: number | null = null
  #unsaid: string[] = []

  get hasBegun(): boolean {
    return this.#line !== null
  }

  get hasUnsaid(): boolean {
    return this.#unsaid.length > 0 || this.#since - this.#saidSince >= askedEveryMicros - lateMicros
  }

  covers(instrument: string): boolean {
    return this.#covered.has(instrument)
  }

  /** What a `venue.reconciled` says. */
  hear({ since, instruments, before }: Said): void {
    this.#line ??= since + lateMicros
    for (const { instrument, tradeId } of before) this.#add(instrument, tradeId, { filledAt: this.#line, fill: null })
    this.#cover(since, instruments)
    this.#saidSince = this.#since
  }

  /** The log begins `at`, with balances in which these trades are. */
  begin(at: number, instruments: readonly string[], before: readonly (VenueTrade & { instrument: string })[]): void {
    this.#line = at
    for (const { instrument, tradeId, filledAt } of before)
      if (!this.has(instrument, tradeId)) this.#add(instrument, tradeId, { filledAt, fill: null })
    this.cover(at, instruments)
  }

  /** Was the record not asked for long? That a stream is open does not say that it has told of everything: it may be late by more than the record. */
  areOld(at: number): boolean {
    return at - this.#since > askedEveryMicros
  }

  /** All that was traded in these, and in those of before, was asked for `at`, and is known. */
  cover(at: number, instruments: readonly string[]): void {
    this.#unsaid.push(...instruments)
    this.#cover(at - lateMicros, instruments)
  }

  /** A fill that is in the log, or goes into it now. */
  add(fill: Fill): void {
    this.#add(fill.instrument, fill.tradeId, { filledAt: fill.filledAt, fill })
  }

  has(instrument: string, tradeId: string): boolean {
    return this.#known.get(instrument)?.has(tradeId) === true
  }

  /** Does the log lack it? */
  isNews(instrument: string, { tradeId, filledAt }: Pick<AccountTrade, 'tradeId' | 'filledAt'>): boolean {
    return filledAt >= this.#sinceOf(instrument) && !this.has(instrument, tradeId)
  }

  /** From when on the venue is asked. */
  since(instruments: readonly string[]): number {
    return Math.min(...instruments.map((instrument) => this.#sinceOf(instrument)))
  }

  /** Those of an order that the log has and that are not old. */
  ofOrder(instrument: string, clientOrderId: string): Fill[] {
    const known = this.#known.get(instrument)?.values() ?? []
    return [...known].flatMap(({ fill }) => (fill?.clientOrderId === clientOrderId ? [fill] : []))
  }

  executed(instrument: string, clientOrderId: string): ExactDecimal {
    return this.ofOrder(instrument, clientOrderId)
      .map(({ quantity }) => parseExact(quantity))
      .reduce(addExact, zero)
  }

  /** For the log; what it is told of once is not told again. */
  toSay(): Said {
    const before = [...this.#known].flatMap(([instrument, trades]) =>
      [...trades].flatMap(([tradeId, { fill }]) => (fill === null ? [{ instrument, tradeId }] : [])),
    )
    this.#saidSince = this.#since
    return { since: this.#since, instruments: this.#unsaid.splice(0), before }
  }

  #sinceOf(instrument: string): number {
    return this.#covered.has(instrument) ? this.#since : (this.#line ?? Number.POSITIVE_INFINITY)
  }

  #add(instrument: string, tradeId: string, known: Known): void {
    const trades = this.#known.get(instrument)
    if (trades) trades.set(tradeId, known)
    else this.#known.set(instrument, new Map([[tradeId, known]]))
  }

  #cover(since: number, instruments: readonly string[]): void {
    this.#since = Math.max(this.#since, since)
    for (const instrument of instruments) this.#covered.add(instrument)
    for (const instrument of this.#covered) {
      const trades = this.#known.get(instrument) ?? []
      for (const [tradeId, { filledAt }] of trades)
        if (filledAt < this.#since) this.#known.get(instrument)?.delete(tradeId)
    }
  }
}
