import { compareExact, type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import { maxExact, minExact } from '#lib/domain/signed-decimal.ts'
import { type BrokenLimit, exactText, type Priced } from './proposal.ts'

type Entry = Pick<Priced, 'side' | 'orderType' | 'limitPrice' | 'stopPrice' | 'bracket' | 'price'>

/** A stop loss loses and a take profit gains: at an exit on the other side the position would be closed as soon as it is there. [R48] */
export function bracketOnWrongSide(order: Entry): BrokenLimit | null {
  const { side, bracket: { stopLoss, takeProfit } = {} } = order
  const entry = entryPrice(order)
  const isUnder = (price: string | undefined, sign: number) =>
    price !== undefined && compareExact(parseExact(price), entry) * (side === 'buy' ? sign : -sign) <= 0
  const value = isUnder(stopLoss, -1) ? stopLoss : isUnder(takeProfit, 1) ? takeProfit : undefined
  return value === undefined ? null : { code: 'BRACKET_ON_WRONG_SIDE', value, limit: exactText(entry) }
}

/** Where it is to be entered: at the newest price, or at a stop that is yet to be reached, and within its limit. */
function entryPrice({ side, orderType, limitPrice, stopPrice, price }: Entry): ExactDecimal {
  const [better, worse] = side === 'buy' ? [minExact, maxExact] : [maxExact, minExact]
  const isIfTouched = orderType === 'market_if_touched' || orderType === 'limit_if_touched'
  const met = stopPrice === undefined ? price : (isIfTouched ? better : worse)(price, parseExact(stopPrice))
  return limitPrice === undefined ? met : better(met, parseExact(limitPrice))
}
