import { honourLimit } from '#lib/time/honour-limit.ts'
import { startBudget } from '#lib/time/request-budget.ts'
import type { Credentials } from '../gateway/credentials.ts'
import { type ExchangeRequest, type HttpAnswer, sendRequest } from './signed-request.ts'

export type Limits = {
  readonly restUrl: string
  readonly credentials: Credentials
  readonly timeoutMs: number
  readonly nowMs: () => number
  readonly weightPerMinute: number
  /** Of queries; what is not listed (orders, cancels) waits for a pause alone: a part of the minute is left to it. */
  readonly weights: Readonly<Record<string, number>>
}

/** All that is asked of one address: nothing beyond its budget, and nothing before the instant that a limit names. [G24] */
export function limitedSend({ restUrl, credentials, timeoutMs, nowMs, weightPerMinute, weights }: Limits) {
  const budget = startBudget(weightPerMinute)
  return {
    budget,
    send: async (request: ExchangeRequest): Promise<HttpAnswer> => {
      const weight = weights[`${request.method} ${request.path}`]
      const waitMs = weight === undefined ? budget.pausedMs(nowMs()) : budget.take(weight, nowMs())
      if (waitMs > 0)
        return { status: 0, json: null, text: 'the limit of requests', retryAfterMs: waitMs, usedWeight: null }
      const answer = await sendRequest(restUrl, credentials, request, timeoutMs)
      if (answer.usedWeight !== null) budget.used(answer.usedWeight, nowMs())
      honourLimit(budget, answer, nowMs())
      const pausedMs = budget.pausedMs(nowMs())
      return pausedMs > 0 ? { ...answer, retryAfterMs: pausedMs } : answer
    },
  }
}
