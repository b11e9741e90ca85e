import { moneyScale } from '#lib/domain/money.ts'
import type { Account } from './account.ts'
import { above, type BrokenLimit, type Priced } from './proposal.ts'
import { instrumentLimit, strategyLimit } from './risk-config.ts'

/** Worst cases with the order: of the instrument, of the strategy, and of everything, gross and net. [R7] [R8] [R10] [R27] */
export function brokenExposure({ config }: Account, { instrument, strategy, sums }: Priced): BrokenLimit | null {
  const { maxGrossExposure, maxNetExposure } = config.limits
  return (
    beyond('POSITION_EXCEEDS_MAX', instrumentLimit(config, instrument, 'maxPosition'), () =>
      sums.ofInstrument('worst'),
    ) ??
    beyond('INSTRUMENT_EXPOSURE_EXCEEDS_MAX', instrumentLimit(config, instrument, 'maxInstrumentExposure'), () =>
      sums.ofInstrument('gross'),
    ) ??
    valued('STRATEGY_EXPOSURE_EXCEEDS_MAX', strategyLimit(config, strategy, 'maxStrategyExposure'), {
      missing: () => sums.noValue(strategy),
      found: () => sums.ofStrategy('gross'),
    }) ??
    valued('EXPOSURE_EXCEEDS_MAX', maxGrossExposure, { missing: sums.noValue, found: () => sums.all('gross') }) ??
    valued('NET_EXPOSURE_EXCEEDS_MAX', maxNetExposure, {
      missing: sums.noValue,
      // The most that longs could be above shorts, or below, if all of one side at work were filled and nothing of the other.
      found: () => larger(absolute(sums.all('long')), absolute(sums.all('short'))),
    })
  )
}

const beyond = (code: BrokenLimit['code'], limit: string | undefined, found: () => bigint): BrokenLimit | null =>
  above(code, () => ({ units: found(), scale: moneyScale }), limit)

function valued(
  code: BrokenLimit['code'],
  limit: string | undefined,
  { missing, found }: { readonly missing: () => string | null; readonly found: () => bigint },
): BrokenLimit | null {
  if (limit === undefined) return null
  const unpriced = missing()
  return unpriced === null ? beyond(code, limit, found) : { code: 'NO_PRICE', value: unpriced }
}

const absolute = (amount: bigint): bigint => (amount < 0n ? -amount : amount)
const larger = (a: bigint, b: bigint): bigint => (a < b ? b : a)
