import { z } from 'zod'
import type { Bar } from '#lib/bars/bar.ts'
import { buildBar, endBars } from '#lib/bars/bar-builder.ts'
import { parseBarInterval } from '#lib/bars/bar-interval.ts'
import { BarWidth } from '#lib/bars/bar-width.ts'
import { type BucketOf, bucketOf } from '#lib/bars/bucket.ts'
import { sessionBuckets } from '#lib/bars/session-bucket.ts'
import { defineService } from '#lib/kernel/service.ts'
import { dayMicros } from '#lib/time/day-micros.ts'
import { TradingCalendar } from '#lib/time/trading-calendar.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { InstrumentId, Name } from '#schemas/primitives.ts'
import { answerChainCommand } from './answer-chain-command.ts'
import { type Build, keepWanted, startBuilds, type Wanted } from './builds.ts'
import { type Chain, keepChains, startChain } from './chain.ts'
import { foldChains } from './chains.ts'
import { endOfDay } from './end-of-day.ts'

/** Builds bars from trades and keeps option chains; the rules are in SPEC.md. */
export const md = defineService({
  name: 'md',
  config: z
    .object({
      bars: z
        .array(z.object({ instrument: InstrumentId.optional(), interval: BarWidth, calendar: Name.optional() }))
        .default([]),
      calendars: z.record(Name, TradingCalendar).optional(),
      /** The calendar of an instrument, for bars that name none. */
      sessions: z.record(InstrumentId, Name).optional(),
      chains: z.array(z.object({ underlying: InstrumentId, everyMicros: z.int().min(1_000).optional() })).default([]),
    })
    .superRefine(checkCalendars),
  subscribes: [
    'md.instrument',
    'md.tick',
    'md.option.tick',
    'md.status',
    'system.time',
    'system.command',
    'system.request',
  ],
  emits: ['md.bar', 'md.option.chain.snapshot', 'system.command.result'],
  init: (config): State => ({
    wanted: config.bars,
    calendars: config.calendars ?? {},
    sessions: config.sessions ?? {},
    instruments: [],
    builds: {},
    feeds: [],
    completed: [],
    chains: config.chains.map(startChain),
    snapshots: [],
  }),
  reconfigure: (state, config) => ({
    ...state,
    wanted: config.bars,
    calendars: config.calendars ?? {},
    sessions: config.sessions ?? {},
    builds: keepWanted(state.instruments, state.builds, config.bars, config.sessions ?? {}),
    completed: [],
    chains: keepChains(state.chains, config.chains),
    snapshots: [],
  }),
  evolve(state: State, event: Event<In | Out>) {
    switch (event.topic) {
      case 'md.tick':
        foldTick(state, event)
        break
      case 'md.status':
        foldStatus(state, event.payload)
        break
      case 'md.instrument':
      case 'md.option.tick':
        if (state.completed.length > 0) state.completed = []
        break
      case 'system.time':
        foldTime(state, event.payload.now)
        state.snapshots = none
        return state
      case 'system.command':
      case 'system.request':
        state.completed = []
        state.snapshots = none
        return state
      case 'md.bar':
      case 'md.option.chain.snapshot':
      case 'system.command.result':
        return state
    }
    state.snapshots = state.chains.length === 0 ? none : foldChains(state.chains, event, endOfDay(state))
    return state
  },
  decide(state, input) {
    if (input.topic === 'system.command' || input.topic === 'system.request')
      return answerChainCommand(state.chains, input)
    if (state.completed.length === 0 && state.snapshots.length === 0) return none
    return [
      ...state.completed.map((payload) => ({ topic: 'md.bar' as const, payload })),
      ...state.snapshots.map((payload) => ({ topic: 'md.option.chain.snapshot' as const, payload })),
    ]
  },
})

type In =
  | 'md.instrument'
  | 'md.tick'
  | 'md.option.tick'
  | 'md.status'
  | 'system.time'
  | 'system.command'
  | 'system.request'
type Out = 'md.bar' | 'md.option.chain.snapshot' | 'system.command.result'

const none: readonly [] = Object.freeze([])

type State = {
  readonly wanted: readonly Wanted[]
  readonly calendars: { readonly [name: string]: TradingCalendar }
  readonly sessions: { readonly [instrument: string]: string }
  /** In the order of their first trade. */
  readonly instruments: string[]
  readonly builds: { [instrument: string]: Build[] }
  /** Feeds that started and have not ended. */
  feeds: readonly string[]
  /** What the newest input completed. */
  completed: PayloadOf<'md.bar'>[]
  readonly chains: readonly Chain[]
  /** What is due of them with the newest input. */
  snapshots: readonly PayloadOf<'md.option.chain.snapshot'>[]
}

