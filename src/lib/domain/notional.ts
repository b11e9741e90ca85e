import { type ExactDecimal, multiplyExact } from '#lib/bars/exact-decimal.ts'
import { type Money, moneyOfExact } from './money.ts'

/** price * quantity * multiplier, with the sign of the product; rounded half to even where it is finer than money is. */
export const notionalOf = (price: ExactDecimal, quantity: ExactDecimal, multiplier: ExactDecimal): Money =>
  moneyOfExact(multiplyExact(multiplyExact(price, quantity), multiplier))
