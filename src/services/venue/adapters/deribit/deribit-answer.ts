import type { z } from 'zod'
import type { Answer, RejectCode } from '../gateway/real-venue.ts'
import { nothing, understood } from '../gateway/understood.ts'

/** What came back of a call: a result, an error of the exchange, or why there is neither. */
export type RpcAnswer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } }
  | { readonly lost: string }

/** What an answer of Deribit proves. A code whose meaning is not listed here proves nothing. */
export function answerOf<S extends z.ZodType, T>(
  answer: RpcAnswer,
  schema: S,
  read: (value: z.infer<S>) => T,
): Answer<T> {
  if ('lost' in answer) return nothing(answer.lost)
  if ('error' in answer) return faultOf(answer.error)
  return understood(answer.result, schema, read)
}

function faultOf({ code, message, data }: { code: number; message: string; data?: unknown }): Answer<never> {
  const { reason: why } = (data ?? {}) as { reason?: unknown }
  const reason = `${code} ${message}${typeof why === 'string' ? `: ${why}` : ''}`.slice(0, 2_000)
  if (code === 10_004) return { kind: 'absent' }
  const refused = refusals.get(code)
  if (refused !== undefined) return { kind: 'refused', code: refused, reason }
  // Too many requests, a queue that is full.
  return nothing(reason, code === 10_028 || code === 10_047 ? 1_000 : undefined)
}

const coded = (reject: RejectCode, codes: readonly number[]) => codes.map((code) => [code, reject] as const)

/** "RPC error codes": those after which the exchange has not done what was asked, and will not. */
const refusals: ReadonlyMap<number, RejectCode> = new Map([
  ...coded('QUANTITY_INVALID', [10_002, 10_021, 10_022, 10_027, 10_032]),
  ...coded(
    'PRICE_INVALID',
    [10_005, 10_006, 10_007, 10_008, 10_011, 10_023, 10_026, 10_034, 10_035, 10_043, 10_044, 11_036],
  ),
  ...coded('INSUFFICIENT_BALANCE', [10_009, 10_039]),
  ...coded('INSTRUMENT_UNKNOWN', [10_020, 11_037, 13_020]),
  ...coded('VENUE_CLOSED', [10_012, 13_019]),
  ...coded('TOO_MANY_ORDERS', [10_013, 10_014, 10_015, 10_038, 11_013]),
  ...coded(
    'TERMS_INVALID',
    [10_031, 10_033, 11_029, 11_043, 11_047, 11_049, 11_050, 11_055, -32_602, -32_601, -32_000],
  ),
  // Overlap with an order of one's own, limits of open orders and of positions, locks, closed or filled already, post-only that would take.
  ...coded('REFUSED', [10_003, 10_010, 10_016, 10_017, 10_018, 10_019, 10_029, 11_008, 11_030, 11_035]),
  ...coded('REFUSED', [11_042, 11_044, 11_054, 13_021]),
  // Limits of sizes, another server's, spot while only reductions are let in, an account that is locked or not verified, market maker protection.
  ...coded('REFUSED', [10_037, 10_048, 10_072, 11_022, 11_098, 13_030, 13_031]),
])