function foldTick(state: State, event: Event<'md.tick'>): void {
  if (state.completed.length > 0) state.completed = []
  const tick = event.payload
  if (tick.kind !== 'trade') return
  const trade = { at: tick.exchangeAt ?? event.at, price: tick.price, size: tick.size }
  for (const build of buildsOf(state, tick.instrument)) {
    if (build.saidUntil !== undefined && trade.at < build.saidUntil) continue
    const bar = buildBar(build.builder, trade, bucketsOf(state, build))
    if (bar) state.completed.push(payloadOf(build, bar))
  }
  if (state.completed.length > 1) state.completed.sort(byEnd)
}

/** What ended first comes first; of bars that end together the wide one, so that who reads the narrow one knows it. [M4] */
const byEnd = (a: PayloadOf<'md.bar'>, b: PayloadOf<'md.bar'>): number => a.end - b.end || a.start - b.start

/** What a trade of the last second needs to arrive. */
const lateUs = 1_000_000

/** The bars of sessions that are over, since their next trade may be a day away. [M4a] */
function foldTime(state: State, now: number): void {
  state.completed = []
  if (Object.keys(state.calendars).length === 0) return
  for (const instrument of state.instruments) {
    for (const build of buildsOf(state, instrument)) {
      const { bar } = build.builder
      if (build.calendar === undefined || bar === null || now < bar.end + lateUs) continue
      build.builder.bar = null
      build.saidUntil = bar.end
      state.completed.push(payloadOf(build, bar))
    }
  }
  state.completed.sort(byEnd)
}

function bucketsOf({ calendars }: State, { calendar }: Build): BucketOf {
  const named = calendar === undefined ? undefined : calendars[calendar]
  return named ? sessionBuckets(named) : bucketOf
}

function foldStatus(state: State, status: PayloadOf<'md.status'>): void {
  state.completed = []
  if (status.state === 'started') state.feeds = [...withoutFeed(state, status.feed), status.feed]
  if (status.state !== 'ended') return
  state.feeds = withoutFeed(state, status.feed)
  if (state.feeds.length > 0) return
  for (const instrument of state.instruments) {
    for (const build of buildsOf(state, instrument)) {
      const bar = endBars(build.builder)
      delete build.saidUntil
      if (bar) state.completed.push(payloadOf(build, bar))
    }
  }
  state.completed.sort(byEnd)
}

const withoutFeed = (state: State, feed: string) => state.feeds.filter((running) => running !== feed)

function buildsOf(state: State, instrument: string): readonly Build[] {
  const known = state.builds[instrument]
  if (known) return known
  const started = startBuilds(instrument, state.wanted, state.sessions[instrument])
  state.builds[instrument] = started
  state.instruments.push(instrument)
  return started
}

const payloadOf = ({ instrument, interval }: Build, bar: Bar): PayloadOf<'md.bar'> => ({
  instrument,
  interval,
  start: bar.start,
  end: bar.end,
  open: bar.open,
  high: bar.high,
  low: bar.low,
  close: bar.close,
  volume: bar.volume,
  trades: bar.trades,
})

type Bars = {
  readonly bars: readonly Wanted[]
  readonly calendars?: Readonly<Record<string, TradingCalendar>>
  readonly sessions?: Readonly<Record<string, string>>
}

function checkCalendars({ bars, calendars = {}, sessions = {} }: Bars, context: z.RefinementCtx<Bars>): void {
  for (const [instrument, calendar] of Object.entries(sessions))
    if (!Object.hasOwn(calendars, calendar))
      context.addIssue({ code: 'custom', path: ['sessions', instrument], message: `there is no calendar ${calendar}` })
  bars.forEach(({ interval, calendar }, i) => {
    if (calendar === undefined || calendar === 'utc') return
    const width = parseBarInterval(interval)
    const message = !Object.hasOwn(calendars, calendar)
      ? `there is no calendar ${calendar}`
      : width.kind === 'time' && width.widthUs <= dayMicros
        ? null
        : 'bars of sessions are time bars of at most a day'
    if (message !== null) context.addIssue({ code: 'custom', path: ['bars', i, 'calendar'], message })
  })
}
