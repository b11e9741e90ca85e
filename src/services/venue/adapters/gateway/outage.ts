const tellAfterMs = 60_000
const [leastMs, mostMs] = [250, 5_000]

/** That the venue is not reconciled: since when, how often in vain, and whether that was told. [G55] */
export class Outage {
  #sinceMs: number | null = null
  #why = ''
  #passes = 0
  #isTold = false

  /** It is not, or a pass came to nothing. */
  begin(nowMs: number, why: string): void {
    this.#sinceMs ??= nowMs
    this.#why = why
  }

  /** How long after a pass that came to nothing the next one may begin. */
  pauseMs(): number {
    return Math.min(mostMs, leastMs * 2 ** this.#passes++)
  }

  /** What is to be told, once an outage. */
  news(nowMs: number): string | null {
    if (this.#sinceMs === null || this.#isTold || nowMs - this.#sinceMs < tellAfterMs) return null
    this.#isTold = true
    return `it could not be reconciled for a minute: ${this.#why}`
  }

  /** A pass has come to its end; is that news? */
  end(): boolean {
    const wasTold = this.#isTold
    this.#sinceMs = null
    this.#passes = 0
    this.#isTold = false
    return wasTold
  }
}
