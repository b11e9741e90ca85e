import { addExact, type ExactDecimal, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { newestPrice } from '#lib/domain/newest-price.ts'
import { absExact, maxExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import type { Account } from './account.ts'
import { worstOf, worstOfAll } from './book.ts'
import { above, type BrokenLimit, type Priced } from './proposal.ts'
import { instrumentLimit, strategyLimit } from './risk-config.ts'

/** Worst cases with the order: of the instrument, of the strategy, and of everything, gross and net. [R7] [R8] [R10] [R27] */
export function brokenExposure(account: Account, order: Priced): BrokenLimit | null {
  const { config } = account
  const { instrument, strategy, price, listing } = order
  const worst = () => worstIn(account, instrument, order)
  const instrumentExposure = () => multiplyExact(multiplyExact(worst(), absExact(price)), listing.multiplier)
  return (
    above('POSITION_EXCEEDS_MAX', worst, instrumentLimit(config, instrument, 'maxPosition')) ??
    above(
      'INSTRUMENT_EXPOSURE_EXCEEDS_MAX',
      instrumentExposure,
      instrumentLimit(config, instrument, 'maxInstrumentExposure'),
    ) ??
    brokenSum(
      account,
      order,
      'STRATEGY_EXPOSURE_EXCEEDS_MAX',
      strategyLimit(config, strategy, 'maxStrategyExposure'),
    ) ??
    brokenSum(account, order, 'EXPOSURE_EXCEEDS_MAX', config.limits.maxGrossExposure) ??
    brokenNet(account, order)
  )
}

/** By instrument, the most that could be held; strategies do not net against each other. */
function worstIn({ books }: Account, instrument: string, order: Priced, only?: string): ExactDecimal {
  if (only === undefined && instrument !== order.instrument) return worstOfAll(books, instrument)
  let worst = zero
  let isOrderIn = instrument !== order.instrument
  for (const book of books.byInstrument.get(instrument) ?? []) {
    if (only !== undefined && book.strategy !== only) continue
    const isOwn = book.instrument === order.instrument && book.strategy === order.strategy
    if (isOwn) isOrderIn = true
    worst = addExact(worst, worstOf(book, order.side, isOwn ? order.quantity : zero))
  }
  return isOrderIn ? worst : addExact(worst, order.quantity)
}

function brokenSum(
  account: Account,
  order: Priced,
  code: 'STRATEGY_EXPOSURE_EXCEEDS_MAX' | 'EXPOSURE_EXCEEDS_MAX',
  limit: string | undefined,
): BrokenLimit | null {
  if (limit === undefined) return null
  const only = code === 'STRATEGY_EXPOSURE_EXCEEDS_MAX' ? order.strategy : undefined
  let exposure = zero
  for (const instrument of instrumentsWith(account, order)) {
    const value = signedValue(account, instrument, worstIn(account, instrument, order, only))
    if (value === null) return { code: 'NO_PRICE', value: instrument }
    exposure = addExact(exposure, absExact(value))
  }
  return above(code, () => exposure, limit)
}

/** The most that longs could be above shorts, or below, if all of one side at work were filled and nothing of the other. */
function brokenNet(account: Account, order: Priced): BrokenLimit | null {
  const { maxNetExposure } = account.config.limits
  if (maxNetExposure === undefined) return null
  let [long, short] = [zero, zero]
  for (const instrument of instrumentsWith(account, order)) {
    let [bought, sold] = [zero, zero]
    for (const book of account.books.byInstrument.get(instrument) ?? []) {
      bought = addExact(bought, addExact(book.position, book.buys))
      sold = addExact(sold, subtractExact(book.position, book.sells))
    }
    if (instrument === order.instrument) {
      if (order.side === 'buy') bought = addExact(bought, order.quantity)
      else sold = subtractExact(sold, order.quantity)
    }
    const [longValue, shortValue] = [signedValue(account, instrument, bought), signedValue(account, instrument, sold)]
    if (longValue === null || shortValue === null) return { code: 'NO_PRICE', value: instrument }
    long = addExact(long, longValue)
    short = addExact(short, shortValue)
  }
  return above('NET_EXPOSURE_EXCEEDS_MAX', () => maxExact(absExact(long), absExact(short)), maxNetExposure)
}

function* instrumentsWith({ books }: Account, { instrument }: Priced): Generator<string> {
  yield* books.byInstrument.keys()
  if (!books.byInstrument.has(instrument)) yield instrument
}

/** Signed value at the newest price; null where a position of an unknown order is in what nothing is known of. */
function signedValue(
  { prices, instruments }: Account,
  instrument: string,
  quantity: ExactDecimal,
): ExactDecimal | null {
  if (quantity.units === 0n) return zero
  const price = newestPrice(prices, instrument)
  const multiplier = instruments.get(instrument)?.multiplier
  if (price === null || multiplier === undefined) return null
  return multiplyExact(multiplyExact(quantity, parseExact(price)), multiplier)
}
