import { evaluateCondition } from '#lib/strategy/evaluate-condition.ts'
import { evaluateOperand } from '#lib/strategy/evaluate-operand.ts'
import { setValue } from '#lib/strategy/history.ts'
import type { PositionField, Slot } from '#lib/strategy/strategy-slot.ts'
import { localTime } from '#lib/time/local-time.ts'
import { passBar } from './holding.ts'
import type { Running } from './running.ts'
import { type Scores, scoreKey } from './scores.ts'
import { foldRanges, sessionValue } from './session-value.ts'
import { type BoundStrategy, instrumentOf } from './strategy-config.ts'

/** A new evaluation: what has arrived becomes the newest values, and what the strategy knows itself is worked out. [T6] [T7] */
export function evaluateSlots(bound: BoundStrategy, running: Running, scores: Scores): void {
  const { definition } = bound
  const { history, incoming, ownSlots, holding } = running
  history.evaluations++
  for (let slot = 0; slot < incoming.length; slot++) setValue(history, slot, incoming[slot] as number | null)
  if (running.left) running.left.bars++
  foldRanges(bound, running)
  for (const n of ownSlots) {
    const slot = definition.slots[n] as Slot
    if (!('position' in slot) && !('since' in slot)) setValue(history, n, outsideValue(slot, bound, running, scores))
  }
  if (holding) passBar(holding, definition, history)
  // In the order of the slots: the condition of one counter may read the counter before it.
  for (const n of ownSlots) {
    const slot = definition.slots[n] as Slot
    if ('position' in slot) setValue(history, n, positionValue(slot.position, bound, running))
    else if ('since' in slot) setValue(history, n, countSince(slot.since, bound, running))
  }
}

function outsideValue(slot: Slot, bound: BoundStrategy, running: Running, scores: Scores): number | null {
  const { definition } = bound
  const { at } = running
  if ('score' in slot) {
    const { series, model } = definition.scores[slot.score] as (typeof definition.scores)[number]
    return scores[scoreKey(model, instrumentOf(bound, series))] ?? null
  }
  if ('session' in slot) return sessionValue(slot.session, slot.output, bound, running)
  if ('back' in slot) return backValue(slot, running)
  if (!('clock' in slot)) return null
  const { minutes, weekday } = localTime(definition.zone, at)
  return slot.clock === 'time' ? minutes : weekday
}

/** What looks back over a series at its own pace, on its newest bar. [T7] */
function backValue({ series, back }: Extract<Slot, { back: unknown }>, running: Running): number | null {
  const bars = running.series[series]?.bars
  if (!bars || bars.evaluations === 0) return null
  if ('number' in back) return evaluateOperand(back.number, bars)
  const truth = evaluateCondition(back.truth, bars)
  return truth === null ? null : Number(truth)
}

function positionValue(
  field: PositionField,
  { definition: { prices } }: BoundStrategy,
  { holding, incoming }: Running,
): number | null {
  if (field === 'side') return holding === null ? 0 : holding.side === 'long' ? 1 : -1
  if (holding === null) return null
  if (field === 'bars') return holding.bars
  const { price } = holding
  if (field === 'price' || price === null) return price
  const close = prices ? (incoming[prices.close] ?? null) : null
  if (close === null || price === 0) return null
  return ((close - price) / Math.abs(price)) * (holding.side === 'long' ? 1 : -1)
}

function countSince(counter: number, { definition }: BoundStrategy, { history, sinces }: Running): number | null {
  const condition = definition.counters[counter]
  const before = sinces[counter] ?? null
  const isTrue = condition !== undefined && evaluateCondition(condition, history) === true
  const now = isTrue ? 0 : before === null ? null : before + 1
  sinces[counter] = now
  return now
}
