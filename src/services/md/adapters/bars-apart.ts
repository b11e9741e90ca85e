import type { MarketFact } from '#lib/market/market-fact.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { isoMicros } from './read-lines.ts'
import type { ReadReport } from './read-report.ts'

/**
 * Facts in order of time, in which a bar of an instrument and a width begins where the one before it has ended, or later. One that is told again is left
 * out and counted; one that overlaps is a UserError, or where bad lines are skipped left out and counted as well. [MD-I21]
 */
export function* barsApart(
  facts: Iterable<MarketFact>,
  report: Pick<ReadReport, 'leaveOut'>,
  skipsOverlapping: boolean,
): Generator<MarketFact> {
  const newest = new Map<string, { start: number; end: number }>()
  for (const fact of facts) {
    if (fact.topic !== 'md.bar') {
      yield fact
      continue
    }
    const { instrument, interval, start, end } = fact.payload
    const key = `${instrument} ${interval}`
    const before = newest.get(key)
    if (before === undefined) newest.set(key, { start, end })
    else if (start >= before.end) {
      before.start = start
      before.end = end
    } else if (start === before.start && end === before.end) {
      report.leaveOut('told before')
      continue
    } else if (skipsOverlapping) {
      report.leaveOut('overlaps the bar before it')
      continue
    } else
      throw new UserError(
        `the ${interval} bar of ${instrument} at ${isoMicros(start)} begins before the one in front of it has ended, at ${isoMicros(before.end)}`,
        { hint: 'are width and time format right? --skip-bad leaves such bars out and counts them' },
      )
    yield fact
  }
}
