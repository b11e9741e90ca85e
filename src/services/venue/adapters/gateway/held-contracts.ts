import { addExact, compareExact, type ExactDecimal, multiplyExact, parseExact, tenTo } from '#lib/bars/exact-decimal.ts'
import { divideHalfEven } from '#lib/domain/rounding.ts'
import { absExact, negateExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { plainText } from './gateway-order.ts'
import type { HeldInstrument, VenueSettlement } from './real-venue.ts'

type Moved = Pick<PayloadOf<'order.fill'>, 'strategy' | 'instrument' | 'side' | 'quantity'>
type Settled = PayloadOf<'venue.settled'>

const feeDigits = 18

/** What every strategy holds by the log, and which ends of contracts are said. [G30] */
export class HeldContracts {
  /** By instrument, then by strategy. */
  readonly #held = new Map<string, Map<string, ExactDecimal>>()
  readonly #said = new Set<string>()

  /** A fill, each once, or the end of a contract. */
  move({ strategy, instrument, side, quantity }: Moved): void {
    const books = this.#held.get(instrument) ?? new Map<string, ExactDecimal>()
    const lots = parseExact(quantity)
    const after = addExact(books.get(strategy) ?? zero, side === 'buy' ? lots : negateExact(lots))
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
    const whole = books.map(([, lots]) => absExact(lots)).reduce(addExact, zero)
    const fee = parseExact(settlement.fee)
    let [until, paid] = [zero, zero]
    for (const [strategy, lots] of books) {
      until = addExact(until, absExact(lots))
      const share = subtractExact(partOf(fee, until, whole), paid)
      paid = addExact(paid, share)
      const isLong = lots.units > 0n
      const isWorthless = compareExact(parseExact(price), zero) === 0
      yield {
        strategy,
        instrument,
        side: isLong ? 'sell' : 'buy',
        quantity: plainText(absExact(lots)),
        price,
        currency,
        fee: plainText(share),
        contract: instrument,
        how: isFuture ? 'delivered' : isWorthless ? 'expired' : isLong ? 'exercised' : 'assigned',
        settlementPrice: underlyingPrice,
        settledAt,
        settlementId,
      }
    }
  }
}

function partOf(fee: ExactDecimal, part: ExactDecimal, whole: ExactDecimal): ExactDecimal {
  const { units, scale } = multiplyExact(fee, part)
  const [sign, size] = units < 0n ? [-1n, -units] : [1n, units]
  const quotient = divideHalfEven(size * tenTo(feeDigits + whole.scale), whole.units * tenTo(scale))
  return { units: sign * quotient, scale: feeDigits }
}
