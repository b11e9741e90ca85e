/** A European or American option on an asset with a continuous yield: rates are continuous, years are of 365 days, volatility 0.2 is 20 %. */
export type OptionTerms = {
  readonly right: 'call' | 'put'
  readonly spot: number
  readonly strike: number
  readonly years: number
  readonly volatility: number
  /** r */
  readonly rate: number
  /** q */
  readonly yield: number
}

/** What is wrong with terms that nothing can be priced by; null when they are sound. */
export function termsFault({ spot, strike, years, volatility, rate, yield: q }: OptionTerms): string | null {
  if (!(spot > 0 && spot < Number.POSITIVE_INFINITY)) return `spot is ${spot}, expected a number above zero`
  if (!(strike > 0 && strike < Number.POSITIVE_INFINITY)) return `strike is ${strike}, expected a number above zero`
  if (!(years >= 0 && years < Number.POSITIVE_INFINITY)) return `years is ${years}, expected a number from zero up`
  if (!(volatility >= 0 && volatility < Number.POSITIVE_INFINITY))
    return `volatility is ${volatility}, expected a number from zero up`
  if (!Number.isFinite(rate)) return `rate is ${rate}, expected a number`
  return Number.isFinite(q) ? null : `yield is ${q}, expected a number`
}

/** Throws a RangeError on terms that nothing can be priced by. */
export function checkTerms(terms: OptionTerms): void {
  const fault = termsFault(terms)
  if (fault !== null) throw new RangeError(fault)
}
