import type { RequestBudget } from '#lib/time/request-budget.ts'

/** What an HTTP answer says of limits, also one to a WebSocket's handshake. */
export type Answered = { readonly status: number; readonly retryAfterMs: number | null }

/** A limit or a ban stops everything that shares the budget, for as long as the answer says. Gives what a status says of the answer. */
export function honourLimit(
  budget: RequestBudget,
  { status, retryAfterMs }: Answered,
  nowMs: number,
): 'banned' | 'rate_limited' | 'http_error' {
  if (status !== 429 && status !== 418) return 'http_error'
  budget.pauseUntil(nowMs + Math.max(1_000, retryAfterMs ?? (status === 418 ? 120_000 : 5_000)))
  return status === 418 ? 'banned' : 'rate_limited'
}
