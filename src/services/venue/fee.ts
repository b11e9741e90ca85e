import { addExact, type ExactDecimal, multiplyExact, parseExact, tenTo } from '#lib/bars/exact-decimal.ts'
import { contractOf, exposureOf } from '#lib/domain/contract.ts'
import { exactOfDouble } from '#lib/domain/decimal.ts'
import { exactLots, type Instrument } from '#lib/domain/instrument.ts'
import { type Money, moneyOfExact } from '#lib/domain/money.ts'
import { divideHalfEven } from '#lib/domain/rounding.ts'
import { absExact } from '#lib/domain/signed-decimal.ts'
import type { Take } from './take.ts'
import type { VenueConfig } from './venue-config.ts'

/** |notional| * bps / 10^4 + quantity * perUnit, rounded once, half to even, at 10^-18 or at the digits of the schedule. Negative is a rebate. [V17] */
export function feeOf({ price, lots, liquidity }: Take, listing: Instrument, fees: VenueConfig['fees']): Money {
  const quantity = exactLots(lots, listing.lotSize)
  const notional = absExact(exposureOf(contractOf(listing), parseExact(price), quantity))
  const bps = exactOfDouble(liquidity === 'maker' ? fees.makerBps : fees.takerBps)
  const share: ExactDecimal = { units: bps.units, scale: bps.scale + 4 }
  const { units, scale } = addExact(multiplyExact(notional, share), multiplyExact(quantity, parseExact(fees.perUnit)))
  const { decimals } = fees
  if (decimals === undefined || scale <= decimals) return moneyOfExact({ units, scale })
  return moneyOfExact({ units: divideHalfEven(units, tenTo(scale - decimals)), scale: decimals })
}
