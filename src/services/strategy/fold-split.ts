import { splitQuantityText } from '#lib/domain/split.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { splitPosition } from './filled-position.ts'
import type { Holding } from './holding.ts'
import { type Running, startRunning } from './running.ts'
import type { State } from './state.ts'
import { type BoundStrategy, instrumentOf } from './strategy-config.ts'

/** What was measured in the old units begins anew; what is held goes on in the new ones. [T31] */
export function foldSplit(state: State, split: PayloadOf<'md.split'>): void {
  const { strategies } = state.config
  splitPosition(state, split)
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
  return { ...running, history, incoming, sinces, ranges, series }
}

function holdingAfter(holding: Holding, bound: BoundStrategy, split: PayloadOf<'md.split'>): Holding {
  const { instrument, numerator, denominator } = split
  const inUnits = (sizes: Holding['wished']) =>
    Object.fromEntries(
      Object.entries(sizes).map(([role, size]) => [
        role,
        bound.roles[role] === instrument ? splitQuantityText(size, split) : size,
      ]),
    )
  const { levels, scaling, price } = holding
  const kept: Holding = {
    ...holding,
    entered: inUnits(holding.entered),
    wished: inUnits(holding.wished),
    scaling: scaling && { ...scaling, wished: inUnits(scaling.wished) },
  }
  if (instrumentOf(bound, 0) !== instrument) return kept
  const perUnit = (old: number | null) => (old === null ? null : (old * denominator) / numerator)
  const { stop, target, trail } = levels
  const inNew = { stop: perUnit(stop), target: perUnit(target), trail: perUnit(trail) }
  return { ...kept, price: perUnit(price), levels: inNew }
}
