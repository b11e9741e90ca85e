import { defineService } from '#lib/kernel/service.ts'
import { topics } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import type { IndicatorTopic } from '#schemas/indicator-outputs.ts'
import { answerBar } from './answer-bar.ts'
import { answerCommand } from './answer-command.ts'
import { foldFill } from './filled-position.ts'
import { foldBar, foldIndicator, foldTick } from './fold-bar.ts'
import { foldIntent } from './fold-intent.ts'
import { foldSplit } from './fold-split.ts'
import { takeResolved } from './holding.ts'
import { foldRefusal, refusalIntents, refusalTopics } from './refused-entry.ts'
import { leavingIntent } from './say-intents.ts'
import { takeScore } from './scores.ts'
import { openState, reloadState, type State } from './state.ts'
import { type BoundStrategy, instrumentOf, StrategyConfig } from './strategy-config.ts'

const indicatorTopics = topics.filter((topic): topic is IndicatorTopic => topic.startsWith('indicator.'))

const inputs = [
  'system.config',
  'md.bar',
  'md.tick',
  'md.split',
  ...indicatorTopics,
  'ml.signal',
  'instrument.resolved',
  ...refusalTopics,
  'order.fill',
  'pnl.snapshot',
  'system.command',
  'risk.halted',
  'risk.resumed',
] as const
const outputs = ['strategy.loaded', 'strategy.intent', 'strategy.status', 'system.command.result'] as const

/** Says what strategies wish for, bar by bar; the rules are in SPEC.md. */
export const strategy = defineService({
  name: 'strategy',
  config: StrategyConfig,
  subscribes: inputs,
  emits: outputs,
  init: openState,
  reconfigure: reloadState,
  evolve,
  decide,
})

type In = (typeof inputs)[number]
type Out = (typeof outputs)[number]

function evolve(state: State, event: Event<In | Out>): State {
  if (event.at > state.now) state.now = event.at
  if (isAnswer(event)) {
    foldAnswer(state, event)
    return state
  }
  if (state.due.length > 0) state.due = []
  if (state.leaving.length > 0) state.leaving = []
  if (state.removed.length > 0) state.removed = []
  state.refused = null
  state.closed = null
  if (isIndicator(event)) foldIndicator(state, event)
  else foldOther(state, event)
  return state
}

function foldOther(state: State, event: Event<Exclude<In, IndicatorTopic>>): void {
  switch (event.topic) {
    case 'md.bar':
      foldBar(state, event)
      return
    case 'md.tick':
      foldTick(state, event)
      return
    case 'md.split':
      foldSplit(state, event.payload)
      return
    case 'ml.signal':
      takeScore(state.scores, event.payload)
      return
    case 'pnl.snapshot':
      state.equity = event.payload.equity
      return
    case 'instrument.resolved': {
      const holding = state.running[indexOf(state, event.payload.strategy)]?.holding
      if (holding) takeResolved(holding, event.payload)
      return
    }
    case 'instrument.rejected':
    case 'risk.approved':
    case 'risk.rejected':
    case 'order.denied':
    case 'order.rejected':
    case 'order.canceled':
    case 'order.expired':
      foldRefusal(state, event)
      return
    case 'order.fill':
      foldFill(state, event.payload)
      return
    case 'risk.halted':
    case 'risk.resumed':
      state.isGateHalted = event.topic === 'risk.halted'
      return
    case 'system.config':
    case 'system.command':
      return
  }
}

function foldAnswer(state: State, event: Event<Out>): void {
  switch (event.topic) {
    case 'strategy.intent': {
      const n = indexOf(state, event.payload.strategy)
      const running = state.running[n]
      const bound = state.config.strategies[n]
      // What the file before it held is nothing that this one looks after.
      if (running && bound?.hash === event.payload.hash) foldIntent(bound.definition, running, event, state.now)
      return
    }
    case 'strategy.status': {
      const running = state.running[indexOf(state, event.payload.strategy)]
      if (!running) return
      running.isHalted = event.payload.state === 'halted'
      running.isThrottled = event.payload.state === 'throttled'
      running.isFailed = event.payload.state === 'failed'
      if (event.payload.state === 'active') running.fault = null
      return
    }
    case 'strategy.loaded':
    case 'system.command.result':
      return
  }
}

function decide(state: State, input: Event<In>): readonly Statement<Out>[] {
  if (state.due.length > 0) return state.due.flatMap((n) => answerBar(state, n))
  const over = state.refused ?? state.closed
  if (over) return refusalIntents(state, over)
  if (input.topic === 'system.command') return answerCommand(state, input)
  if (input.topic === 'system.config')
    return [
      ...state.leaving.map(leavingIntent),
      ...state.removed.map(unloadedStatement),
      ...state.config.strategies.map(loadedStatement),
    ]
  return none
}

/** -1 for a strategy that has been removed. */
const indexOf = ({ config }: State, name: string): number =>
  config.strategies.findIndex(({ definition }) => definition.name === name)

const none: readonly [] = Object.freeze([])

/** It asks for nothing more. [T20] */
const unloadedStatement = (removed: State['removed'][number]): Statement<'strategy.loaded'> => ({
  topic: 'strategy.loaded',
  payload: { ...removed, requests: [] },
})

/** [T1] */
const loadedStatement = (bound: BoundStrategy): Statement<'strategy.loaded'> => ({
  topic: 'strategy.loaded',
  payload: {
    strategy: bound.definition.name,
    hash: bound.hash,
    requests: bound.definition.indicators.map(({ series, indicator, params, input, from }) => ({
      instrument: instrumentOf(bound, series),
      interval: bound.definition.series[series]?.timeframe as string,
      indicator,
      params,
      ...(input === undefined ? {} : { input }),
      ...(from === undefined ? {} : { from }),
    })),
  },
})

const isIndicator = (event: Event<In>): event is Event<IndicatorTopic> => event.topic.startsWith('indicator.')

const answerTopics: ReadonlySet<string> = new Set<Out>([
  'strategy.loaded',
  'strategy.intent',
  'strategy.status',
  'system.command.result',
])
const isAnswer = (event: Event<In | Out>): event is Event<Out> => answerTopics.has(event.topic)
