import { type SplitRatio, splitQuantityText } from '#lib/domain/split.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Holding, Scaling } from './holding.ts'
import { type Running, startRunning } from './running.ts'
import type { State } from './state.ts'
import { type BoundStrategy, instrumentOf } from './strategy-config.ts'

/** What was measured in the old units begins anew; what is held goes on in the new ones. [T31] */
export function foldSplit(state: State, split: PayloadOf<'md.split'>): void {
  const { strategies } = state.config
  state.running = state.running.map((running, n) => {
    const bound = strategies[n] as BoundStrategy
    const { instrument } = split
    const isRead = bound.definition.series.some((_, series) => instrumentOf(bound, series) === instrument)
    const isHeld = Object.values(bound.roles).includes(instrument)
    if (!isRead && !isHeld) return running
    const kept = isRead ? begunAnew(running, bound) : running
    return { ...kept, holding: running.holding && holdingAfter(running.holding, bound, split) }
  })
}

const begunAnew = (running: Running, bound: BoundStrategy): Running => {
  const { history, incoming, sinces, ranges, series } = startRunning(bound)
  return { ...running, history, incoming, sinces, ranges: [...ranges], series }
}

function holdingAfter(holding: Holding, bound: BoundStrategy, split: PayloadOf<'md.split'>): Holding {
  const { levels, scaling } = holding
  const perUnit = (price: number | null) => (price === null ? null : (price * split.denominator) / split.numerator)
  const inUnits = (sizes: Holding['wished']) => sizesAfter(sizes, bound, split)
  const isMeasured = instrumentOf(bound, 0) === split.instrument
  const scaled: Scaling | null = scaling && { ...scaling, wished: inUnits(scaling.wished) }
  const kept = { ...holding, entered: inUnits(holding.entered), wished: inUnits(holding.wished), scaling: scaled }
  if (!isMeasured) return kept
  const { stop, target, trail } = levels
  return {
    ...kept,
    price: perUnit(holding.price),
    levels: { stop: perUnit(stop), target: perUnit(target), trail: perUnit(trail) },
  }
}

const sizesAfter = (sizes: Holding['wished'], { roles }: BoundStrategy, split: SplitRatio & { instrument: string }) =>
  Object.fromEntries(
    Object.entries(sizes).map(([role, size]) => [
      role,
      roles[role] === split.instrument ? splitQuantityText(size, split) : size,
    ]),
  )
