import { tenTo } from '#lib/bars/exact-decimal.ts'
import { exactOfDouble, fromUnits } from '#lib/domain/decimal.ts'
import { moneyOf } from '#lib/domain/money.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'

/**
 * The drawdown, as a fraction of the peak, when it is beyond the limit; null within it. Six digits, rounded up so that it stands
 * above its limit; 1 when the peak is not above zero. [P9]
 */
export function drawdownBeyond(
  { equity, peakEquity }: PayloadOf<'pnl.snapshot'>,
  maxDrawdown: number | undefined,
): PayloadOf<'risk.violation'> | null {
  if (maxDrawdown === undefined || equity === peakEquity) return null
  const peak = moneyOf(peakEquity)
  const lost = peak - moneyOf(equity)
  const limit = exactOfDouble(maxDrawdown)
  if (lost * tenTo(limit.scale) <= peak * limit.units) return null
  const value = peak <= 0n ? '1' : fromUnits((lost * 1_000_000n + peak - 1n) / peak, 6)
  return { code: 'DRAWDOWN_EXCEEDS_MAX', value, limit: fromUnits(limit.units, limit.scale) }
}
