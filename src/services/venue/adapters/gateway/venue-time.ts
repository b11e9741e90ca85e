import type { Answer, RealVenue } from './real-venue.ts'

/** Clocks of a venue's machines differ a little. */
const skewMs = 100

/** The venue's clock, as far as it is known: it was asked, and the answer took its way. */
export class VenueTime {
  readonly #nowMs: () => number
  readonly #ownMs: () => number
  #middleMs: number | null = null
  /** What it said, and what the process's own clock was then. */
  #told: { readonly venueMs: number; readonly ownMs: number } | null = null

  constructor(nowMs: () => number, ownMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs
    this.#ownMs = ownMs
  }

  /** It said `venueMs` between these two instants of the machine's clock, the second of which is now. */
  learn(venueMs: number, askedAtMs: number, answeredAtMs: number): void {
    this.#middleMs = venueMs - (askedAtMs + answeredAtMs) / 2
    this.#told = { venueMs, ownMs: this.#ownMs() }
  }

  get offsetMs(): number {
    return Math.round(this.#middleMs ?? 0)
  }

  /** How far `now` may be ahead of what the venue's machines say. */
  readonly doubtMs = skewMs

  now(): number {
    return Math.round(this.#nowMs() + (this.#middleMs ?? 0))
  }

  /** The earliest that it can be there; null before it was ever asked. The machine's clock may be set meanwhile: what has passed is the process's own time. [G2] */
  earliest(): number | null {
    return this.#told === null ? null : this.#told.venueMs + this.#ownMs() - this.#told.ownMs
  }
}

/** Asks for the venue's clock before a stream is opened: what is signed from then on has it. [G52] */
export async function learnTime(
  { time, setClock }: Pick<RealVenue, 'time' | 'setClock'>,
  nowMs: () => number,
): Promise<Answer<number>> {
  const askedAtMs = nowMs()
  const answer = await time()
  if (answer.kind === 'done') setClock(Math.round(answer.value - (askedAtMs + nowMs()) / 2))
  return answer
}
