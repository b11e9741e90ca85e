import type { PayloadOf } from '#schemas/catalogue.ts'
import type { BarValues } from '#lib/indicators/indicator.ts'

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
    return (this.#high ??= toDouble(this.#bar.high))
  }

  get low(): number {
    return (this.#low ??= toDouble(this.#bar.low))
  }

  get close(): number {
    return (this.#close ??= toDouble(this.#bar.close))
  }
}

// "-0" is a legal price, and JSON does not keep the sign of a zero: + 0 takes it away.
const toDouble = (price: string): number => Number(price) + 0
