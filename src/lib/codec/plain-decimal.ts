/** Decimal text that needs no other check: `12`, `0.50`; no sign, no exponent, no `.5`, `5.` or `007`, and at most fifteen characters. */
export class PlainDecimal {
  text = ''

  toJSON(): string {
    return this.text
  }
}

/** Levels that need no other check: plain decimals, of which the prices are above zero. */
export class PlainLevels {
  readonly levels: [price: string, size: string][]

  constructor(levels: [price: string, size: string][]) {
    this.levels = levels
  }

  toJSON(): [price: string, size: string][] {
    return this.levels
  }
}
