import { addExact, type ExactDecimal, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { exactOfDouble } from '#lib/domain/decimal.ts'
import { absExact, zero } from '#lib/domain/signed-decimal.ts'
import type { RiskConfig } from './risk-config.ts'

/** The most that the fees of an order come to, of its value and of its quantity. [R28] */
export function feeAtMost({ feeBound }: RiskConfig, value: ExactDecimal, quantity: ExactDecimal): ExactDecimal {
  if (feeBound === undefined) return zero
  const rate = multiplyExact(exactOfDouble(feeBound.bps), { units: 1n, scale: 4 })
  return addExact(multiplyExact(absExact(value), rate), multiplyExact(quantity, parseExact(feeBound.perUnit)))
}
