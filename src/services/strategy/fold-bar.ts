import { type History, setValue } from '#lib/strategy/history.ts'
import type { Event } from '#schemas/event.ts'
import type { IndicatorTopic } from '#schemas/indicator-outputs.ts'
import { evaluateSlots } from './evaluate-slots.ts'
import type { Running, SeriesProgress } from './running.ts'
import type { State } from './state.ts'
import type { BoundStrategy } from './strategy-config.ts'
import type { Bar, Reader, Stream } from './streams.ts'

/** A bar: complete at once for who reads nothing else, waiting for its indicators otherwise. [T4] */
export function foldBar(state: State, { id, at, payload: bar }: Event<'md.bar'>): void {
  const stream = state.streams[bar.instrument]?.[bar.interval]
  if (!stream) return
  for (const reader of stream.plain) {
    takeFields(state, reader, bar, at)
    complete(state, reader.strategy, reader.series)
  }
  if (stream.computed.length > 0) stream.waiting.push({ id, at, bar })
}

/** One indicator of a bar, which its cause names. The last one that a strategy needs completes the bar for it. [T4] */
export function foldIndicator(state: State, { cause, payload }: Event<IndicatorTopic>): void {
  const stream = state.streams[payload.instrument]?.[payload.interval]
  if (!stream || !isOpen(state, stream, cause)) return
  const taps = stream.taps[payload.key]
  if (!taps) return
  const values = payload as unknown as Readonly<Record<string, number | null | undefined>>
  for (const { strategy, series, outputs } of taps) {
    const { incoming, series: allProgress } = runningOf(state, strategy)
    for (const { slot, output } of outputs) incoming[slot] = values[output] ?? null
    const progress = allProgress[series] as SeriesProgress
    progress.missing--
    if (progress.missing === 0) complete(state, strategy, series)
  }
}

// A waiting bar that is older than the one that has its indicators will never get its own: nobody computed them yet. [T5]
function isOpen(state: State, stream: Stream, cause: string | null): boolean {
  if (stream.openBar === cause) return true
  const n = stream.waiting.findIndex(({ id }) => id === cause)
  const found = stream.waiting[n]
  if (!found) return false
  if (n === 0) stream.waiting.shift()
  else stream.waiting.splice(0, n + 1)
  stream.openBar = found.id
  for (const reader of stream.computed) open(state, reader, found.bar, found.at)
  return true
}

function open(state: State, reader: Reader, bar: Bar, at: number): void {
  takeFields(state, reader, bar, at)
  const progress = runningOf(state, reader.strategy).series[reader.series] as SeriesProgress
  progress.missing = reader.keys
}

function takeFields(state: State, { strategy, series, fields }: Reader, bar: Bar, at: number): void {
  const running = runningOf(state, strategy)
  for (const { slot, field } of fields) running.incoming[slot] = Number(bar[field])
  const progress = running.series[series] as SeriesProgress
  progress.at = at
  progress.start = bar.start
  progress.end = bar.end
}

/** [T6] */
function complete(state: State, strategy: number, series: number): void {
  const running = runningOf(state, strategy)
  const completed = running.series[series] as SeriesProgress
  completed.isFresh = true
  if (completed.bars) keepBar(completed.bars, running.incoming)
  if (!completed.isAwaited || !isMatched(running.series, completed)) return
  for (const progress of running.series) progress.isFresh = false
  running.at = completed.at
  if (running.isFailed) return
  try {
    evaluateSlots(state.config.strategies[strategy] as BoundStrategy, running, state.scores)
  } catch (error) {
    // Its neighbours have done nothing wrong: it is stopped, and says so. [T23]
    running.fault = String(error)
  }
  state.due.push(strategy)
}

/** Every series that is waited for has a bar since the newest evaluation, and these cover one time: none is of another minute. */
function isMatched(series: readonly SeriesProgress[], { start, end }: SeriesProgress): boolean {
  for (const one of series)
    if (one.isAwaited && (!one.isFresh || !(one.start === start || (one.start < end && start < one.end)))) return false
  return true
}

function keepBar(bars: History, incoming: readonly (number | null)[]): void {
  bars.evaluations++
  for (let slot = 0; slot < incoming.length; slot++)
    if (bars.depths[slot] !== 0) setValue(bars, slot, incoming[slot] as number | null)
}

const runningOf = (state: State, strategy: number): Running => state.running[strategy] as Running
