/** `x - y <= most`, or `<` where it is strict. */
export type Bound = { readonly most: number; readonly isStrict: boolean }

/**
 * Whether differences of named numbers can all hold at once: a system of difference constraints, solved by shortest paths (Bellman,
 * 1958). A cycle below zero, or at zero with a strict step, is a contradiction. Unbounded is infinity.
 */
export class DifferenceBounds {
  readonly #names = new Map<string, number>()
  readonly #bounds: { x: number; y: number; bound: Bound }[] = []

  /** States that `x - y <= most`. */
  atMost(x: string, y: string, most: number, isStrict = false): void {
    if (most === Number.POSITIVE_INFINITY) return
    this.#bounds.push({ x: this.#indexOf(x), y: this.#indexOf(y), bound: { most, isStrict } })
  }

  hasContradiction(): boolean {
    const distances: Distance[] = Array.from({ length: this.#names.size }, () => ({ most: 0, strict: 0 }))
    for (let round = 0; round <= this.#names.size; round++) if (!this.#relax(distances)) return false
    return true
  }

  /** Whether a distance became shorter: after as many rounds as there are names only a cycle can do that. */
  #relax(distances: Distance[]): boolean {
    let isShorter = false
    for (const { x, y, bound } of this.#bounds) {
      const from = distances[y] as Distance
      const to = distances[x] as Distance
      const most = from.most + bound.most
      const strict = from.strict + (bound.isStrict ? 1 : 0)
      if (!(most < to.most - noise || (most === to.most && strict > to.strict))) continue
      distances[x] = { most, strict }
      isShorter = true
    }
    return isShorter
  }

  #indexOf(name: string): number {
    const known = this.#names.get(name)
    if (known !== undefined) return known
    this.#names.set(name, this.#names.size)
    return this.#names.size - 1
  }
}

// Sums of doubles are off by their last digits: what is that near to zero is no proof.
const noise = 1e-9

type Distance = { readonly most: number; readonly strict: number }
