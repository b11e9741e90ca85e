import { z } from 'zod'
import { Amount, PositiveAmount, UnsignedAmount } from '#lib/accounting/amount.ts'
import type { Rational } from '#lib/accounting/rational.ts'
import { rationalText } from '#lib/accounting/rational-text.ts'
import { walkBook } from './walk-book.ts'

const Level = z.tuple([Amount, UnsignedAmount])

/** An order and the book that it meets; the form of the book-walk cases. */
export const WalkCase = z.object({
  id: z.json().optional(),
  book: z.object({ bids: z.array(Level), asks: z.array(Level) }),
  order: z
    .object({
      side: z.enum(['buy', 'sell']),
      type: z.enum(['market', 'limit']),
      qty: PositiveAmount,
      tif: z.enum(['GTC', 'IOC', 'FOK']),
      limit: Amount.nullish(),
      taker_fee_rate: Amount.optional(),
    })
    .refine(({ type, limit }) => type === 'market' || limit != null, 'a limit order needs a limit'),
})
export type WalkCase = z.infer<typeof WalkCase>

/** What becomes of the order: decimal text of up to 40 significant digits. */
export function walkAnswer({ book, order }: WalkCase) {
  const { side, type, qty: quantity, tif: timeInForce, limit, taker_fee_rate: takerFeeRate = none } = order
  const walk = walkBook(book, {
    side,
    quantity,
    limit: type === 'limit' ? (limit ?? null) : null,
    timeInForce,
    takerFeeRate,
  })
  return {
    fills: walk.fills.map(([price, size]) => [text(price), text(size)]),
    filled: text(walk.filled),
    status: walk.status,
    resting: text(walk.resting),
    avg_price: textOrNull(walk.averagePrice),
    notional: text(walk.notional),
    slippage_vs_mid_bps: textOrNull(walk.slippageVsMidBps),
    slippage_vs_touch_bps: textOrNull(walk.slippageVsTouchBps),
    fee: text(walk.fee),
  }
}

const none: Rational = { numerator: 0n, denominator: 1n }
const text = (value: Rational): string => rationalText(value, 40)
const textOrNull = (value: Rational | null): string | null => (value === null ? null : text(value))
