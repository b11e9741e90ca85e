/** A clock that is told of from time to time: between two words it goes on as the process's own does. Milliseconds since 1970. */
export class HeardTime {
  readonly #ownMs: () => number
  #told: { readonly ms: number; readonly ownMs: number } | null = null

  constructor(ownMs: () => number = () => performance.now()) {
    this.#ownMs = ownMs
  }

  /** It is so late there now. */
  hear(ms: number): void {
    this.#told = { ms, ownMs: this.#ownMs() }
  }

  /** Null before the first word. */
  now(): number | null {
    return this.#told === null ? null : this.#told.ms + this.#ownMs() - this.#told.ownMs
  }
}
