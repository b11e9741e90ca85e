import type { Statement } from '#schemas/event.ts'
import { type Hold, heldBack } from './held-back.ts'
import { hasRoom } from './rate-limit.ts'
import { owedStatements } from './refused-change.ts'
import type { Running } from './running.ts'
import { addIntents, entryIntents, flatAtMarket, flatIntents, flatSeenAtMarket, statusOf } from './say-intents.ts'
import type { State } from './state.ts'
import type { BoundStrategy } from './strategy-config.ts'
import { type Wanted, wantedChange } from './wanted-change.ts'

type Said = Statement<'strategy.intent' | 'strategy.status'>

/** What follows for a strategy whose bar is complete. One that breaks is stopped, and leaves what it had. [T8]-[T14] [T23] */
export function answerBar(state: State, n: number): readonly Said[] {
  const bound = state.config.strategies[n] as BoundStrategy
  const running = state.running[n] as Running
  const owed = owedStatements(bound, running, state.now)
  if (running.isHalted || running.isFailed) return owed
  const said = judgeOrFail(state, bound, running)
  // Where it enters again, that is what is wished of whatever is still held.
  return said.some(({ topic }) => topic === 'strategy.intent') ? said : [...owed, ...said]
}

const none: readonly [] = Object.freeze([])

function judgeOrFail(state: State, bound: BoundStrategy, running: Running): readonly Said[] {
  if (running.fault !== null) return failed(bound, running, running.fault)
  try {
    return judge(state, bound, running)
  } catch (error) {
    return failed(bound, running, String(error))
  }
}

function judge(state: State, bound: BoundStrategy, running: Running): readonly Said[] {
  const wanted = wantedChange(bound.definition, running)
  if (wanted === null && !running.isThrottled) return none
  const { rateLimit } = bound.definition
  const isFull = rateLimit !== undefined && !hasRoom(running, rateLimit, state.now)
  const freed = running.isThrottled && !isFull ? [statusOf(bound, 'active', 'below the rate limit again')] : []
  return wanted === null ? freed : [...freed, ...answerWanted(state, bound, running, wanted)]
}

function answerWanted(state: State, bound: BoundStrategy, running: Running, wanted: Wanted): readonly Said[] {
  const { clause } = wanted
  if (wanted.kind === 'take') return addIntents(bound, running, -1, clause)
  const hold = wanted.kind === 'target' && wanted.target === 'flat' ? null : heldBack(bound, running, state)
  if (wanted.kind === 'add') return hold ? none : addIntents(bound, running, 1, clause)
  const { target } = wanted
  if (target === 'flat') {
    const hit = running.holding?.hit
    const isCut = hit === 'stop' || hit === 'trail'
    return isCut ? flatSeenAtMarket(bound, running, clause) : flatIntents(bound, running, clause)
  }
  if (hold) return held(bound, running, hold, `${target} not wished, ${clause}`, clause)
  const said = entryIntents(bound, running, target, clause, state.equity)
  return 'fault' in said ? leave(bound, running, `${clause} (flat only: ${said.fault})`) : said.intents
}

function held(
  bound: BoundStrategy,
  running: Running,
  { by, why }: Hold,
  news: string,
  clause: string,
): readonly Said[] {
  const isNews = by === 'rate_limit' && !running.isThrottled
  const said = isNews ? [statusOf(bound, 'throttled', `${why}: ${news}`)] : []
  return [...said, ...leave(bound, running, `${clause} (flat only: ${why})`)]
}

/** A reversal still leaves: what it had is no longer wanted. [T14] */
const leave = (bound: BoundStrategy, running: Running, reason: string): readonly Said[] =>
  running.wished === 'flat' ? none : flatIntents(bound, running, reason)

function failed(bound: BoundStrategy, running: Running, fault: string): readonly Said[] {
  const said = statusOf(bound, 'failed', `stopped: ${fault}`)
  return running.wished === 'flat' ? [said] : [said, ...flatAtMarket(bound, `stopped: ${fault}`)]
}
