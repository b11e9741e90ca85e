import type { RequestBudget } from '#lib/time/request-budget.ts'

/** The longest ban that an exchange gives: what asks for more is no limit but a fault. */
const pauseMostMs = 3 * 86_400_000

/** What an HTTP answer says of limits, also one to a WebSocket's handshake. */
export type Answered = { readonly status: number; readonly retryAfterMs: number | null }

/** A limit or a ban stops everything that shares the budget, for as long as the answer says. Gives what a status says of the answer. */
export function honourLimit(
  budget: RequestBudget,
  { status, retryAfterMs }: Answered,
  nowMs: number,
): 'banned' | 'rate_limited' | 'http_error' {
  if (status !== 429 && status !== 418) return 'http_error'
  const asked = retryAfterMs ?? (status === 418 ? 120_000 : 5_000)
  budget.pauseUntil(nowMs + Math.min(Math.max(1_000, asked), pauseMostMs))
  return status === 418 ? 'banned' : 'rate_limited'
}
