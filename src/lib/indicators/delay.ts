/** Gives each value back n values later. */
export type Delay = { readonly lag: number; readonly ring: number[]; at: number; count: number }

export const startDelay = (lag: number): Delay => ({ lag, ring: new Array<number>(lag).fill(0), at: 0, count: 0 })

/** Has something to give back: more than `lag` values were passed through. */
export const hasDelayed = (delay: Delay): boolean => delay.count > delay.lag

/** Takes a value and returns the one of `lag` values before, which means something once `hasDelayed`. */
export function passThrough(delay: Delay, x: number): number {
  delay.count++
  if (delay.lag === 0) return x
  const earlier = delay.ring[delay.at] as number
  delay.ring[delay.at] = x
  delay.at = delay.at + 1 === delay.lag ? 0 : delay.at + 1
  return earlier
}
