import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Positions } from './filled-position.ts'
import type { RefusedEntry } from './refused-entry.ts'
import { carryOver, isSameTrade, type Running, startRunning } from './running.ts'
import type { Leaving } from './say-intents.ts'
import type { Scores } from './scores.ts'
import type { StrategyConfig } from './strategy-config.ts'
import { planStreams, type Streams } from './streams.ts'

/** Everything that the strategy service remembers: plain JSON. `running` is in the order of `config.strategies`. */
export type State = {
  readonly config: StrategyConfig
  running: readonly Running[]
  readonly streams: Streams
  readonly scores: Scores
  /** The newest event time. */
  now: number
  /** Of the whole account, decimal text; null while nobody has said it. */
  equity: PayloadOf<'pnl.snapshot'>['equity'] | null
  /** The risk gate takes no new exposure. */
  isGateHalted: boolean
  /** Strategies, by index, that the newest input completed a bar for. */
  due: number[]
  /** What the newest configuration left in the market without anyone to look after it. */
  leaving: Leaving[]
  /** What the newest configuration runs no more: nothing need be computed for it. */
  removed: { readonly strategy: string; readonly hash: string }[]
  /** The entry that the newest input refused. */
  refused: RefusedEntry | null
  /** The strategy whose position the newest input told to be closed at the venue. */
  closed: RefusedEntry | null
  readonly positions: Positions
}

export const openState = (config: StrategyConfig): State => ({
  config,
  running: config.strategies.map(startRunning),
  streams: planStreams(config.strategies, {}),
  scores: {},
  now: 0,
  equity: config.startingCash ?? null,
  isGateHalted: false,
  due: [],
  leaving: [],
  removed: [],
  refused: null,
  closed: null,
  positions: {},
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
    refused: null,
    closed: null,
    removed: before.flatMap(({ definition: { name }, hash }) =>
      config.strategies.some(({ definition }) => definition.name === name) ? [] : [{ strategy: name, hash }],
    ),
    leaving: before.flatMap((was, n): Leaving[] => {
      const known = state.running[n]
      if (known?.wished === 'flat' && !known.exit?.owed) return []
      const is = config.strategies.find(({ definition }) => definition.name === was.definition.name)
      if (is && isSameTrade(was, is)) return []
      const { name: strategy, trade } = was.definition
      const now = is?.definition.trade.map(({ role }) => role).join(' and ')
      return trade.map(({ role }) => ({
        strategy,
        hash: was.hash,
        role,
        reason: is ? `trades ${now} from now on, no longer ${role}` : 'removed from the configuration',
      }))
    }),
  }
}
