import { addExact, multiplyExact } from '#lib/bars/exact-decimal.ts'
import { zero } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Ledger } from './ledger.ts'
import { valuationOf } from './valuation.ts'

export type Greeks = Partial<Record<(typeof names)[number], number>>
const names = ['delta', 'gamma', 'vega', 'theta'] as const

/** Keeps an option's newest greeks; a quote without them changes nothing. [P17] */
export function foldGreeks(ledger: Ledger, tick: PayloadOf<'md.option.tick'>): void {
  const told = names.flatMap((name) => (tick[name] === undefined ? [] : [[name, tick[name]] as const]))
  if (told.length > 0)
    ledger.greeks.set(tick.instrument, { ...ledger.greeks.get(tick.instrument), ...Object.fromEntries(told) })
}

/** By underlying, in the order of the first option of each, what all that is held of it and on it comes to; null without options. [P17] */
export function greeksOfBook(ledger: Ledger): NonNullable<PayloadOf<'pnl.snapshot'>['greeks']> | null {
  const held = heldIn(ledger)
  const sums = new Map<string, Record<(typeof names)[number], number> & { missing: number }>()
  for (const [instrument, units] of held) {
    const terms = ledger.terms.get(instrument)
    if (terms?.optionOn == null || units === 0) continue
    const sum = sums.get(terms.optionOn) ?? { delta: 0, gamma: 0, vega: 0, theta: 0, missing: 0 }
    sums.set(terms.optionOn, sum)
    const greeks = ledger.greeks.get(instrument)
    if (greeks?.delta === undefined) sum.missing++
    for (const name of names) sum[name] += units * (greeks?.[name] ?? 0)
  }
  if (sums.size === 0) return null
  return [...sums].map(([underlying, sum]) => {
    return { underlying, ...sum, delta: sum.delta + (held.get(underlying) ?? 0) }
  })
}

/** Units of the underlying, over all strategies: quantity * multiplier. A statistic, so a double, of an exact sum. */
function heldIn(ledger: Ledger): Map<string, number> {
  const exact = new Map<string, ReturnType<typeof addExact>>()
  for (const own of ledger.books.values()) {
    for (const [instrument, { quantity }] of own) {
      if (quantity.units === 0n) continue
      const { contract } = valuationOf(ledger, instrument)
      exact.set(instrument, addExact(exact.get(instrument) ?? zero, multiplyExact(quantity, contract.multiplier)))
    }
  }
  return new Map([...exact].map(([instrument, { units, scale }]) => [instrument, Number(units) / 10 ** scale]))
}
