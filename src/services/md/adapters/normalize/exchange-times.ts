import { farMicros, longMicros } from '../raw/believed-times.ts'

/** So many records in a row that agree, and it is the clock that stepped. */
const agreeingMost = 3
const minuteMicros = 60_000_000
/** 2001-09-09: what is older is no time. */
const firstMicros = 1e15

/**
 * Which times of the exchange may be believed: those that lie about as far from the receipt as the ones before. They may be older, as the last
 * trade of what is seldom traded is. One that does not is none, until the records that follow agree with it. [MD-N2a]
 */
export function exchangeTimes(doubt: (reason: string) => void) {
  /** How far ahead of the receipt they are, more or less. */
  let ahead: number | null = null
  let doubted = { ahead: 0, records: 0, isOfRecord: false }

  /** `aheadMost`: so much later than those before it may be. */
  function isBelieved(time: number, receivedAt: number, aheadMost: number): boolean {
    if (time < firstMicros) {
      doubt(`the exchange's time ${time} is none: it is left out`)
      return false
    }
    const now = time - receivedAt
    // Old frames may be played.
    ahead ??= now < -longMicros ? now : 0
    const off = now - ahead
    if (off <= aheadMost && off >= -longMicros) {
      // Later ones show best where it stands.
      if (Math.abs(off) < minuteMicros) ahead = now
      if (doubted.records > 0 && !doubted.isOfRecord) doubted.records = 0
      return true
    }
    const agrees = doubted.records > 0 && Math.abs(now - doubted.ahead) <= farMicros
    if (!agrees) doubted = { ahead: now, records: 1, isOfRecord: true }
    else if (!doubted.isOfRecord) doubted = { ...doubted, records: doubted.records + 1, isOfRecord: true }
    if (doubted.records >= agreeingMost) {
      ahead = now
      doubted.records = 0
      return true
    }
    const minutes = Math.round(off / minuteMicros)
    doubt(
      `the exchange's time ${new Date(time / 1000).toISOString()} is ${Math.abs(minutes)} min ${minutes > 0 ? 'ahead of' : 'behind'} those before: it is left out`,
    )
    return false
  }

  return {
    /** What comes now is of another record. */
    startRecord(): void {
      doubted.isOfRecord = false
    },
    isBelieved: (time: number, receivedAt: number) => isBelieved(time, receivedAt, minuteMicros),
    /** A bar is lost where it is not: it may be an hour ahead. */
    isBarBelieved: (start: number, receivedAt: number) => isBelieved(start, receivedAt, farMicros),
  }
}
