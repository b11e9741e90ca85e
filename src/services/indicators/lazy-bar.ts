import type { BarValues } from '#lib/indicators/indicator.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { SessionOf } from './session-of.ts'

/** The doubles of a bar, each made from its text once, and only when a formula reads it. */
export class LazyBar implements BarValues {
  readonly #bar: PayloadOf<'md.bar'>
  readonly #sessionOf: SessionOf
  #open: number | undefined
  #high: number | undefined
  #low: number | undefined
  #close: number | undefined
  #volume: number | undefined

  constructor(bar: PayloadOf<'md.bar'>, sessionOf: SessionOf) {
    this.#bar = bar
    this.#sessionOf = sessionOf
  }

  get open(): number {
    this.#open ??= toDouble(this.#bar.open)
    return this.#open
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

  get volume(): number {
    this.#volume ??= toDouble(this.#bar.volume)
    return this.#volume
  }

  /** The session in which the bar starts. */
  get session(): number {
    return this.#sessionOf(this.#bar.start)
  }
}

// "-0" is a legal price, and JSON does not keep the sign of a zero: + 0 takes it away.
const toDouble = (price: string): number => Number(price) + 0
