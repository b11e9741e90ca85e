/** Uniform in [0, 1), the same for the same seed. */
export type Chance = () => number

/** mulberry32 */
export function chanceOf(seed: number): Chance {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A whole number in [0, most). */
export const below = (chance: Chance, most: number): number => Math.floor(chance() * most)

export const isLikely = (chance: Chance, share: number): boolean => chance() < share

export const pick = <T>(chance: Chance, from: readonly T[]): T => from[below(chance, from.length)] as T
