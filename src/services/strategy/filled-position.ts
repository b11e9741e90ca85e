import { addExact, formatExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { approvalOf, compareAnswers, filledBy } from '#lib/domain/client-order-id.ts'
import { movedBy } from '#lib/domain/moved-by.ts'
import { splitQuantityText } from '#lib/domain/split.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Holding } from './holding.ts'
import type { State } from './state.ts'

/** By strategy and instrument, what fills came to: signed decimal text, nothing where it is zero. */
export type Positions = { [key: string]: string }

/** Counts a fill. When it is one of an exit at the venue that leaves nothing of what is wished, the wish is over. [T32] */
export function foldFill(state: State, fill: PayloadOf<'order.fill'>): void {
  const { strategy, instrument, clientOrderId } = fill
  const key = positionKey(strategy, instrument)
  const position = addExact(parseExact(state.positions[key] ?? '0'), movedBy(fill))
  if (position.units !== 0n) {
    state.positions[key] = formatExact(position)
    return
  }
  delete state.positions[key]
  const n = state.config.strategies.findIndex(({ definition }) => definition.name === strategy)
  const holding = state.running[n]?.holding
  if (holding && isExitOf(holding, clientOrderId)) state.closed = { n, why: `closed at the venue by ${clientOrderId}` }
}

export const isHeld = ({ positions }: State, strategy: string, instrument: string): boolean =>
  positionKey(strategy, instrument) in positions

/** In new units. [T31] */
export function splitPosition({ positions }: State, split: PayloadOf<'md.split'>): void {
  for (const [key, position] of Object.entries(positions))
    if (key.endsWith(` ${split.instrument}`)) positions[key] = splitQuantityText(position, split)
}

// Neither part can hold a space.
const positionKey = (strategy: string, instrument: string): string => `${strategy} ${instrument}`

/** Ids of approvals only grow: one of an order before the entry is of what was held before. */
function isExitOf({ asked }: Holding, clientOrderId: string): boolean {
  const of = filledBy(clientOrderId) === null ? null : approvalOf(clientOrderId)
  if (of === null) return false
  return Object.values(asked).some(({ orders: [first] }) => {
    const entry = first === undefined ? null : approvalOf(first)
    return entry !== null && compareAnswers(of, entry) >= 0
  })
}
