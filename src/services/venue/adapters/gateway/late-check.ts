import { compareExact, type ExactDecimal } from '#lib/bars/exact-decimal.ts'
import { subtractExact } from '#lib/domain/signed-decimal.ts'

/** Within which the venue answered, by its clock; microseconds. */
export type Span = { readonly fromAt: number; readonly toAt: number }
type Sight<D> = Span & { readonly assets: ReadonlyMap<string, D> }

const secondMicros = 1_000_000
const fillsMost = 1_000

type Books<F> = {
  /** What the account should hold now. */
  readonly held: (asset: string) => ExactDecimal
  readonly moved: (fill: F, asset: string) => ExactDecimal
}

/**
 * What differs by other amounts each time: fills that are on their way do so, and trades of which nothing here tells. When the log has all of that time, its
 * fills show whether the account could hold then what it was seen to hold. [G14]
 */
export class LateCheck<F extends { readonly filledAt: number }, D extends { readonly found: ExactDecimal }> {
  readonly #patience: number
  #sights: Sight<D>[] = []
  #fills: F[] = []
  #newestAt = 0
  /** How often in a row it could not. */
  readonly #unexplained = new Map<string, number>()

  constructor(patience: number) {
    this.#patience = patience
  }

  fill(fill: F): void {
    this.#fills.push(fill)
    this.#newestAt = Math.max(this.#newestAt, fill.filledAt)
    // Of a log that is heard from its beginning nothing old is needed.
    if (this.#sights.length === 0 && this.#fills.length > fillsMost) this.#forget(this.#newestAt - secondMicros)
  }

  /** One pass, with all that differed in it; up to `knownTo` the log has everything. What comes back could not be so often in a row. */
  see(sight: Sight<D>, knownTo: number, books: Books<F>): Map<string, D> {
    const found = new Map<string, D>()
    if (sight.assets.size + this.#sights.length + this.#unexplained.size > 0) this.#sights.push(sight)
    const known = this.#sights.findIndex(({ toAt }) => toAt > knownTo)
    for (const one of this.#sights.splice(0, known < 0 ? this.#sights.length : known)) {
      for (const asset of this.#unexplained.keys()) if (!one.assets.has(asset)) this.#unexplained.delete(asset)
      for (const [asset, difference] of one.assets) {
        const times = (this.#unexplained.get(asset) ?? 0) + 1
        if (this.#couldHold(one, asset, difference.found, books)) this.#unexplained.delete(asset)
        else this.#unexplained.set(asset, times)
        if (this.#unexplained.has(asset) && times >= this.#patience) found.set(asset, difference)
      }
    }
    this.#forget((this.#sights[0] ?? sight).fromAt)
    return found
  }

  #forget(beforeAt: number): void {
    this.#fills = this.#fills.filter(({ filledAt }) => filledAt >= beforeAt)
  }

  /** Between the least and the most that it held within the span, by the fills of that time. */
  #couldHold({ fromAt, toAt }: Span, asset: string, found: ExactDecimal, { held, moved }: Books<F>): boolean {
    let then = held(asset)
    const within: ExactDecimal[] = []
    for (const fill of this.#fills.filter(({ filledAt }) => filledAt >= fromAt).sort(newestFirst)) {
      if (fill.filledAt <= toAt) within.push(then)
      then = subtractExact(then, moved(fill, asset))
    }
    const order = [then, ...within].map((amount) => compareExact(found, amount))
    return order.some((is) => is >= 0) && order.some((is) => is <= 0)
  }
}

const newestFirst = (a: { readonly filledAt: number }, b: { readonly filledAt: number }): number =>
  b.filledAt - a.filledAt
