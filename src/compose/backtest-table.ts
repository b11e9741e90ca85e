import { curve } from '#lib/terminal/sparkline.ts'
import { formatTable } from '#lib/terminal/table.ts'
import type { BacktestResult } from './backtest-result.ts'

/** The result for people. `equityByDay`: the account's last value on each day. */
export function backtestTable(contentHash: string, result: BacktestResult, equityByDay: readonly number[]): string {
  const { halted, metrics } = result
  const { equity, trades } = metrics
  const rows: [string, string | number][] = [
    ['market', result.isSimulated ? 'SIMULATED' : 'recorded'],
    ['from', iso(result.from)],
    ['to', iso(result.to)],
    ['fill', result.fill],
    ['orders', result.orders],
    ['fills', result.fills],
    ['refused by us', refusals(result)],
    ['rejected by the venue', result.rejected],
    ...(halted === null ? [] : [['halted', `${iso(halted.at)} ${haltCause(halted)}`] as [string, string]]),
    [`final equity ${result.currency}`, result.finalEquity],
    ['equity, by day', curve(equityByDay, 48)],
    ['total return', percent(result.totalReturn)],
    ['max drawdown, every value', percent(result.maxDrawdown)],
    ['max drawdown, by day', orDash(result.maxDrawdownDaily, percent)],
    ['volatility, yearly', orDash(equity?.volatility_annual, percent)],
    ['Sharpe, yearly', orDash(result.sharpe, twoDigits)],
    ['Sortino, yearly', orDash(equity?.sortino, twoDigits)],
    ['closed trades', trades.trades ?? 0],
    ['win rate', orDash(trades.win_rate, percent)],
    ['profit factor', orDash(trades.profit_factor, twoDigits)],
    [`fees ${result.currency}`, result.fees],
    ...(result.paid === '0' ? [] : [[`paid ${result.currency} (funding)`, result.paid] as [string, string]]),
    ['content hash', contentHash],
  ]
  return formatTable([{ head: 'result' }, { head: '', align: 'right' }], rows)
}

/** What a reader of the result must not miss, a line each. */
export function backtestWarnings({
  halted,
  belowZeroAt,
  currency,
  fill,
  rejected,
  orders,
}: BacktestResult): readonly string[] {
  const lines: string[] = []
  if (halted !== null)
    lines.push(`halted at ${iso(halted.at)}: ${haltCause(halted)}; from there on no new exposure was taken`)
  if (belowZeroAt !== null) lines.push(`the account was worth less than 0 ${currency} from ${iso(belowZeroAt)}`)
  if (fill === 'touch' && rejected > 0 && rejected === orders)
    lines.push('no order met a quote: --fill touch needs quotes in the data')
  return lines
}

/** `118 (CURRENCY_MISMATCH 118)`. */
function refusals({ denied, deniedBy }: BacktestResult): string {
  const codes = Object.entries(deniedBy).map(([code, count]) => `${code} ${count}`)
  return codes.length === 0 ? String(denied) : `${denied} (${codes.join(', ')})`
}

function haltCause({ code, value, limit }: NonNullable<BacktestResult['halted']>): string {
  return value === null || limit === null ? code : `${code} ${value}, limit ${limit}`
}

const iso = (at: number): string => new Date(at / 1_000).toISOString()
const percent = (ratio: number) => `${(ratio * 100).toFixed(2)} %`
const twoDigits = (ratio: number) => ratio.toFixed(2)
const orDash = (ratio: number | null | undefined, form: (ratio: number) => string) =>
  ratio == null ? '-' : form(ratio)
