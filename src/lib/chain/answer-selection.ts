import { exactOfDouble } from '#lib/domain/decimal.ts'
import { dayOfDate } from './calendar-day.ts'
import type { ChainCase, Selection, SnapshotRow } from './chain-case.ts'
import { isOfCycle } from './expiry-cycle.ts'
import { newYorkCloseMs, newYorkMs } from './new-york-close.ts'
import { expiryClosestTo, nearestExpiry } from './pick-expiry.ts'
import { type QuoteVolatility, quoteVolatility, spreadPercent } from './quote-volatility.ts'
import { nearestNumber, nearestStrike, nthInMoney, nthOutOfMoney, stepsFromMoney } from './strike-ladder.ts'

export type Answer = string | number | readonly number[] | { strike: number; delta: number; iv: number } | null

type Rung = { readonly row: SnapshotRow; readonly exact: ReturnType<typeof exactOfDouble> }

/** Answers selections over one snapshot, whose ladders are sorted once. */
export function selectionAnswers(chain: ChainCase, rows: readonly SnapshotRow[]): (selection: Selection) => Answer {
  const today = dayOfDate(chain.date)
  const expiries = chain.expiries ?? [...new Set(rows.map(({ expiry }) => expiry))].sort()
  const monthly = chain.monthly ?? expiries.filter((expiry) => isOfCycle(expiry, 'monthly', 'us'))
  const weekly = chain.weekly ?? expiries.filter((expiry) => !monthly.includes(expiry))
  const ladders = new Map<string, Rung[]>()
  const ladderOf = (expiry: string, right: string): Rung[] => {
    const key = `${expiry}${right}`
    const known = ladders.get(key) ?? sortedLadder(rows, expiry, right)
    ladders.set(key, known)
    return known
  }
  const yearsTo = ({ expiry, years }: SnapshotRow): number =>
    years ?? (newYorkCloseMs(expiry) - newYorkMs(chain.date, chain.time_ms_ny)) / (365 * 86_400_000)
  const volatilities = new Map<string, QuoteVolatility[]>()
  const volatilitiesOf = (expiry: string, right: string, spot: number): QuoteVolatility[] => {
    const key = `${expiry}${right}${spot}`
    const known = volatilities.get(key) ?? ladderOf(expiry, right).map(({ row }) => volatilityOf(row, spot))
    volatilities.set(key, known)
    return known
  }
  const volatilityOf = (row: SnapshotRow, spot: number): QuoteVolatility => {
    const terms = { spot, strike: row.strike, years: yearsTo(row), rate: chain.r, yield: chain.q }
    return quoteVolatility({ right: row.right === 'C' ? 'call' : 'put', ...terms }, row)
  }

  return ({ kind, input }) => {
    switch (kind) {
      case 'nearest_expiry':
        return nearestExpiry(expiries, today, input.min_dte)
      case 'nearest_weekly':
        return nearestExpiry(weekly, today, input.min_dte)
      case 'nearest_monthly':
        return nearestExpiry(monthly, today, input.min_dte)
      case 'expiry_closest_to_dte':
        return expiryClosestTo(expiries, today, input.target_dte)
      case 'liquid_strikes':
        return ladderOf(input.expiry, input.right)
          .filter(({ row }) => isLiquid(row, input))
          .map(({ row }) => row.strike)
      case 'delta_target':
      case 'delta_target_liquid': {
        const ladder = ladderOf(input.expiry, input.right)
        const found = volatilitiesOf(input.expiry, input.right, input.spot ?? chain.spot)
        const deltas = found.map((one, i) => {
          if (one.status !== 'ok') return null
          const { row } = ladder[i] as Rung
          return 'max_spread_pct' in input && !isLiquid(row, input as Liquidity) ? null : Math.abs(one.delta)
        })
        const index = nearestNumber(deltas, input.target_abs_delta)
        if (index === null) return null
        const { strike } = (ladder[index] as Rung).row
        const best = found[index]
        if (kind === 'delta_target_liquid' || best?.status !== 'ok') return strike
        return { strike, delta: best.delta, iv: best.volatility }
      }
      case 'atm_strike':
      case 'nth_otm':
      case 'nth_itm':
      case 'atm_offset_otm': {
        const ladder = ladderOf(input.expiry, input.right)
        const strikes = ladder.map(({ exact }) => exact)
        const right = input.right === 'C' ? 'call' : 'put'
        const spot = exactOfDouble(input.spot ?? chain.spot)
        const count = 'n' in input ? (input.n as number) : 0
        const index =
          kind === 'atm_strike'
            ? nearestStrike(strikes, spot)
            : kind === 'nth_otm'
              ? nthOutOfMoney(strikes, right, spot, count)
              : kind === 'nth_itm'
                ? nthInMoney(strikes, right, spot, count)
                : stepsFromMoney(strikes, right, spot, count)
        return index === null ? null : (ladder[index] as Rung).row.strike
      }
    }
  }
}

type Liquidity = { readonly max_spread_pct: number; readonly min_open_interest: number }

function isLiquid(row: SnapshotRow, { max_spread_pct, min_open_interest }: Liquidity): boolean {
  const spread = spreadPercent(row)
  return spread !== null && spread <= max_spread_pct && row.openInterest >= min_open_interest
}

function sortedLadder(rows: readonly SnapshotRow[], expiry: string, right: string): Rung[] {
  return rows
    .filter((row) => row.expiry === expiry && row.right === right)
    .sort((a, b) => a.strike - b.strike)
    .map((row) => ({ row, exact: exactOfDouble(row.strike) }))
}
