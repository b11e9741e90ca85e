import { carryOver, type Running, startRunning } from './running.ts'
import type { StrategyConfig } from './strategy-config.ts'
import { planStreams, type Streams } from './streams.ts'

/** Everything that the strategy service remembers: plain JSON. `running` is in the order of `config.strategies`. */
export type State = {
  readonly config: StrategyConfig
  readonly running: readonly Running[]
  readonly streams: Streams
  /** The newest event time. */
  now: number
  /** The risk gate takes no new exposure. */
  isGateHalted: boolean
  /** Strategies, by index, that the newest input completed a bar for. */
  due: number[]
  /** What the newest configuration left in the market without anyone to look after it. */
  leaving: Leaving[]
}

export type Leaving = {
  readonly strategy: string
  readonly hash: string
  readonly role: string
  readonly reason: string
}

export const openState = (config: StrategyConfig): State => ({
  config,
  running: config.strategies.map(startRunning),
  streams: planStreams(config.strategies, {}),
  now: 0,
  isGateHalted: false,
  due: [],
  leaving: [],
})

/** A hot reload. [T18]-[T20] */
export function reloadState(state: State, config: StrategyConfig): State {
  const before = state.config.strategies
  const running = config.strategies.map((is) => {
    const n = before.findIndex((was) => was.definition.name === is.definition.name)
    const was = before[n]
    const known = state.running[n]
    return was && known ? carryOver(known, was, is) : startRunning(is)
  })
  return {
    ...state,
    config,
    running,
    streams: planStreams(config.strategies, state.streams),
    due: [],
    leaving: before.flatMap((was, n): Leaving[] => {
      const isInMarket = state.running[n]?.wished !== 'flat'
      const is = config.strategies.find(({ definition }) => definition.name === was.definition.name)
      const { name: strategy, trade: role } = was.definition
      if (!isInMarket || is?.definition.trade === role) return []
      const reason = is
        ? `trades ${is.definition.trade} from now on, no longer ${role}`
        : 'removed from the configuration'
      return [{ strategy, hash: was.hash, role, reason }]
    }),
  }
}
