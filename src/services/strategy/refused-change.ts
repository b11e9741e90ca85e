import type { Statement } from '#schemas/event.ts'
import { type Outcome, roleAsked } from './asked-intents.ts'
import type { Running } from './running.ts'
import { flatSeenAtMarket, statusOf } from './say-intents.ts'
import type { BoundStrategy } from './strategy-config.ts'

/** It has the position that is wished, nothing to close, or the first of two messages counts. [T10] */
export const isNoRefusal: ReadonlySet<string> = new Set([
  'ALREADY_AT_TARGET',
  'NOTHING_HELD',
  'DUPLICATE_INTENT',
  'APPROVAL_REUSED',
  'DUPLICATE_CLIENT_ORDER_ID',
])

/** Whether it was about the newest exit or scaling of a strategy: an exit that came to nothing is owed, a scaling is not held. [T10] */
export function foldRefusedChange({ exit, holding }: Running, outcome: Outcome): boolean {
  if (exit && roleAsked(exit.asked, outcome) !== undefined) {
    const why = whyRefused(outcome)
    if (why !== null) exit.owed = why
    return true
  }
  const scaling = holding?.scaling
  const role = scaling ? roleAsked(scaling.asked, outcome) : undefined
  if (!holding || !scaling || role === undefined) return false
  // Of an order that ended with a rest nobody knows how much was filled.
  if (whyRefused(outcome) === null || 'leavesQuantity' in outcome.payload) return true
  const before = scaling.wished[role]
  if (before !== undefined) holding.wished[role] = before
  delete scaling.asked[role]
  if (role !== Object.keys(holding.asked)[0]) return true
  holding.adds = scaling.adds
  holding.takes = scaling.takes
  return true
}

function whyRefused({ topic, payload }: Outcome): string | null {
  if (topic === 'risk.approved') return null
  if ('leavesQuantity' in payload)
    return /[1-9]/.test(payload.leavesQuantity) ? `exit not done, ${topic} with ${payload.leavesQuantity} left` : null
  return 'code' in payload && !isNoRefusal.has(payload.code) ? `exit refused, ${topic} ${payload.code}` : null
}

/** Trades and quotes may be thousands in it: what is refused over and over is no flood. */
const pauseMicros = 1_000_000

/** Out again, at the market; a status says why whenever that is news. It is of no account that the strategy is halted. [T10] */
export function owedStatements(
  bound: BoundStrategy,
  running: Running,
  now: number,
): readonly Statement<'strategy.intent' | 'strategy.status'>[] {
  const { owed, owedBefore, saidAt } = running.exit ?? { owed: null, owedBefore: null, saidAt: now }
  if (owed === null || now - saidAt < pauseMicros) return []
  const { isHalted, isFailed, isThrottled } = running
  const state = isHalted ? 'halted' : isFailed ? 'failed' : isThrottled ? 'throttled' : 'active'
  const news = owed === owedBefore ? [] : [statusOf(bound, state, `${owed}: flat is wished again at each evaluation`)]
  return [...news, ...flatSeenAtMarket(bound, running, owed)]
}
