import type { BoundStrategy } from './strategy-config.ts'

export type Target = 'long' | 'short' | 'flat'

/** What a strategy remembers. Values are by slot, null where undefined. */
export type Running = {
  /** The newest target that it wished for. */
  wished: Target
  /** By its own kill switch. */
  isHalted: boolean
  isThrottled: boolean
  /** Times of its newest intents; kept only where a rate limit counts them. */
  intentsAt: number[]
  /** What has arrived for the evaluation to come, what the newest evaluation saw, and the one before it. */
  incoming: (number | null)[]
  now: (number | null)[]
  before: (number | null)[]
  readonly series: SeriesProgress[]
}

export type SeriesProgress = {
  /** Of the timeframe of the first series: an evaluation waits for it. */
  readonly isAwaited: boolean
  /** Indicators of the newest bar that have yet to arrive; below 0 it takes no part in that bar. */
  missing: number
  /** A bar has been completed since the newest evaluation. */
  isFresh: boolean
}

export function startRunning({ definition }: BoundStrategy): Running {
  const undefinedValues = () => definition.slots.map(() => null)
  return {
    wished: 'flat',
    isHalted: false,
    isThrottled: false,
    intentsAt: [],
    incoming: undefinedValues(),
    now: undefinedValues(),
    before: undefinedValues(),
    series: definition.series.map(({ timeframe }) => ({
      isAwaited: timeframe === definition.series[0]?.timeframe,
      missing: -1,
      isFresh: false,
    })),
  }
}

/** Carries a strategy over a hot reload. [T18] [T19] */
export function carryOver(running: Running, was: BoundStrategy, is: BoundStrategy): Running {
  const isSame = was.hash === is.hash && is.definition.series.every(({ role }) => was.roles[role] === is.roles[role])
  if (isSame) return running
  const { isHalted, isThrottled, intentsAt, wished } = running
  return {
    ...startRunning(is),
    isHalted,
    isThrottled,
    intentsAt,
    wished: was.definition.trade === is.definition.trade ? wished : 'flat',
  }
}
