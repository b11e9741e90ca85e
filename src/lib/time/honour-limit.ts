import type { RequestBudget } from './request-budget.ts'

/** The longest ban that an exchange gives: what asks for more is no limit but a fault. */
const pauseMostMs = 3 * 86_400_000

/** What an HTTP answer says of limits, also one to a WebSocket's handshake. */
export type Answered = { readonly status: number; readonly retryAfterMs: number | null }

/** Where a refusal says no time. 403 is Binance's answer of its firewall to too many. */
const pausesMs: { readonly [status: number]: number } = { 429: 5_000, 403: 60_000, 418: 120_000 }

/** Is it a limit or a ban, and not a fault or maintenance? */
export const isLimit = (status: number): boolean => pausesMs[status] !== undefined

/**
 * A limit or a ban, and any refusal that says when to come again, stops everything that shares the budget for as long as the answer says.
 * Gives what a status says of the answer.
 */
export function honourLimit(
  budget: RequestBudget,
  { status, retryAfterMs }: Answered,
  nowMs: number,
): 'banned' | 'rate_limited' | 'http_error' {
  const asked = status < 400 ? undefined : (retryAfterMs ?? pausesMs[status])
  if (asked !== undefined) budget.pauseUntil(nowMs + Math.min(Math.max(1_000, asked), pauseMostMs))
  if (status === 418) return 'banned'
  return status === 429 || status === 403 ? 'rate_limited' : 'http_error'
}
