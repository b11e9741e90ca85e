import { addExact, compareExact, type ExactDecimal, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import type { Execution } from '#lib/domain/position.ts'
import { negateExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { plainText } from './gateway-order.ts'
import { LateCheck, type Span } from './late-check.ts'
import type { RealVenue, VenueAssets, VenueBalance } from './real-venue.ts'

type Difference = PayloadOf<'venue.reconciled'>['differences'][number]

export type Compared = {
  /** What differed long enough to be said, and has not been seen to be otherwise as long. */
  readonly lasting: { readonly amounts: string; readonly differences: readonly Difference[] }
  /** Something differs now. */
  readonly isDiffering: boolean
  /** After how long to look at it again: it has not differed so long yet that it could have been said. */
  readonly againMs: number | null
}

/** How often in a row, and for how long, the same differs before it is said: a fill may be in the balance before the venue tells of it. */
const patience = 3
const patienceMicros = 5_000_000
const [firstLookMs, lookMs] = [250, 2_500]
/** By how much, in how many passes in a row, and since when so while the account held the same of it: nothing of it is on its way. */
type Differing = {
  readonly by: string
  readonly times: number
  readonly sinceAt: number
  readonly difference: Difference
  readonly found: ExactDecimal
}

/** One question for the balances. */
export type Asked = Span & {
  /** The record was asked for all that is due; else what differs may be in what was not, and says nothing. */
  readonly isWhole: boolean
  /** Up to then the log has all that was traded; microseconds. */
  readonly knownTo: number
}

/** A fill as far as it moves balances. */
type Counted = Execution & { readonly instrument: string; readonly currency: string; readonly filledAt: number }

/** What the account should hold: the first balances of the log, and every fill since. [G14] */
export class AccountCheck {
  readonly #holds: RealVenue['holds']
  #first: ReadonlyMap<string, ExactDecimal> | null = null
  #beganAt = 0
  /** For how long they had to stand still when that was tried last, milliseconds. */
  stillMs: number | null = null
  /** Those that came before the first balances. */
  readonly #early: Counted[] = []
  readonly #flows = new Map<string, ExactDecimal>()
  readonly #bases = new Map<string, string>()
  readonly #late = new LateCheck<Counted, Differing>(patience)
  /** By how much what differed in the newest pass; in how many in a row, and since when, all of it so, and something. */
  #seen = { amounts: '', all: newRow, any: newRow, assets: new Map<string, Differing>() }
  /** In the newest pass. */
  differing: readonly string[] = []
  #lasting = new Map<string, Differing>()

  constructor(holds: RealVenue['holds']) {
    this.#holds = holds
  }

  get hasBegun(): boolean {
    return this.#first !== null
  }

  /** `at`: what was filled before then is in the balances. */
  begin(balances: readonly VenueBalance[], at: number): void {
    if (this.#first !== null) return
    this.#first = amountsOf(balances)
    this.#beganAt = at
    for (const fill of this.#early.splice(0)) this.fill(fill)
  }

  /** The first ones, for the log. */
  first(): VenueBalance[] {
    return [...(this.#first ?? [])].map(([asset, total]) => ({ asset, total: plainText(total) }))
  }

  /** What it held of an asset before the log had anything of it. */
  atFirst(asset: string): ExactDecimal {
    return this.#first?.get(asset) ?? zero
  }

  /** A fill that is in the log, or goes into it now; each once. So does the end of a contract. */
  fill(fill: Counted): void {
    if (this.#first === null) this.#early.push(fill)
    if (this.#first === null || fill.filledAt < this.#beganAt) return
    for (const [key, amount] of this.#flowsOf(fill))
      this.#flows.set(key, addExact(this.#flows.get(key) ?? zero, amount))
    this.#late.fill(fill)
  }

  #flowsOf({ instrument, side, price, quantity, fee, currency, feePaid }: Counted): [key: string, ExactDecimal][] {
    const lots = parseExact(quantity)
    const paid = multiplyExact(lots, parseExact(price))
    const base: [string, ExactDecimal] = [`base ${instrument}`, side === 'buy' ? lots : negateExact(lots)]
    if (this.#holds === 'positions') return [base]
    return [
      base,
      [currency, side === 'buy' ? negateExact(paid) : paid],
      [feePaid?.asset ?? currency, negateExact(parseExact(feePaid?.amount ?? fee))],
    ]
  }

  #assetOf(key: string): string | undefined {
    return key.startsWith('base ') ? this.#bases.get(key.slice(5)) : key
  }

  /** What was ever filled. */
  instruments(): string[] {
    return [...this.#flows.keys()].filter((key) => key.startsWith('base ')).map((key) => key.slice(5))
  }

  /** Instruments whose assets have yet to be named. */
  unnamed(): string[] {
    return this.instruments().filter((instrument) => !this.#bases.has(instrument))
  }

  /** What an instrument's base asset is called. */
  name(instrument: string, { base }: VenueAssets): void {
    this.#bases.set(instrument, base)
  }

  /** One pass. */
  compare(balances: readonly VenueBalance[], { isWhole, knownTo, fromAt, toAt }: Asked): Compared {
    const found = amountsOf(balances)
    const expected = this.#expected() ?? found
    const assets = new Map<string, Differing>()
    for (const asset of [...new Set([...expected.keys(), ...found.keys()])].sort()) {
      const [wanted, is] = [expected.get(asset) ?? zero, found.get(asset) ?? zero]
      if (compareExact(wanted, is) === 0) continue
      const [by, before] = [plainText(subtractExact(is, wanted)), this.#seen.assets.get(asset)]
      const difference = { asset, expected: plainText(wanted), found: plainText(is) }
      const isAsBefore = before?.by === by && before.difference.found === difference.found
      assets.set(asset, { by, ...longer(isAsBefore ? before : newRow, toAt), difference, found: is })
    }
    const [amounts, isDiffering] = [amountsIn(assets), assets.size > 0]
    this.differing = [...assets.keys()]
    if (isDiffering && !isWhole) return { lasting: this.#told(), isDiffering, againMs: null }
    const all = longer(this.#seen.amounts === amounts ? this.#seen.all : newRow, toAt)
    const any = isDiffering ? longer(this.#seen.any, toAt) : newRow
    this.#seen = { amounts, all, any, assets }
    const never = this.#late.see({ fromAt, toAt, assets }, knownTo, {
      held: (asset) => expected.get(asset) ?? zero,
      moved: (fill, asset) =>
        this.#flowsOf(fill).reduce((sum, [key, by]) => (this.#assetOf(key) === asset ? addExact(sum, by) : sum), zero),
    })
    this.#keepLasting(isLong(all, toAt), toAt, never)
    const soonMs = any.times === 1 ? firstLookMs : lookMs
    return { lasting: this.#told(), isDiffering, againMs: isDiffering && !isLong(any, toAt) ? soonMs : null }
  }

  #keepLasting(areLong: boolean, at: number, never: ReadonlyMap<string, Differing>): void {
    const { assets } = this.#seen
    for (const asset of this.#lasting.keys()) if (!assets.has(asset)) this.#lasting.delete(asset)
    for (const [asset, one] of assets) if (areLong || isLong(one, at)) this.#lasting.set(asset, one)
    for (const [asset, one] of never) if (assets.has(asset) && !this.#lasting.has(asset)) this.#lasting.set(asset, one)
  }

  #told(): Compared['lasting'] {
    const differences = [...this.#lasting.values()].map(({ difference }) => difference)
    return { amounts: amountsIn(this.#lasting), differences }
  }

  #expected(): Map<string, ExactDecimal> | null {
    if (this.#first === null) return null
    const expected = new Map(this.#first)
    for (const [key, amount] of this.#flows) {
      const asset = this.#assetOf(key)
      if (asset !== undefined) expected.set(asset, addExact(expected.get(asset) ?? zero, amount))
    }
    return expected
  }
}

type Row = Pick<Differing, 'times' | 'sinceAt'>
const newRow: Row = { times: 0, sinceAt: 0 }
const longer = ({ times, sinceAt }: Row, at: number): Row => ({ times: times + 1, sinceAt: times === 0 ? at : sinceAt })
const isLong = ({ times, sinceAt }: Row, at: number): boolean => times >= patience && at - sinceAt >= patienceMicros

export const amountsOf = (balances: readonly VenueBalance[]): Map<string, ExactDecimal> =>
  new Map(balances.map(({ asset, total }) => [asset, parseExact(total)]))

const amountsIn = (assets: ReadonlyMap<string, Differing>): string =>
  [...assets].map(([asset, { by }]) => `${asset} ${by}`).join()
