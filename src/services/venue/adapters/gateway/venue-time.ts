/** Clocks of a venue's machines differ a little. */
const skewMs = 100

/** The venue's clock, as far as it is known: it was asked, and the answer took its way. */
export class VenueTime {
  readonly #nowMs: () => number
  #middleMs: number | null = null
  #leastMs: number | null = null

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** It said `venueMs` between these two instants of the machine's clock. */
  learn(venueMs: number, askedAtMs: number, answeredAtMs: number): void {
    this.#middleMs = venueMs - (askedAtMs + answeredAtMs) / 2
    this.#leastMs = venueMs - answeredAtMs
  }

  get offsetMs(): number {
    return Math.round(this.#middleMs ?? 0)
  }

  /** How far `now` may be ahead of what the venue's machines say. */
  readonly doubtMs = skewMs

  now(): number {
    return Math.round(this.#nowMs() + (this.#middleMs ?? 0))
  }

  /** The earliest that it can be there; null before it was ever asked. */
  earliest(): number | null {
    return this.#leastMs === null ? null : this.#nowMs() + this.#leastMs
  }
}
