import { compareExact, formatExact, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { maxExact, subtractExact } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Account } from './account.ts'

/** Keeps the newest equity and the peak: the account's, or since a resume our own. [R16] */
export function foldEquity(account: Account, { equity, peakEquity }: PayloadOf<'pnl.snapshot'>): void {
  account.equity = equity
  account.peakEquity = account.isPeakOurs
    ? formatExact(maxExact(parseExact(account.peakEquity), parseExact(equity)))
    : peakEquity
}

/** A resume starts a new peak at the newest equity. [R16] */
export function restartPeak(account: Account): void {
  account.peakEquity = account.equity
  account.isPeakOurs = true
}

/** The drawdown and its limit, as fractions of the peak, when the limit is crossed; null within it. [R15] */
export function brokenDrawdown({ equity, peakEquity, config }: Account): { value: string; limit: string } | null {
  const { maxDrawdown } = config.limits
  if (maxDrawdown === undefined) return null
  const limit = String(maxDrawdown)
  const peak = parseExact(peakEquity)
  const lost = subtractExact(peak, parseExact(equity))
  if (compareExact(lost, multiplyExact(peak, parseExact(limit))) <= 0) return null
  return { value: fraction(equity, peakEquity), limit }
}

/** (peak - equity) / peak with six digits, rounded up so that it stands above its limit; 1 when the peak itself is not above zero. */
function fraction(equity: string, peakEquity: string): string {
  const peak = parseExact(peakEquity)
  const lost = subtractExact(peak, parseExact(equity))
  if (peak.units <= 0n) return '1'
  const divisor = peak.units * 10n ** BigInt(lost.scale - peak.scale)
  return formatExact({ units: (lost.units * 1_000_000n + divisor - 1n) / divisor, scale: 6 })
}
