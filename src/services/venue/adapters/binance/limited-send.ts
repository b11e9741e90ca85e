import { honourLimit, isLimit } from '#lib/time/honour-limit.ts'
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

const tooManyOrders = -1015
/** A venue that is away and says for how long is asked again no later. */
const awayMostMs = 30_000

/** All that is asked of one address: nothing beyond its budget, and nothing before the instant that a limit names. [G24] */
export function limitedSend({ restUrl, credentials, timeoutMs, nowMs, weightPerMinute, weights }: Limits) {
  const budget = startBudget(weightPerMinute)
  // Too many orders are no reason to hold back a cancel.
  const orders = startBudget(Number.POSITIVE_INFINITY)
  const pausedMs = (isOrder: boolean) => Math.max(budget.pausedMs(nowMs()), isOrder ? orders.pausedMs(nowMs()) : 0)
  return {
    budget,
    send: async (request: ExchangeRequest): Promise<HttpAnswer> => {
      const weight = weights[`${request.method} ${request.path}`]
      const isOrder = /^P/.test(request.method) && /order$/i.test(request.path)
      const waitMs = weight === undefined ? pausedMs(isOrder) : budget.take(weight, nowMs())
      if (waitMs > 0)
        return { status: 0, json: null, text: '', retryAfterMs: waitMs, isHeldBack: true, usedWeight: null }
      const answer = await sendRequest(restUrl, credentials, request, timeoutMs)
      if (answer.usedWeight !== null) budget.used(answer.usedWeight, nowMs())
      const isOfOrders = (answer.json as { code?: unknown } | null)?.code === tooManyOrders
      // What is no limit, as maintenance, stops nobody: queries come again later, and a cancel is repeated as ever.
      if (!isOfOrders && !isLimit(answer.status)) return { ...answer, retryAfterMs: awayMs(answer, weight) }
      honourLimit(isOfOrders ? orders : budget, answer, nowMs())
      const againMs = pausedMs(isOrder)
      return againMs > 0 ? { ...answer, retryAfterMs: againMs } : answer
    },
  }
}

const awayMs = ({ retryAfterMs }: HttpAnswer, weight: number | undefined): number | null =>
  retryAfterMs === null || weight === undefined ? null : Math.min(retryAfterMs, awayMostMs)
