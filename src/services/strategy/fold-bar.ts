import { type History, setValue } from '#lib/strategy/history.ts'
import type { Event } from '#schemas/event.ts'
import type { IndicatorTopic } from '#schemas/indicator-outputs.ts'
import { evaluateSlots } from './evaluate-slots.ts'
import { reachLevels, seenFrom } from './holding.ts'
import type { Running, SeriesProgress, TakenBar } from './running.ts'
import type { State } from './state.ts'
import type { BoundStrategy } from './strategy-config.ts'
import type { Bar, Reader, Stream } from './streams.ts'

/** A bar: complete at once for who reads nothing else, waiting for its indicators otherwise. [T4] */
export function foldBar(state: State, { id, payload: bar }: Event<'md.bar'>): void {
  const stream = state.streams[bar.instrument]?.[bar.interval]
  if (stream) take(state, stream, bar, id)
}

/** A trade or a quote likewise; a quote that lacks a side says nothing. */
export function foldTick(state: State, { id, at, payload: tick }: Event<'md.tick'>): void {
  const stream = state.streams[tick.instrument]?.[tick.kind]
  if (!stream) return
  const time = { start: tick.exchangeAt ?? at, end: tick.exchangeAt ?? at }
  if (tick.kind === 'trade') {
    const { price, size: volume } = tick
    take(state, stream, { ...time, open: price, high: price, low: price, close: price, volume }, id)
  } else if (tick.bid !== null && tick.ask !== null) {
    const middle = (Number(tick.bid) + Number(tick.ask)) / 2
    take(state, stream, { ...time, open: middle, high: tick.ask, low: tick.bid, close: middle, volume: 0 }, id)
  }
}

function take(state: State, stream: Stream, bar: Bar, id: string): void {
  for (const reader of stream.plain) complete(state, reader.strategy, reader.series, takeBar(reader, bar))
  if (stream.computed.length > 0) stream.waiting.push({ id, bar })
}

/** One indicator of a bar, which its cause names. The last one that a strategy needs completes the bar for it. [T4] */
export function foldIndicator(state: State, { cause, payload }: Event<IndicatorTopic>): void {
  const stream = state.streams[payload.instrument]?.[payload.interval]
  if (!stream || !isOpen(state, stream, cause)) return
  const taps = stream.taps[payload.key]
  if (!taps) return
  const values = payload as unknown as Readonly<Record<string, number | null | undefined>>
  for (const { strategy, series, outputs } of taps) {
    const progress = runningOf(state, strategy).series[series] as SeriesProgress
    // It was loaded after the bar came.
    if (progress.open === null) continue
    for (const { place, output } of outputs) progress.open.values[place] = values[output] ?? null
    progress.missing--
    if (progress.missing === 0) complete(state, strategy, series, progress.open)
  }
}

// A waiting bar that is older than the one that has its indicators will never get its own: nobody computed them yet. [T5]
function isOpen(state: State, stream: Stream, cause: string | null): boolean {
  if (stream.openBar === cause) return true
  const { waiting } = stream
  let n = 0
  while (n < waiting.length && waiting[n]?.id !== cause) n++
  const found = waiting[n]
  if (!found) return false
  if (n === 0) waiting.shift()
  else waiting.splice(0, n + 1)
  stream.openBar = found.id
  for (const reader of stream.computed) open(state, reader, found.bar)
  return true
}

function open(state: State, reader: Reader, bar: Bar): void {
  const progress = runningOf(state, reader.strategy).series[reader.series] as SeriesProgress
  progress.open = takeBar(reader, bar)
  progress.missing = reader.keys
}

function takeBar({ blank, fields }: Reader, bar: Bar): TakenBar {
  const values: (number | null)[] = blank.slice()
  for (const { place, field } of fields) values[place] = Number(bar[field])
  return { start: bar.start, end: bar.end, values }
}

