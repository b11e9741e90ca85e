import { z } from 'zod'
import { barOf } from '#lib/indicators/bar-input.ts'
import { chained } from '#lib/indicators/chained.ts'
import { checkRequest } from '#lib/indicators/check-request.ts'
import type { AnyIndicator } from '#lib/indicators/indicator.ts'
import { findIndicator, indicatorCatalogue } from '#lib/indicators/indicator-catalogue.ts'
import { defineService } from '#lib/kernel/service.ts'
import { TradingCalendar } from '#lib/time/trading-calendar.ts'
import { type PayloadOf, topics } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import type { IndicatorTopic } from '#schemas/indicator-outputs.ts'
import { InstrumentId, Name } from '#schemas/primitives.ts'
import { IndicatorRequest as RequestSchema } from '#schemas/strategy.ts'
import { streamOf, valuesOf } from './market-values.ts'
import { type Sessions, sessionOf } from './session-of.ts'
import { type Computation, type IndicatorRequest, planStreams, type Streams } from './streams.ts'

const indicatorTopics = topics.filter((topic): topic is IndicatorTopic => topic.startsWith('indicator.'))

/** Computes what strategies ask for, bar by bar, trade by trade or quote by quote; the rules are in SPEC.md. */
export const indicators = defineService({
  name: 'indicators',
  config: z.object({
    requests: z.array(RequestSchema.superRefine(explainFault)).default([]),
    /** The calendar of an instrument, where its sessions are no UTC days. */
    sessions: z.record(InstrumentId, Name).optional(),
    calendars: z.record(Name, TradingCalendar).optional(),
  }),
  subscribes: ['md.bar', 'md.tick', 'md.split', 'strategy.loaded'],
  emits: [...indicatorTopics, 'system.alert'],
  init: (config): State => replan({ ...settingsOf(config), strategies: [], streams: {} }),
  reconfigure: (state, config) => replan({ ...state, ...settingsOf(config) }),
  evolve(state: State, event: Event<In | Out>) {
    if (event.topic === 'md.bar' || event.topic === 'md.tick') updateAll(state, event)
    else if (event.topic === 'strategy.loaded')
      return replan({ ...state, strategies: withLoaded(state, event.payload) })
    else if (event.topic === 'md.split') {
      const { [event.payload.instrument]: _, ...streams } = state.streams
      return replan({ ...state, streams })
    }
    return state
  },
  decide(state, input: Event<In>): readonly Statement<Out>[] {
    if (input.topic === 'md.split') return none
    return input.topic === 'strategy.loaded' ? refusals(input.payload) : valuesAt(state, input)
  },
})

type In = 'md.bar' | 'md.tick' | 'md.split' | 'strategy.loaded'
type Out = IndicatorTopic | 'system.alert'

type Settings = Sessions & { readonly requests: readonly IndicatorRequest[] }

type State = Settings & {
  /** In the order in which each was first loaded. */
  readonly strategies: readonly { readonly strategy: string; readonly requests: readonly IndicatorRequest[] }[]
  readonly streams: Streams
}

const settingsOf = ({
  requests,
  sessions = {},
  calendars = {},
}: Partial<Sessions> & Pick<Settings, 'requests'>): Settings => ({
  requests,
  sessions,
  calendars,
})

function replan(state: State): State {
  const asked = [...state.requests, ...state.strategies.flatMap(({ requests }) => requests)]
  return { ...state, streams: planStreams(asked, state.streams) }
}

function withLoaded(state: State, { strategy, requests }: PayloadOf<'strategy.loaded'>): State['strategies'] {
  if (requests.length === 0) return state.strategies.filter((known) => known.strategy !== strategy)
  const loaded = { strategy, requests }
  const isKnown = state.strategies.some((known) => known.strategy === strategy)
  if (!isKnown) return [...state.strategies, loaded]
  return state.strategies.map((known) => (known.strategy === strategy ? loaded : known))
}

const none: readonly [] = Object.freeze([])

function computationsOf(state: State, event: Event<'md.bar' | 'md.tick'>): readonly Computation[] {
  const { instrument, interval } = streamOf(event)
  return state.streams[instrument]?.[interval] ?? none
}

function formulaOf({ indicator, from }: Computation): AnyIndicator {
  const formula = indicatorCatalogue[indicator]
  if (!from) return formula
  const { indicator: name, input = 'close', params, output } = from
  return chained({ indicator: findIndicator(name) as AnyIndicator, params, input, output }, formula)
}

function updateAll(state: State, event: Event<'md.bar' | 'md.tick'>): void {
  const computations = computationsOf(state, event)
  if (computations.length === 0) return
  const values = valuesOf(event, sessionOf(state, event.payload.instrument))
  if (values === null) return
  for (const computation of computations)
    formulaOf(computation).update(computation.state, barOf(values, computation.input))
}

function valuesAt(state: State, event: Event<'md.bar' | 'md.tick'>): readonly Statement<Out>[] {
  const computations = computationsOf(state, event)
  if (computations.length === 0 || valuesOf(event, sessionOf(state, event.payload.instrument)) === null) return none
  return computations.map(statementOf)
}

function statementOf(computation: Computation): Statement<Out> {
  const { instrument, interval, key } = computation
  const formula = formulaOf(computation)
  // What it reads is made for this: a copy of its fields would cost as much as the formula.
  const payload = Object.assign(formula.read(computation.state), { instrument, interval, key })
  return { topic: formula.topic, payload } as unknown as Statement<Out>
}

function refusals({ strategy, requests }: PayloadOf<'strategy.loaded'>): readonly Statement<'system.alert'>[] {
  return requests.flatMap(({ instrument, interval, indicator, params, input, from }) => {
    const checked = checkRequest(indicator, params, input, from)
    if (checked.isValid) return []
    const message =
      `${strategy} asks for what cannot be computed on ${instrument} ${interval}: ${checked.message}`.slice(0, 2000)
    return [{ topic: 'system.alert', payload: { code: 'REQUEST_REFUSED', subject: strategy, message } }]
  })
}

function explainFault(request: IndicatorRequest, context: z.RefinementCtx<IndicatorRequest>): void {
  const checked = checkRequest(request.indicator, request.params, request.input, request.from)
  if (!checked.isValid) context.addIssue({ code: 'custom', message: checked.message })
}
