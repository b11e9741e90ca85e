import { z } from 'zod'
import type { Answer, RejectCode } from '../gateway/real-venue.ts'
import { heldBack, nothing, understood } from '../gateway/understood.ts'
import type { HttpAnswer } from './signed-request.ts'

const Fault = z.object({ code: z.number(), msg: z.string().catch('') })

/** An answer may repeat what was asked: nothing of that is told. [G17] */
export const sayable = (words: string): string =>
  /signature["']?\s*(=|:|%3D)/i.test(words) ? 'its words repeat what was asked' : words

/** What an answer of Binance proves ("General API information" and "Error codes" of Spot and USD-M). */
export function answerOf<S extends z.ZodType, T>(
  { status, json, text, retryAfterMs, isHeldBack }: HttpAnswer,
  schema: S,
  read: (value: z.infer<S>) => T,
): Answer<T> {
  if (isHeldBack) return heldBack(retryAfterMs ?? 0)
  if (status === 200) return understood(json, schema, read)
  const { code, msg } = Fault.safeParse(json).data ?? { code: null, msg: '' }
  const reason =
    code === null ? `${status === 0 ? '' : `HTTP ${status} `}${sayable(text).slice(0, 200)}` : `${code} ${sayable(msg)}`
  // 429 and 418 limit, 403 is a wall in front, 5xx and these codes say that what became of it is unknown.
  const provesNothing = status === 0 || status >= 500 || status === 429 || status === 418 || status === 403
  if (provesNothing || code === null || unknownOutcome.has(code)) return nothing(reason, retryAfterMs ?? undefined)
  if (code === -2013 || (code === -2011 && /unknown order/i.test(msg))) return { kind: 'absent' }
  return { kind: 'refused', code: rejectCode(code, msg), reason: reason.slice(0, 2_000) }
}

/** UNKNOWN, DISCONNECTED, TOO_MANY_REQUESTS, UNEXPECTED_RESP, TIMEOUT, SERVER_BUSY, TOO_MANY_ORDERS, INVALID_TIMESTAMP. */
const unknownOutcome: ReadonlySet<number> = new Set([-1000, -1001, -1003, -1006, -1007, -1008, -1015, -1021])

function rejectCode(code: number, msg: string): RejectCode {
  if (code === -1121) return 'INSTRUMENT_UNKNOWN'
  if (code === -2025 || code === -4045 || /MAX_NUM_(ALGO_)?ORDERS/.test(msg)) return 'TOO_MANY_ORDERS'
  if (code === -1013 || code === -1111) return /price/i.test(msg) ? 'PRICE_INVALID' : 'QUANTITY_INVALID'
  if (code <= -1100 && code > -1200) return 'TERMS_INVALID'
  if (code < -4000 || code === -2019) return futuresCode(code)
  if (code !== -2010) return 'REFUSED'
  if (/duplicate/i.test(msg)) return 'DUPLICATE_CLIENT_ORDER_ID'
  if (/insufficient balance/i.test(msg)) return 'INSUFFICIENT_BALANCE'
  return /market is closed/i.test(msg) ? 'VENUE_CLOSED' : 'REFUSED'
}

/** Codes of USD-M alone. */
function futuresCode(code: number): RejectCode {
  if (code === -2019) return 'INSUFFICIENT_BALANCE'
  if (code === -4116 || code === -20132) return 'DUPLICATE_CLIENT_ORDER_ID'
  if (code === -4061 || code === -4120) return 'TERMS_INVALID'
  if (quantityCodes.has(code)) return 'QUANTITY_INVALID'
  return priceCodes.has(code) ? 'PRICE_INVALID' : 'REFUSED'
}

/** Below zero, the least, above the most, not in whole steps; the least notional. */
const quantityCodes: ReadonlySet<number> = new Set([-4003, -4004, -4005, -4023, -4164])
/** Below zero, above the most, below the least, off the grid, beyond the band around the mark price. */
const priceCodes: ReadonlySet<number> = new Set([-4001, -4002, -4013, -4014, -4016, -4024])
