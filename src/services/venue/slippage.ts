import { addExact, compareDecimalText, type ExactDecimal, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { exactOfDouble, fromUnits } from '#lib/domain/decimal.ts'
import { absExact, negateExact } from '#lib/domain/signed-decimal.ts'
import { roundToStep } from '#lib/domain/whole-steps.ts'
import { type Take, wholeLots } from './take.ts'
import type { VenueConfig } from './venue-config.ts'
import type { WorkingOrder } from './working-order.ts'

/**
 * What a taker pays in place of the market's price, never beyond its own limit: so many ticks worse, so many basis points, or by the share of
 * the bar's volume that it and those before it take, share^2 * impact (Zipline's VolumeShareSlippage). Off the grid it goes to the worse tick. [V26]
 */
export function slippedPrice(
  { side, listing, limitPrice }: WorkingOrder,
  price: string,
  { slippage }: VenueConfig,
  share: number,
): string {
  const worse = worseBy(slippage, parseExact(price), listing.tickSize, share)
  if (worse === null || worse.units === 0n) return price
  const moved = addExact(parseExact(price), side === 'buy' ? worse : negateExact(worse))
  const tick = { units: BigInt(listing.tickSize.units), scale: listing.tickSize.scale }
  const { units, scale } = roundToStep(moved, tick, side === 'buy' ? 'up' : 'down')
  const text = fromUnits(units, scale)
  if (limitPrice === null) return text
  const beyond = compareDecimalText(text, limitPrice)
  return (side === 'buy' ? beyond > 0 : beyond < 0) ? limitPrice : text
}

/** Of what a bar traded or a quote displays our orders get a share, all together: `taken` is what they have of it. [V26] */
export function withinVolume(
  take: Take,
  volume: string,
  taken: number,
  { lotSize }: WorkingOrder['listing'],
  { slippage }: VenueConfig,
): Take {
  if (slippage.kind !== 'volume-share') return take
  const left = Math.max(0, wholeLots(volume, lotSize, exactOfDouble(slippage.volumeLimit)) - taken)
  return { ...take, lots: Math.min(take.lots, left), volume: { lots: wholeLots(volume, lotSize), taken } }
}

function worseBy(
  slippage: VenueConfig['slippage'],
  price: ExactDecimal,
  tickSize: { units: number; scale: number },
  share: number,
): ExactDecimal | null {
  switch (slippage.kind) {
    case 'none':
    case 'book-walk':
      return null
    case 'ticks':
      return { units: BigInt(tickSize.units * slippage.ticks), scale: tickSize.scale }
    case 'bps': {
      const bps = exactOfDouble(slippage.bps)
      return multiplyExact(absExact(price), { units: bps.units, scale: bps.scale + 4 })
    }
    case 'volume-share':
      return multiplyExact(absExact(price), exactOfDouble(Number((share * share * slippage.impact).toFixed(12))))
  }
}
