import type { BarValues } from '#lib/indicators/indicator.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'

/** The doubles of a bar, each made from its text once, and only when a formula reads it. */
export class LazyBar implements BarValues {
  readonly #bar: PayloadOf<'md.bar'>
  #high: number | undefined
  #low: number | undefined
  #close: number | undefined

  constructor(bar: PayloadOf<'md.bar'>) {
    this.#bar = bar
  }

  get high(): number {
    this.#high ??= toDouble(this.#bar.high)
    return this.#high
  }

  get low(): number {
    this.#low ??= toDouble(this.#bar.low)
    return this.#low
  }

  get close(): number {
    this.#close ??= toDouble(this.#bar.close)
    return this.#close
  }
}

// "-0" is a legal price, and JSON does not keep the sign of a zero: + 0 takes it away.
const toDouble = (price: string): number => Number(price) + 0
