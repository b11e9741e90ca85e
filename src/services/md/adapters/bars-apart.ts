import type { MarketFact } from '#lib/market/market-fact.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { shortest } from './decimal-text.ts'
import { isoMicros } from './read-lines.ts'
import type { ReadReport } from './read-report.ts'

type Bar = PayloadOf<'md.bar'>

type Options = {
  readonly report: Pick<ReadReport, 'leaveOut'>
  readonly skipsOverlapping: boolean
  /** Where the newest fact is from. */
  readonly file: () => string | undefined
}

/**
 * Facts in order of time, in which a bar of an instrument and a width begins where the one before it has ended, or later. One that is told again is left
 * out and counted; one that overlaps, or says other numbers of the same time, is a UserError, or where bad lines are skipped left out and counted as well.
 * [MD-I21]
 */
export function* barsApart(
  facts: Iterable<MarketFact>,
  { report, skipsOverlapping, file }: Options,
): Generator<MarketFact> {
  const newest = new Map<string, Bar>()
  for (const fact of facts) {
    if (fact.topic === 'md.bar') {
      const bar = fact.payload
      const key = `${bar.instrument} ${bar.interval}`
      const before = newest.get(key)
      if (before !== undefined && bar.start < before.end) {
        const isOfTime = bar.start === before.start && bar.end === before.end
        if (isOfTime && areSame(bar, before)) report.leaveOut('told before')
        else if (!skipsOverlapping) throw new UserError(faultOf(bar, before, isOfTime), { file: file(), hint })
        else report.leaveOut(isOfTime ? 'another bar of that time' : 'overlaps the bar before it')
        continue
      }
      newest.set(key, bar)
    }
    yield fact
  }
}

const hint = '--skip-bad leaves such bars out and counts them'

/** Written in their own ways: 2 is 2.00, and not every source counts trades. */
const areSame = (a: Bar, b: Bar): boolean =>
  (['open', 'high', 'low', 'close', 'volume'] as const).every((name) => shortest(a[name]) === shortest(b[name]))

function faultOf(bar: Bar, before: Bar, isOfTime: boolean): string {
  const named = `the ${bar.interval} bar of ${bar.instrument} at ${isoMicros(bar.start)}`
  if (!isOfTime)
    return `${named} begins before the one in front of it has ended, at ${isoMicros(before.end)}: are width and time format right?`
  return `${named} is ${numbersOf(bar)}, and was ${numbersOf(before)} before: are they of one instrument?`
}

const numbersOf = ({ open, high, low, close, volume }: Bar): string => `${open} ${high} ${low} ${close} ${volume}`
