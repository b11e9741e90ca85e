import { worthOf } from '#lib/domain/contract.ts'
import { absMoney, type Money, moneyOf, moneyOfExact, moneyText } from '#lib/domain/money.ts'
import { absExact } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Ledger } from './ledger.ts'
import { inAccount, valuationOf } from './valuation.ts'

type Violation = PayloadOf<'risk.violation'>

/**
 * What is held beyond a limit of exposure, by instrument, by strategy and in all, strategies not netted but for the net of all. The gate lets nothing
 * there that could come to it, so the market did it, or a limit that was lowered. [P16]
 */
export function exposuresBeyond(ledger: Ledger): Violation[] {
  const { exposures } = ledger.config
  if (exposures === undefined) return []
  const { limits, instruments, strategies } = exposures
  const held = heldIn(ledger)
  const found: Violation[] = []
  const check = (code: Violation['code'], amount: bigint, limit: string | undefined, whose: object = {}) => {
    if (limit !== undefined && amount > moneyOf(limit))
      found.push({ code, value: moneyText(amount as Money), limit, ...whose })
  }
  for (const [instrument, { units, value }] of held.byInstrument) {
    const own = instruments[instrument]
    check('POSITION_EXCEEDS_MAX', units, own?.maxPosition ?? limits.maxPosition, { instrument })
    const most = own?.maxInstrumentExposure ?? limits.maxInstrumentExposure
    check('INSTRUMENT_EXPOSURE_EXCEEDS_MAX', value, most, { instrument })
  }
  for (const [strategy, value] of held.byStrategy) {
    const most = strategies[strategy]?.maxStrategyExposure ?? limits.maxStrategyExposure
    check('STRATEGY_EXPOSURE_EXCEEDS_MAX', value, most, { strategy })
  }
  check('EXPOSURE_EXCEEDS_MAX', held.gross, limits.maxGrossExposure)
  check('NET_EXPOSURE_EXCEEDS_MAX', absMoney(held.net as Money), limits.maxNetExposure)
  return found
}

/** One crossing of one limit, by what it is of. */
export const crossingOf = ({ code, instrument, strategy }: Violation): string =>
  [code, instrument ?? strategy].filter((part) => part !== undefined).join(' ')

function heldIn(ledger: Ledger) {
  const byInstrument = new Map<string, { units: bigint; value: bigint }>()
  const byStrategy = new Map<string, bigint>()
  let [gross, net] = [0n, 0n]
  for (const [strategy, own] of ledger.books) {
    let total = 0n
    for (const [instrument, { quantity }] of own) {
      if (quantity.units === 0n) continue
      const { contract, currency, mark } = valuationOf(ledger, instrument)
      const size = absMoney(inAccount(ledger, worthOf(contract, mark, quantity), currency))
      const before = byInstrument.get(instrument) ?? { units: 0n, value: 0n }
      const units = before.units + moneyOfExact(absExact(quantity))
      byInstrument.set(instrument, { units, value: before.value + size })
      total += size
      net += quantity.units > 0n ? size : -size
    }
    byStrategy.set(strategy, total)
    gross += total
  }
  return { byInstrument, byStrategy, gross, net }
}
