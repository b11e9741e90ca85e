import { addToAverage, isSeeded, type SmoothedAverage, startWilder } from './smoothed-average.ts'

/** Wilder averages of gains and losses, from value to value. */
export type GainsAndLosses = {
  hasPrevious: boolean
  previous: number
  readonly gain: SmoothedAverage
  readonly loss: SmoothedAverage
}

export const startGains = (bars: number): GainsAndLosses => ({
  hasPrevious: false,
  previous: 0,
  gain: startWilder(bars),
  loss: startWilder(bars),
})

export function addToGains(state: GainsAndLosses, x: number): void {
  const change = x - state.previous
  state.previous = x
  if (!state.hasPrevious) {
    state.hasPrevious = true
    return
  }
  addToAverage(state.gain, Math.max(change, 0))
  addToAverage(state.loss, change < 0 ? -change : 0)
}

export const hasGains = ({ gain }: GainsAndLosses): boolean => isSeeded(gain)

/** 0 to 100; a market that does not move has 0, as in TA-Lib, and not 50. */
export function relativeStrength({ gain, loss }: GainsAndLosses): number {
  const sum = gain.value + loss.value
  return sum === 0 ? 0 : 100 * (gain.value / sum)
}
