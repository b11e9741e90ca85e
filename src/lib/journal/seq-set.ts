const chunkSeqs = 1 << 16

/** Which seqs there are: a bit each, in chunks of those that are close to each other. */
export class SeqSet {
  readonly #chunks = new Map<number, Uint8Array>()
  size = 0

  add(seq: number): void {
    if (this.has(seq)) return
    const number = Math.floor(seq / chunkSeqs)
    const chunk = this.#chunks.get(number) ?? new Uint8Array(chunkSeqs / 8)
    this.#chunks.set(number, chunk)
    const at = seq % chunkSeqs
    chunk[at >> 3] = (chunk[at >> 3] as number) | (1 << (at & 7))
    this.size++
  }

  has(seq: number): boolean {
    const at = seq % chunkSeqs
    const bits = this.#chunks.get(Math.floor(seq / chunkSeqs))?.[at >> 3] ?? 0
    return (bits & (1 << (at & 7))) !== 0
  }
}

/** Adds a seq to runs of seqs, none of which is above it. */
export function addToRuns(runs: { from: number; to: number }[], seq: number): void {
  const last = runs.at(-1)
  if (last !== undefined && last.to === seq - 1) last.to = seq
  else runs.push({ from: seq, to: seq })
}
