import { type Outcome, roleAsked } from './asked-intents.ts'
import { isHeld } from './filled-position.ts'
import { leaveQuietly } from './fold-intent.ts'
import type { Holding } from './holding.ts'
import { foldRefusedChange, isNoRefusal } from './refused-change.ts'
import { flatSeenAtMarket } from './say-intents.ts'
import type { State } from './state.ts'
import type { BoundStrategy } from './strategy-config.ts'

/** What says that an intent came to nothing, and what ties an order of it to its intent. */
export const refusalTopics = [
  'instrument.rejected',
  'risk.approved',
  'risk.rejected',
  'order.denied',
  'order.rejected',
  'order.canceled',
  'order.expired',
] as const

/** An entry that somebody refused: of the strategy by index. */
export type RefusedEntry = { readonly n: number; readonly why: string }

/** Where nothing can be held no cooldown counts from it; `decide` says that it is flat in every role. [T10] */
export function foldRefusal(state: State, event: Outcome): void {
  if (state.running.some((one) => foldRefusedChange(one, event))) return
  const n = state.running.findIndex(({ holding }) => holding && roleAsked(holding.asked, event) !== undefined)
  const running = state.running[n]
  const bound = state.config.strategies[n]
  if (!running?.holding || !bound) return
  const why = whyOver(state, bound, running.holding, event)
  if (why === null) return
  state.refused = { n, why }
  if (!mayBeHeld(bound, running.holding, event)) leaveQuietly(running)
}

function whyOver(state: State, bound: BoundStrategy, holding: Holding, event: Outcome): string | null {
  const { topic, payload } = event
  if ('code' in payload) return isNoRefusal.has(payload.code) ? null : `entry refused, ${topic} ${payload.code}`
  // Of an entry whose order ends with a rest what was filled is held; what a change of its size cancels goes on as that.
  if (!('leavesQuantity' in payload) || holding.scaling || mayBeHeld(bound, holding, event)) return null
  return isHeld(state, bound.definition.name, payload.instrument)
    ? null
    : `entry not done, ${topic} with nothing filled`
}

/**
 * Out of what a refused entry may have left. Said where nothing can be held as well: whoever resolves the next entry must not measure it from this
 * one. At the market.
 */
export const refusalIntents = (
  { config, running }: State,
  { n, why }: RefusedEntry,
): ReturnType<typeof flatSeenAtMarket> => {
  const [bound, known] = [config.strategies[n], running[n]]
  if (!bound || !known) return []
  return flatSeenAtMarket(bound, known, why)
}

/** Nothing is held when it was flat before, trades one role, and the only order that there can be of it was refused. */
function mayBeHeld({ definition }: BoundStrategy, { side, isReversal, asked }: Holding, { topic }: Outcome): boolean {
  const [traded, another] = definition.trade
  if (isReversal || another !== undefined) return true
  const orders = asked[traded?.role as string]?.orders ?? []
  const legs = topic === 'instrument.rejected' ? 1 : (traded?.wish?.[side]?.legs.length ?? 1)
  return legs > 1 || orders.length > (topic.startsWith('order.') ? 1 : 0)
}
