import { addExact, type ExactDecimal, formatExact } from '#lib/bars/exact-decimal.ts'
import { moneyOf, moneyText, noMoney } from '#lib/domain/money.ts'
import { movedBy } from '#lib/domain/moved-by.ts'
import { zero } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { partsOf } from './parts-of.ts'
import type { VenuePayment } from './real-venue.ts'

type Paid = PayloadOf<'venue.paid'>
type Move = { readonly strategy: string; readonly at: number; readonly moved: ExactDecimal }

/** An exchange may book a payment so much later than its time. */
const lateMicros = 3_600_000_000

/** What the exchange's payments are to the strategies of the log, by what each held, and which of them the log has. [G32] */
export class Payments {
  /** When the venue is next asked, by the machine's clock. */
  nextAskMs = 0
  /** By instrument, in the order of the log. */
  readonly #moves = new Map<string, Move[]>()
  readonly #said = new Set<string>()
  #beginsAt: number | null = null
  #newestAt = 0

  /** From here on payments are the log's, microseconds: it was reconciled for the first time. */
  begin(at: number): void {
    this.#beginsAt ??= at
  }

  /** A fill that is in the log, or goes into it now; each once. */
  fill(fill: PayloadOf<'order.fill'>): void {
    const move = { strategy: fill.strategy, at: fill.filledAt, moved: movedBy(fill) }
    const moves = this.#moves.get(fill.instrument)
    if (moves) moves.push(move)
    else this.#moves.set(fill.instrument, [move])
  }

  /** What is older than anything that the exchange is asked for is kept as its sum. */
  forget(): void {
    const since = this.since()
    for (const [instrument, moves] of this.#moves) {
      const sums = this.#heldBefore(instrument, since).map(([strategy, moved]) => ({ strategy, at: 0, moved }))
      this.#moves.set(instrument, [...sums, ...moves.filter(({ at }) => at >= since)])
    }
  }

  /** A payment that is in the log, or goes into it now. */
  hear({ paymentId = '', strategy, paidAt }: Paid): void {
    this.#said.add(keyOf(paymentId, strategy))
    this.#newestAt = Math.max(this.#newestAt, paidAt)
  }

  /** Instruments that were ever held. */
  instruments(): string[] {
    return [...this.#moves.keys()]
  }

  /** From when on the exchange is asked, microseconds. */
  since(): number {
    return Math.max(this.#beginsAt ?? 0, this.#newestAt - lateMicros)
  }

  /**
   * A payment in parts, by what each strategy held before it, and what the account held that is not the log's (`others`), whose part is nobody's. The
   * parts that the log has not.
   */
  unsaid(payment: VenuePayment, instrument: string, others: ExactDecimal): Paid[] {
    const { paymentId, amount, asset, paidAt } = payment
    if (this.#beginsAt === null || paidAt < this.#beginsAt) return []
    const held = this.#heldBefore(instrument, paidAt)
    const parts = partsOf(moneyOf(amount), [others, ...held.map(([, quantity]) => quantity)])
    return held.flatMap(([strategy, quantity], i) => {
      const part = parts[i + 1] ?? noMoney
      if (part === 0n || this.#said.has(keyOf(paymentId, strategy))) return []
      const common = {
        strategy,
        instrument,
        why: 'funding',
        amount: moneyText(part),
        currency: asset,
      } as const
      return [{ ...common, position: formatExact(quantity), paidAt, paymentId }]
    })
  }

  #heldBefore(instrument: string, at: number): [strategy: string, quantity: ExactDecimal][] {
    const held = new Map<string, ExactDecimal>()
    for (const move of this.#moves.get(instrument) ?? [])
      if (move.at < at) held.set(move.strategy, addExact(held.get(move.strategy) ?? zero, move.moved))
    return [...held].filter(([, { units }]) => units !== 0n)
  }
}

// An exchange's number holds no space.
const keyOf = (paymentId: string, strategy: string): string => `${paymentId} ${strategy}`
