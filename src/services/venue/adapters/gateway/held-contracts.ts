import { addExact, compareExact, type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import { moneyOf, moneyText, noMoney } from '#lib/domain/money.ts'
import { movedBy } from '#lib/domain/moved-by.ts'
import { absExact, zero } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { plainText } from './gateway-order.ts'
import { partsOf } from './parts-of.ts'
import type { HeldInstrument, VenueSettlement } from './real-venue.ts'

type Moved = Pick<PayloadOf<'order.fill'>, 'strategy' | 'instrument' | 'side' | 'quantity' | 'feePaid'>
type Settled = PayloadOf<'venue.settled'>

/** What every strategy holds by the log, and which ends of contracts are said. [G30] */
export class HeldContracts {
  /** By instrument, then by strategy. */
  readonly #held = new Map<string, Map<string, ExactDecimal>>()
  readonly #said = new Set<string>()

  /** A fill, each once, or the end of a contract. */
  move(moved: Moved): void {
    const { strategy, instrument } = moved
    const books = this.#held.get(instrument) ?? new Map<string, ExactDecimal>()
    const after = addExact(books.get(strategy) ?? zero, movedBy(moved))
    if (after.units === 0n) books.delete(strategy)
    else books.set(strategy, after)
    if (books.size === 0) this.#held.delete(instrument)
    else this.#held.set(instrument, books)
  }

  /** An end that is in the log, or goes into it now. False where it was told before. */
  settle(settled: Settled): boolean {
    const key = `${settled.settlementId} ${settled.strategy} ${settled.instrument}`
    if (this.#said.has(key)) return false
    this.#said.add(key)
    this.move(settled)
    return true
  }

  held(): HeldInstrument[] {
    return [...this.#held].map(([instrument, books]) => ({
      instrument,
      isNetted: [...books.values()].reduce(addExact, zero).units === 0n,
    }))
  }

  /** What closes the position of every strategy; what the venue took is shared by what each held. */
  *ends(settlement: VenueSettlement): Generator<Settled> {
    const { instrument, settlementId, price, underlyingPrice, isFuture, currency, settledAt } = settlement
    const books = [...(this.#held.get(instrument) ?? [])]
    const fees = partsOf(
      moneyOf(settlement.fee),
      books.map(([, lots]) => absExact(lots)),
    )
    for (const [i, [strategy, lots]] of books.entries()) {
      const isLong = lots.units > 0n
      const isWorthless = compareExact(parseExact(price), zero) === 0
      yield {
        strategy,
        instrument,
        side: isLong ? 'sell' : 'buy',
        quantity: plainText(absExact(lots)),
        price,
        currency,
        fee: moneyText(fees[i] ?? noMoney),
        contract: instrument,
        how: isFuture ? 'delivered' : isWorthless ? 'expired' : isLong ? 'exercised' : 'assigned',
        settlementPrice: underlyingPrice,
        settledAt,
        settlementId,
      }
    }
  }
}
