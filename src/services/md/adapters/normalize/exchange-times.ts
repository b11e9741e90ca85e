import { farMicros, longMicros } from '../raw/believed-times.ts'

/** So many records in a row that agree, and it is the clock that stepped. */
const agreeingMost = 3
const minuteMicros = 60_000_000

/**
 * Which times of the exchange may be believed: those that lie about as far from the receipt as the ones before. They may be older, as the last
 * trade of what is seldom traded is. One that does not is none, until the records that follow agree with it. [MD-N2a]
 */
export function exchangeTimes(doubt: (reason: string) => void) {
  /** How far ahead of the receipt they are, more or less. */
  let ahead: number | null = null
  let doubted = { ahead: 0, records: 0, isOfRecord: false }

  return {
    /** What comes now is of another record. */
    startRecord(): void {
      doubted.isOfRecord = false
    },
    isBelieved(time: number, receivedAt: number): boolean {
      const now = time - receivedAt
      // Old frames may be played.
      ahead ??= now < -longMicros ? now : 0
      const off = now - ahead
      if (off <= farMicros && off >= -longMicros) {
        // Later ones show best where it stands.
        if (off > -minuteMicros) ahead = now
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
      const hours = Math.round(off / farMicros)
      doubt(
        `the exchange's time ${new Date(time / 1000).toISOString()} is ${Math.abs(hours)} h ${hours > 0 ? 'ahead of' : 'behind'} those before: it is left out`,
      )
      return false
    },
  }
}
