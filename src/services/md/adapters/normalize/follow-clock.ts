import type { PayloadOf } from '#schemas/catalogue.ts'

/** The exchange's clock is that far ahead of ours: more cannot be the way of the message. */
const aheadMost = 500_000
const windowMicros = 60_000_000

type Said = Pick<PayloadOf<'md.status'>, 'state' | 'code' | 'reason' | 'aheadMicros'>

/**
 * Estimates how far the clock of the exchange is ahead of the receiver's: the largest distance between both times of an event within a
 * minute, said when the minute is over. That it is behind cannot be told from a slow way: then it is the shortest way and the distance together.
 */
export function followClock(say: (status: Said) => void) {
  let [windowEnd, most] = [0, 0]
  let isFlagged = false
  const tell = (state: 'flagged' | 'cleared' | 'measured', aheadMicros: number, reason: string) =>
    say({ state, code: 'clock_skew', aheadMicros, reason })
  return (exchangeAt: number, receivedAt: number): void => {
    const ahead = exchangeAt - receivedAt
    if (ahead > aheadMost && !isFlagged) {
      isFlagged = true
      tell('flagged', ahead, `the exchange's clock is ${Math.round(ahead / 1000)} ms ahead of ours`)
    }
    if (receivedAt < windowEnd) {
      if (ahead > most) most = ahead
      return
    }
    if (windowEnd > 0) {
      const isOver = isFlagged && most < aheadMost / 2
      if (isOver) isFlagged = false
      const reason = `${Math.round(most / 1000)} ms ahead of ours at most within a minute`
      tell(isOver ? 'cleared' : 'measured', most, isOver ? 'the clocks agree again' : reason)
    }
    windowEnd = receivedAt + windowMicros
    most = ahead
  }
}
