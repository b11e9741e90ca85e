/** `x - y <= most`, or `<` where it is strict. */
export type Bound = { readonly most: number; readonly isStrict: boolean }

/**
 * Whether differences of named numbers can all hold at once: a difference bound matrix, closed by shortest paths (Floyd and Warshall,
 * 1962). A cycle below zero, or at zero with a strict step, is a contradiction. Unbounded is infinity.
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
    const size = this.#names.size
    const closed: Bound[][] = Array.from({ length: size }, (_, x) =>
      Array.from({ length: size }, (_, y) => ({ most: x === y ? 0 : Number.POSITIVE_INFINITY, isStrict: false })),
    )
    const at = (x: number, y: number): Bound => (closed[x] as Bound[])[y] as Bound
    for (const { x, y, bound } of this.#bounds) if (isTighter(bound, at(x, y))) (closed[x] as Bound[])[y] = bound
    for (let via = 0; via < size; via++)
      for (let x = 0; x < size; x++)
        for (let y = 0; y < size; y++) {
          const a = at(x, via)
          const b = at(via, y)
          const sum = { most: a.most + b.most, isStrict: a.isStrict || b.isStrict }
          if (isTighter(sum, at(x, y))) (closed[x] as Bound[])[y] = sum
        }
    return closed.some((row, x) => isImpossible(row[x] as Bound))
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

const isTighter = (a: Bound, b: Bound): boolean =>
  a.most < b.most || (a.most === b.most && a.most !== Number.POSITIVE_INFINITY && a.isStrict && !b.isStrict)

const isImpossible = ({ most, isStrict }: Bound): boolean => most < -noise || (isStrict && most === 0)
