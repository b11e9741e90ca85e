import { emptyHistory, type History } from '#lib/strategy/history.ts'
import { reserveHistory } from '#lib/strategy/look-back.ts'
import { isTick, type Slot } from '#lib/strategy/strategy-slot.ts'
import type { AskedIntents } from './asked-intents.ts'
import type { Holding } from './holding.ts'
import { type BoundStrategy, instrumentOf } from './strategy-config.ts'
import { filledSlots } from './streams.ts'

export type Target = 'long' | 'short' | 'flat'

/** What a strategy remembers: plain JSON. */
export type Running = {
  /** The newest target that it wished for. */
  wished: Target
  /** By its own kill switch. */
  isHalted: boolean
  isThrottled: boolean
  /** It broke, and that has been said. */
  isFailed: boolean
  /** What broke while the newest bar was taken in; null while all is well. */
  fault: string | null
  /** Times of its newest intents; kept only where a rate limit counts them. */
  intentsAt: number[]
  /** What has arrived for the evaluation to come, by slot; null where undefined. */
  incoming: (number | null)[]
  /** The newest evaluation and those before it. */
  history: History
  /** Slots that no bar and no indicator fills: scores, sessions, time, position, bars since. */
  readonly ownSlots: readonly number[]
  /** By number of the counter: evaluations since its condition was last true. */
  sinces: (number | null)[]
  /** When the bar that the newest evaluation was made on ended, and when it began. */
  at: number
  from: number
  /** By number of the session: what its bars came to, where it says of which series. */
  readonly ranges: (SessionRange | null)[]
  readonly series: SeriesProgress[]
  /** What it wishes to hold; null while that is nothing. */
  holding: Holding | null
  /** Since it last wished to be flat. */
  left: { bars: number; readonly at: number } | null
  /** Its newest way out of what it had; null once it has entered again. */
  exit: Exit | null
}

export type Exit = {
  readonly asked: AskedIntents
  readonly saidAt: number
  /** Why it came to nothing, so that it is to be said again; null while nobody has refused it. */
  owed: string | null
  /** The same of the exit before it, when this one says that again. */
  readonly owedBefore: string | null
}

export type SessionRange = {
  readonly start: number
  readonly open: number
  readonly high: number
  readonly low: number
}

/** A bar with what a strategy reads of it, in the order of the slots that it fills. */
export type TakenBar = {
  readonly start: number
  readonly end: number
  readonly values: (number | null)[]
}

export type SeriesProgress = {
  /** Of the timeframe of the first series: an evaluation waits for it. */
  readonly isAwaited: boolean
  /** What its bars fill. */
  readonly slots: readonly number[]
  /** Indicators of the newest bar that have yet to arrive; below 0 it takes no part in that bar. */
  missing: number
  /** The bar whose indicators arrive. */
  open: TakenBar | null
  /** Complete, and not in an evaluation yet; oldest first. */
  queue: TakenBar[]
  /** Its own bars, where conditions look back over them at their pace; null otherwise. */
  readonly bars: History | null
}

export function startRunning({ definition }: BoundStrategy): Running {
  const { slots, counters, series, sessions } = definition
  return {
    wished: 'flat',
    isHalted: false,
    isThrottled: false,
    isFailed: false,
    fault: null,
    intentsAt: [],
    incoming: slots.map(() => null),
    history: emptyHistory(slots.map(({ depth }) => depth)),
    ownSlots: slots.flatMap((slot, n) => ('field' in slot || 'indicator' in slot ? [] : [n])),
    sinces: counters.map(() => null),
    at: 0,
    from: 0,
    ranges: sessions.map(() => null),
    series: series.map(({ timeframe }, n) => ({
      // Two instruments are never traded at one instant.
      isAwaited: n === 0 || (timeframe === series[0]?.timeframe && !isTick(timeframe)),
      slots: filledSlots(definition, n),
      missing: -1,
      open: null,
      queue: [],
      bars: barsKept(slots, n),
    })),
    holding: null,
    left: null,
    exit: null,
  }
}

/** As much of the bars of a series as is looked back over. */
function barsKept(slots: readonly Slot[], series: number): History | null {
  const kept = slots.map(() => ({ depth: 0 }))
  for (const slot of slots)
    if ('back' in slot && slot.series === series)
      reserveHistory('number' in slot.back ? slot.back.number : slot.back.truth, kept)
  return kept.some(({ depth }) => depth > 0) ? emptyHistory(kept.map(({ depth }) => depth)) : null
}

/** Carries a strategy over a hot reload. [T18] [T19] */
export function carryOver(running: Running, was: BoundStrategy, is: BoundStrategy): Running {
  const isSame = was.hash === is.hash && is.definition.series.every(({ role }) => was.roles[role] === is.roles[role])
  if (isSame) return running
  const { isHalted, isThrottled, intentsAt } = running
  const kept = { ...startRunning(is), isHalted, isThrottled, intentsAt, left: running.left }
  if (!isSameTrade(was, is)) return kept
  const { wished, exit } = running
  return { ...kept, wished, exit, holding: running.holding && keptHolding(running.holding, was, is) }
}

/** The same roles on the same sides: what is held is still looked after. */
export function isSameTrade(was: BoundStrategy, is: BoundStrategy): boolean {
  const sides = ({ definition }: BoundStrategy) => definition.trade.map(({ role, isAgainst }) => `${role} ${isAgainst}`)
  return sides(was).join() === sides(is).join()
}

/** A level of a clause that the new file does not have is forgotten, and so is every price where it measures another instrument now. */
function keptHolding(holding: Holding, was: BoundStrategy, is: BoundStrategy): Holding {
  const { stop, target, trail } = is.definition
  if (instrumentOf(was, 0) !== instrumentOf(is, 0))
    return { ...holding, hit: null, price: null, levels: { stop: null, target: null, trail: null } }
  const { levels } = holding
  return {
    ...holding,
    hit: null,
    levels: {
      stop: stop ? levels.stop : null,
      target: target ? levels.target : null,
      trail: trail ? levels.trail : null,
    },
  }
}
