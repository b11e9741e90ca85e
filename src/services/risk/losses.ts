import {
  addExact,
  compareExact,
  type ExactDecimal,
  formatExact,
  multiplyExact,
  parseExact,
  tenTo,
} from '#lib/bars/exact-decimal.ts'
import { exactOfDouble, fromUnits } from '#lib/domain/decimal.ts'
import { maxExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import { dayMicros } from '#lib/time/day-micros.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Account, Halt } from './account.ts'
import { brokenMaintenance } from './broken-margin.ts'
import { exactText } from './proposal.ts'

type Found = { readonly code: Halt['code']; readonly reason: string; readonly value: string; readonly limit: string }

/** Keeps the newest equity, the peak (the account's, or since a resume our own), and what the UTC day began with. [R16] [R32] */
export function foldEquity(account: Account, snapshot: PayloadOf<'pnl.snapshot'>, at: number): void {
  const { equity, peakEquity } = snapshot
  foldDeposit(account, snapshot)
  const day = Math.floor(at / dayMicros)
  if (day > account.day) {
    if (account.day !== 0) account.dayStartEquity = account.equity
    account.day = day
  }
  account.equity = equity
  account.peakEquity = account.isPeakOurs
    ? formatExact(maxExact(parseExact(account.peakEquity), parseExact(equity)))
    : peakEquity
}

/** Money that came or went with a new configuration is no profit and no loss: what losses are counted from moves along. [R20] */
function foldDeposit(account: Account, snapshot: PayloadOf<'pnl.snapshot'>): void {
  const invested = subtractExact(parseExact(snapshot.equity), profitOf(snapshot))
  const moved = account.invested === null ? zero : subtractExact(invested, parseExact(account.invested))
  account.invested = formatExact(invested)
  if (moved.units === 0n) return
  account.equity = formatExact(addExact(parseExact(account.equity), moved))
  account.dayStartEquity = formatExact(addExact(parseExact(account.dayStartEquity), moved))
  if (account.isPeakOurs) account.peakEquity = formatExact(addExact(parseExact(account.peakEquity), moved))
}

/** realized - fees + paid + unrealized: of the account, or of a strategy in it. */
export function profitOf({ realized, unrealized, fees, paid = '0' }: Sums): ExactDecimal {
  return addExact(closedProfitOf({ realized, fees, paid }), parseExact(unrealized))
}

/** realized - fees + paid. */
export const closedProfitOf = ({ realized, fees, paid = '0' }: Omit<Sums, 'unrealized'>): ExactDecimal =>
  addExact(subtractExact(parseExact(realized), parseExact(fees)), parseExact(paid))

type Sums = Pick<PayloadOf<'pnl.snapshot'>, 'realized' | 'unrealized' | 'fees' | 'paid'>

/** A resume starts a new peak and a new day at the newest equity. [R16] */
export function restartPeak(account: Account): void {
  account.peakEquity = account.equity
  account.isPeakOurs = true
  account.dayStartEquity = account.equity
}

/** The first loss limit of the account that its newest equity is beyond; null within them. [R15] [R32] [R28] */
export function brokenLoss(account: Account): Found | null {
  const { limits, margin } = account.config
  if (limits.maxDrawdown !== undefined) {
    const broken = brokenDrawdown(account, limits.maxDrawdown)
    if (broken) return { code: 'DRAWDOWN_EXCEEDS_MAX', reason: 'equity fell too far below its peak', ...broken }
  }
  if (limits.maxDailyLoss !== undefined) {
    const lost = subtractExact(parseExact(account.dayStartEquity), parseExact(account.equity))
    if (compareExact(lost, parseExact(limits.maxDailyLoss)) > 0) {
      const found = { value: exactText(lost), limit: limits.maxDailyLoss }
      return { code: 'DAILY_LOSS_EXCEEDS_MAX', reason: 'the day lost too much', ...found }
    }
  }
  if (margin !== undefined) {
    const broken = brokenMaintenance(account)
    if (broken) return { code: 'MARGIN_BELOW_MAINTENANCE', reason: 'equity is below the maintenance margin', ...broken }
  }
  return null
}

/** (peak - equity) / peak with six digits, rounded up so that it stands above its limit; 1 when the peak is not above zero. */
function brokenDrawdown({ equity, peakEquity }: Account, maxDrawdown: number): { value: string; limit: string } | null {
  if (equity === peakEquity) return null
  const peak = parseExact(peakEquity)
  const lost = subtractExact(peak, parseExact(equity))
  const limit = exactOfDouble(maxDrawdown)
  if (compareExact(lost, multiplyExact(peak, limit)) <= 0) return null
  return { value: fraction(lost, peak), limit: String(maxDrawdown) }
}

function fraction(lost: ExactDecimal, peak: ExactDecimal): string {
  if (peak.units <= 0n) return '1'
  const divisor = peak.units * tenTo(lost.scale - peak.scale)
  return fromUnits((lost.units * 1_000_000n + divisor - 1n) / divisor, 6)
}
