import { addExact, compareExact, type ExactDecimal, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import type { Execution } from '#lib/domain/position.ts'
import { negateExact, zero } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { plainText } from './gateway-order.ts'
import type { RealVenue, VenueAssets, VenueBalance } from './real-venue.ts'

type Difference = PayloadOf<'venue.reconciled'>['differences'][number]

/** How often in a row a balance differs before it is said: a fill may be in the balance and not yet in the log. */
const patience = 3

/** What the account should hold: the first balances of the log, and every fill since. [G14] */
export class AccountCheck {
  readonly #holds: RealVenue['holds']
  #first: ReadonlyMap<string, ExactDecimal> | null = null
  readonly #flows = new Map<string, ExactDecimal>()
  readonly #bases = new Map<string, string>()
  readonly #strikes = new Map<string, number>()

  constructor(holds: RealVenue['holds']) {
    this.#holds = holds
  }

  get hasBegun(): boolean {
    return this.#first !== null
  }

  begin(balances: readonly VenueBalance[]): void {
    if (this.#first !== null) return
    this.#first = new Map(balances.map(({ asset, total }) => [asset, parseExact(total)]))
    this.#flows.clear()
  }

  /** What it held of an asset before the log had anything of it. */
  atFirst(asset: string): ExactDecimal {
    return this.#first?.get(asset) ?? zero
  }

  /** A fill that is in the log, or goes into it now; each once. So does the end of a contract. */
  fill({
    instrument,
    side,
    price,
    quantity,
    fee,
    currency,
    feePaid,
  }: Execution & { readonly instrument: string; readonly currency: string }): void {
    const lots = parseExact(quantity)
    const paid = multiplyExact(lots, parseExact(price))
    this.#flow(`base ${instrument}`, side === 'buy' ? lots : negateExact(lots))
    if (this.#holds === 'positions') return
    this.#flow(currency, side === 'buy' ? negateExact(paid) : paid)
    this.#flow(feePaid?.asset ?? currency, negateExact(parseExact(feePaid?.amount ?? fee)))
  }

  /** Instruments whose assets have yet to be named. */
  unnamed(): string[] {
    const bases = [...this.#flows.keys()].filter((key) => key.startsWith('base ')).map((key) => key.slice(5))
    return bases.filter((instrument) => !this.#bases.has(instrument))
  }

  /** What an instrument's base asset is called. */
  name(instrument: string, { base }: VenueAssets): void {
    this.#bases.set(instrument, base)
  }

  /** What differs now, and whether it has for long enough to be said. */
  compare(balances: readonly VenueBalance[]): {
    readonly all: readonly Difference[]
    readonly lasting: readonly Difference[]
  } {
    const found = new Map(balances.map(({ asset, total }) => [asset, parseExact(total)]))
    const expected = new Map(this.#first ?? found)
    for (const [key, amount] of this.#first === null ? [] : this.#flows) {
      const asset = key.startsWith('base ') ? this.#bases.get(key.slice(5)) : key
      if (asset !== undefined) expected.set(asset, addExact(expected.get(asset) ?? zero, amount))
    }
    const all: Difference[] = []
    for (const asset of new Set([...expected.keys(), ...found.keys()])) {
      const [wanted, is] = [expected.get(asset) ?? zero, found.get(asset) ?? zero]
      if (compareExact(wanted, is) === 0) this.#strikes.delete(asset)
      else {
        this.#strikes.set(asset, (this.#strikes.get(asset) ?? 0) + 1)
        all.push({ asset, expected: plainText(wanted), found: plainText(is) })
      }
    }
    return { all, lasting: all.filter(({ asset }) => (this.#strikes.get(asset) ?? 0) >= patience) }
  }

  #flow(key: string, amount: ExactDecimal): void {
    this.#flows.set(key, addExact(this.#flows.get(key) ?? zero, amount))
  }
}
