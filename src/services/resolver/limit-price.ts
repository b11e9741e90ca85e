import { addExact, type ExactDecimal, formatExact, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { absExact } from '#lib/domain/signed-decimal.ts'
import { roundToStep } from '#lib/domain/whole-steps.ts'

/**
 * The worst price that a wish accepts: the reference moved against us by `limitBps`, rounded to the tick so that a buy never
 * pays more and a sell never receives less than that. [S8]
 */
export function limitPriceOf(reference: string, limitBps: number, side: 'buy' | 'sell', tickSize: string): string {
  const price = parseExact(reference)
  const { units, scale } = multiplyExact(absExact(price), exactBps(limitBps))
  const limit = addExact(price, { units: side === 'buy' ? units : -units, scale: scale + 4 })
  const tick = parseExact(tickSize)
  return formatExact(tick.units > 0n ? roundToStep(limit, tick, side === 'buy' ? 'down' : 'up') : limit)
}

// The shortest text that reads back as the double is what its author wrote; below a millionth it has an exponent.
function exactBps(limitBps: number): ExactDecimal {
  const text = String(limitBps)
  return parseExact(text.includes('e') ? limitBps.toFixed(12) : text)
}
