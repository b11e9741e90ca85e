import type { Flag } from './normalizer.ts'

/** The exchange's clock is that far ahead of ours: more cannot be the way of the message. */
const aheadMicros = 500_000
const windowMicros = 60_000_000

/**
 * Estimates how far the clock of the exchange is ahead of the receiver's: the largest distance between both times of an event within a
 * minute. That it is behind cannot be told from a slow way.
 */
export function followClock(flag: Flag) {
  let windowEnd = 0
  let most = Number.NEGATIVE_INFINITY
  let isFlagged = false
  return (exchangeAt: number, receivedAt: number): void => {
    const ahead = exchangeAt - receivedAt
    if (ahead > aheadMicros && !isFlagged) {
      isFlagged = true
      flag('flagged', 'clock_skew', { reason: `the exchange's clock is ${Math.round(ahead / 1000)} ms ahead of ours` })
    }
    if (receivedAt < windowEnd) {
      if (ahead > most) most = ahead
      return
    }
    if (isFlagged && most < aheadMicros / 2 && windowEnd > 0) {
      isFlagged = false
      flag('cleared', 'clock_skew', { reason: 'the clocks agree again' })
    }
    windowEnd = receivedAt + windowMicros
    most = ahead
  }
}
