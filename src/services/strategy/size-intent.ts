import {
  addExact,
  compareExact,
  type ExactDecimal,
  formatExact,
  multiplyExact,
  parseExact,
  tenTo,
} from '#lib/bars/exact-decimal.ts'
import { fromUnits } from '#lib/domain/decimal.ts'
import { subtractExact } from '#lib/domain/signed-decimal.ts'
import { evaluateOperand } from '#lib/strategy/evaluate-operand.ts'
import { valueAt } from '#lib/strategy/history.ts'
import type { StrategyDefinition, Traded } from '#lib/strategy/strategy-definition.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { distanceOf } from './distance.ts'
import type { Holding } from './holding.ts'
import type { Running } from './running.ts'

export type Size = NonNullable<PayloadOf<'strategy.intent'>['size']>

/** The size of an entry before the ratio of a role, or why there is none. */
export type Sized = { readonly kind: Size['kind']; readonly amount: ExactDecimal } | { readonly fault: string }

/** [T28] `factor`: what `scale` leaves, from 0 to 1; `equity`: decimal text, null while unknown. */
export function sizeOfEntry(
  definition: StrategyDefinition,
  running: Running,
  equity: string | null,
  factor: number,
): Sized {
  const { size } = definition
  if (size.kind === 'quantity') return { kind: 'quantity', amount: shrunk(parseExact(size.quantity), factor) }
  if (size.kind === 'notional') return { kind: 'notional', amount: shrunk(parseExact(size.notional), factor) }
  if (equity === null || parseExact(equity).units <= 0n) return { fault: `size: there is no equity (${equity})` }
  if (size.kind === 'equity')
    return { kind: 'notional', amount: shrunk(multiplyExact(parseExact(equity), parseExact(size.share)), factor) }
  const share = size.kind === 'volatility' ? volatilityShare(size, running) : riskShare(size, definition, running)
  if (typeof share === 'string') return { fault: share }
  return { kind: 'notional', amount: shrunk(multiplyExact(parseExact(equity), exactShare(share)), factor) }
}

/** The same for one role: as the file writes it where nothing was multiplied. */
export function sizeOfRole(sized: Exclude<Sized, { fault: string }>, { ratio }: Traded): Size | null {
  const amount = ratio === '1' ? sized.amount : multiplyExact(sized.amount, parseExact(ratio))
  const text = cut(amount)
  if (!/[1-9]/.test(text)) return null
  return sized.kind === 'quantity' ? { kind: 'quantity', quantity: text } : { kind: 'notional', notional: text }
}

/** What a role holds after a part of its entry is added or taken; null when nothing is left, undefined when it is not known yet. */
export function scaledQuantity(
  holding: Holding,
  role: string,
  part: string,
  factor: number,
): string | null | undefined {
  const entered = holding.entered[role]
  const wished = holding.wished[role]
  if (entered === undefined || wished === undefined) return undefined
  const step = shrunk(multiplyExact(parseExact(entered), parseExact(part)), Math.abs(factor))
  const next = factor > 0 ? addExact(parseExact(wished), step) : subtractExact(parseExact(wished), step)
  if (compareExact(next, { units: 0n, scale: 0 }) <= 0) return null
  return cut(next)
}

/** From 0 to 1, or null where `scale` is undefined or leaves nothing: a model may only make exposure smaller. [T29] */
export function scaleFactor({ scale }: StrategyDefinition, { history }: Running): number | null {
  if (!scale) return 1
  const factor = evaluateOperand(scale.of, history)
  return factor !== null && factor > 0 ? Math.min(factor, 1) : null
}

type SizeBy<Kind> = StrategyDefinition['size'] & { kind: Kind }

function volatilityShare({ target, measured, most }: SizeBy<'volatility'>, { history }: Running): number | string {
  const volatility = evaluateOperand(measured.of, history)
  if (volatility === null || volatility <= 0) return `size: ${measured.text} is ${volatility ?? 'undefined'}`
  return Math.min(Number(most), Number(target) / volatility)
}

function riskShare(
  { share, most }: SizeBy<'risk'>,
  definition: StrategyDefinition,
  { history }: Running,
): number | string {
  const { stop, prices } = definition
  const price = prices ? valueAt(history, prices.close, 0) : null
  const distance = stop && price !== null ? distanceOf(stop, price, history) : null
  if (price === null || distance === null) return 'size: the distance to the stop is undefined'
  return Math.min(Number(most), (Number(share) * Math.abs(price)) / distance)
}

const shrunk = (amount: ExactDecimal, factor: number): ExactDecimal =>
  factor === 1 ? amount : multiplyExact(amount, exactShare(factor))

/** A share that was computed in doubles, rounded down to nine digits. */
const exactShare = (share: number): ExactDecimal => ({ units: BigInt(Math.floor(share * 1e9)), scale: 9 })

/** At most twelve digits after the point, rounded down. */
function cut(amount: ExactDecimal): string {
  if (amount.scale <= 12) return amount.scale <= 8 ? formatExact(amount) : fromUnits(amount.units, amount.scale)
  return fromUnits(amount.units / tenTo(amount.scale - 12), 12)
}
