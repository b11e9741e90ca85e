/** Who wants in. */
export type Entrant = { readonly isGone: () => boolean; readonly enter: () => void }

export const entriesPerSecond = 500
export const entriesAtOnce = 64
const waitingMost = 128

/**
 * Lets a crowd in at once, and then so many a second, one at a time and in the order in which they came: what a stranger costs before it
 * is refused is more than most of what a client asks for, and clients come first.
 */
export class Turnstile {
  readonly #nowMs: () => number
  readonly #waiting: Entrant[] = []
  #free = entriesAtOnce
  #atMs: number

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs
    this.#atMs = nowMs()
  }

  /** False when too many wait already. */
  take(entrant: Entrant): boolean {
    if (this.#waiting.length >= waitingMost) return false
    if (this.#waiting.length === 0 && this.#isFree()) entrant.enter()
    else if (this.#waiting.push(entrant) === 1) this.#later()
    return true
  }

  #isFree(): boolean {
    const now = this.#nowMs()
    this.#free = Math.min(entriesAtOnce, this.#free + ((now - this.#atMs) / 1_000) * entriesPerSecond)
    this.#atMs = now
    if (this.#free < 1) return false
    this.#free--
    return true
  }

  #later(): void {
    setTimeout(() => {
      // Who has left takes nobody's turn.
      while (this.#waiting[0]?.isGone() === true) this.#waiting.shift()
      if (this.#waiting.length > 0 && this.#isFree()) this.#waiting.shift()?.enter()
      if (this.#waiting.length > 0) this.#later()
    }, 1_000 / entriesPerSecond).unref()
  }
}
