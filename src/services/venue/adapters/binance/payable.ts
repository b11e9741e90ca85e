import { compareExact, type ExactDecimal, multiplyExact } from '#lib/bars/exact-decimal.ts'
import { exactOfDouble } from '#lib/domain/decimal.ts'
import { wholeSteps } from '#lib/domain/whole-steps.ts'
import type { VenueConfig } from '#services/venue/venue-config.ts'
import type { ListedSymbol } from './listed-symbol.ts'

/** How much of a quantity an account can pay at a price, in whole lots. */
export function payable(
  quantity: ExactDecimal,
  price: ExactDecimal,
  spendable: ExactDecimal,
  { instrument }: ListedSymbol,
): ExactDecimal {
  if (compareExact(multiplyExact(quantity, price), spendable) <= 0) return quantity
  const lot = { units: BigInt(instrument.lotSize.units), scale: instrument.lotSize.scale }
  return multiplyExact({ units: wholeSteps(spendable, multiplyExact(price, lot), 'down'), scale: 0 }, lot)
}

/** What the exchange keeps of a quantity that comes in, by the basis points of the maker or the taker. */
export function shareOf(
  quantity: ExactDecimal,
  { makerBps, takerBps }: VenueConfig['fees'],
  isMaker: boolean,
): ExactDecimal {
  const bps = exactOfDouble(isMaker ? makerBps : takerBps)
  return multiplyExact(quantity, { units: bps.units, scale: bps.scale + 4 })
}