/** [T6] */
function complete(state: State, strategy: number, series: number, bar: TakenBar): void {
  const running = runningOf(state, strategy)
  const { queue, isAwaited } = running.series[series] as SeriesProgress
  queue.push(bar)
  if (queue.length > mostQueued) queue.shift()
  if (!isAwaited) {
    lookAtLevels(state, strategy, series, bar)
    return
  }
  if (!takeMatched(running)) return
  if (running.isFailed) {
    if (running.exit?.owed) state.due.push(strategy)
    return
  }
  try {
    evaluateSlots(state.config.strategies[strategy] as BoundStrategy, running, state.scores)
  } catch (error) {
    // Its neighbours have done nothing wrong: it is stopped, and says so. [T23]
    running.fault = String(error)
  }
  state.due.push(strategy)
}

/** A level that a trade or quote reaches is answered at once, between evaluations. [T24] */
function lookAtLevels(state: State, strategy: number, series: number, bar: TakenBar): void {
  const { definition } = state.config.strategies[strategy] as BoundStrategy
  const { levelsOn } = definition
  const running = runningOf(state, strategy)
  if (levelsOn?.series !== series || !running.holding || running.isFailed) return
  const { slots } = running.series[series] as SeriesProgress
  const valueIn = (slot: number) => bar.values[slots.indexOf(slot)] ?? null
  const { timeframe } = definition.series[series] as (typeof definition.series)[number]
  const [high, low] = seenFrom(running.holding, timeframe, valueIn(levelsOn.high), valueIn(levelsOn.low))
  reachLevels(running.holding, high, low)
  if (running.holding.hit === null) return
  running.at = bar.end
  state.due.push(strategy)
}

// So far may a series be ahead of its partner.
const mostQueued = 1_000

/**
 * Takes the oldest bars of the awaited series that cover one time into the evaluation, and of the other series what ended by then. However
 * bars and indicators interleave, the same bars meet.
 */
function takeMatched(running: Running): boolean {
  const { series, incoming } = running
  if (!hasMatch(series)) return false
  let [from, end] = [0, 0]
  for (const progress of series) {
    if (!progress.isAwaited) continue
    const bar = takeOldest(progress, incoming)
    from = Math.max(from, bar.start)
    end = Math.max(end, bar.end)
  }
  running.at = end
  running.from = from
  for (const progress of series)
    while (!progress.isAwaited && (progress.queue[0]?.end ?? Number.POSITIVE_INFINITY) <= end)
      takeOldest(progress, incoming)
  return true
}

/** Drops what has no partner; true when the oldest bars of all awaited series cover one time. */
function hasMatch(series: readonly SeriesProgress[]): boolean {
  for (;;) {
    let latest = Number.NEGATIVE_INFINITY
    for (const { isAwaited, queue } of series) {
      if (!isAwaited) continue
      const oldest = queue[0]
      if (!oldest) return false
      if (oldest.start > latest) latest = oldest.start
    }
    let hasDropped = false
    for (const { isAwaited, queue } of series) {
      const oldest = queue[0] as TakenBar
      if (!isAwaited || oldest.start >= latest || oldest.end > latest) continue
      queue.shift()
      hasDropped = true
    }
    if (!hasDropped) return true
  }
}

function takeOldest({ queue, slots, bars }: SeriesProgress, incoming: Running['incoming']): TakenBar {
  const bar = queue.shift() as TakenBar
  for (let place = 0; place < slots.length; place++)
    incoming[slots[place] as number] = bar.values[place] as number | null
  if (bars) keepBar(bars, incoming)
  return bar
}

function keepBar(bars: History, incoming: readonly (number | null)[]): void {
  bars.evaluations++
  for (let slot = 0; slot < incoming.length; slot++)
    if (bars.depths[slot] !== 0) setValue(bars, slot, incoming[slot] as number | null)
}

const runningOf = (state: State, strategy: number): Running => state.running[strategy] as Running
