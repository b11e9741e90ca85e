import { z } from 'zod'
import { parseExact, tenTo } from '#lib/bars/exact-decimal.ts'
import { Currency, InstrumentId } from '#schemas/primitives.ts'
import { asMoney, type Money } from './money.ts'
import { type NewestPrices, newestPrice } from './newest-price.ts'
import { divideHalfEven } from './rounding.ts'

/** By currency, the instrument whose newest price says what one of it is worth in the account's; `isInverse`: what one of the account's is worth in it. */
export const Conversions = z.record(
  Currency,
  z.strictObject({ instrument: InstrumentId, isInverse: z.boolean().default(false) }),
)

/** An account in one currency, and the marks that others are converted at. */
export type Marks = {
  readonly config: { readonly currency: string; readonly conversions?: z.infer<typeof Conversions> | undefined }
  readonly prices: NewestPrices
}

/** Is a currency converted at this instrument's price? It is never at one that is not above zero. */
export const isMark = ({ conversions = {} }: Marks['config'], instrument: string): boolean =>
  Object.values(conversions).some((stated) => stated.instrument === instrument)

type Rate = { readonly numerator: bigint; readonly denominator: bigint }

/** What one of a currency is worth in the account's, exactly, at the newest price; null where no mark is stated, or has no price yet. */
export function rateOf({ config, prices }: Marks, currency: string): Rate | null {
  if (currency === config.currency) return one
  const stated = config.conversions?.[currency]
  const price = stated === undefined ? null : newestPrice(prices, stated.instrument)
  if (stated === undefined || price === null) return null
  const { units, scale } = parseExact(price)
  if (units <= 0n) return null
  return stated.isInverse
    ? { numerator: tenTo(scale), denominator: units }
    : { numerator: units, denominator: tenTo(scale) }
}

/** Money of one currency in another's, by way of the account's, rounded once, half to even at 10^-18; null where a mark is missing. */
export function convert(marks: Marks, amount: Money, from: string, to = marks.config.currency): Money | null {
  if (from === to || amount === 0n) return amount
  const [have, want] = [rateOf(marks, from), rateOf(marks, to)]
  if (have === null || want === null) return null
  return asMoney(divideHalfEven(amount * have.numerator * want.denominator, have.denominator * want.numerator))
}

/**
 * The account's next configuration, with the marks that it had for what the next one has none for, stated or priced: what was counted at a mark is
 * always worth something.
 */
export function keepMarks<Config extends Marks['config']>({ config, prices }: Marks, next: Config): Config {
  if (config.conversions === undefined) return next
  const isPriced = (currency: string) => rateOf({ config: next, prices }, currency) !== null
  const kept = Object.entries(config.conversions).filter(([currency]) => !isPriced(currency))
  return { ...next, conversions: { ...next.conversions, ...Object.fromEntries(kept) } }
}

const one: Rate = { numerator: 1n, denominator: 1n }
