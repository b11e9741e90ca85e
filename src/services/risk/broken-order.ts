import assert from 'node:assert/strict'
import { compareExact, type ExactDecimal, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { exposureOf } from '#lib/domain/contract.ts'
import { convert } from '#lib/domain/conversion.ts'
import { exactOfDouble } from '#lib/domain/decimal.ts'
import { moneyOfExact, moneyScale } from '#lib/domain/money.ts'
import { newestPrice } from '#lib/domain/newest-price.ts'
import { absExact, subtractExact } from '#lib/domain/signed-decimal.ts'
import { isInSteps } from '#lib/domain/whole-steps.ts'
import type { Account } from './account.ts'
import { bracketOnWrongSide } from './bracket-side.ts'
import { dearestPrice } from './dear-price.ts'
import type { Listing } from './listing.ts'
import { above, type BrokenLimit, exactText, type Priced, type Proposal } from './proposal.ts'
import { instrumentLimit, type RiskConfig, strategyLimit } from './risk-config.ts'

/** What is wrong with the order itself: its steps, the age of its price, its size, its distance from the market, its bracket. [R23]-[R26] [R9] [R48] */
export function brokenOrder(account: Account, order: Priced): BrokenLimit | null {
  return (
    brokenSteps(order) ??
    stalePrice(account, order) ??
    cooling(account, order) ??
    brokenSize(account, order) ??
    bracketOnWrongSide(order)
  )
}

function brokenSteps({ listing, quantity, limitPrice, stopPrice, bracket = {} }: Steps): BrokenLimit | null {
  if (!isInSteps(quantity, listing.lotSize))
    return { code: 'QUANTITY_PRECISION_INVALID', value: exactText(quantity), limit: exactText(listing.lotSize) }
  const { stopLoss, takeProfit, trailingOffset } = bracket
  const limit = exactText(listing.tickSize)
  for (const price of [limitPrice, stopPrice, stopLoss, takeProfit])
    if (price !== undefined && !isOnGrid(listing, parseExact(price)))
      return { code: 'PRICE_PRECISION_INVALID', value: price, limit }
  if (trailingOffset === undefined) return null
  const offset = parseExact(trailingOffset)
  return offset.units > 0n && isInSteps(offset, listing.tickSize)
    ? null
    : { code: 'PRICE_PRECISION_INVALID', value: trailingOffset, limit }
}

// What is not above zero is no price of an inverse contract.
const isOnGrid = ({ tickSize, isInverse }: Listing, price: ExactDecimal): boolean =>
  isInSteps(price, tickSize) && (!isInverse || price.units > 0n)

type Steps = Pick<Priced, 'listing' | 'quantity' | 'limitPrice' | 'stopPrice' | 'bracket'>

/** What is wrong with an order that only closes: its steps, and prices that no market has. At the market it is always right. [R6] */
export function brokenClose(account: Account, proposal: Proposal): BrokenLimit | null {
  const listing = account.instruments.get(proposal.instrument)
  if (listing === undefined) return null
  const price = newestPrice(account.prices, proposal.instrument)
  const broken = brokenSteps({ ...proposal, listing })
  return broken ?? (price === null ? null : brokenCollar(account.config, { ...proposal, price: parseExact(price) }))
}

/** Each price that the order is valued by, each with the limit of what it is of. [R24] */
function stalePrice(account: Account, order: Priced): BrokenLimit | null {
  const { config, pricedAt, now } = account
  for (const priced of pricesBehind(account, order)) {
    const limit = instrumentLimit(config, priced, 'maxPriceAgeMs')
    if (limit === undefined) continue
    const at = pricedAt.get(priced)
    const ageMs = at === undefined ? null : (now - at) / 1_000
    if (ageMs !== null && ageMs <= limit) continue
    const found = priced === order.instrument ? [ageMs] : [priced, ageMs]
    const value = found.filter((part) => part !== null).join(' ')
    return { code: 'PRICE_STALE', ...(value === '' ? {} : { value }), limit: String(limit) }
  }
  return null
}

/** Its own instrument, what its currency is converted at, and what a short option's margin is reckoned from. */
function pricesBehind({ config, prices }: Account, { instrument, side, listing }: Priced): readonly string[] {
  const { currency, kind, underlying } = listing
  const mark = currency === config.currency ? undefined : config.conversions?.[currency]?.instrument
  const isOwed = kind === 'option' && side === 'sell' && config.margin?.kind === 'margin'
  // Where nothing else tells it, its own quotes do.
  const spot = isOwed && underlying !== null && newestPrice(prices, underlying) !== null ? underlying : undefined
  return [instrument, mark, spot].filter((one) => one !== undefined)
}

function cooling({ config, strategies, now }: Account, { strategy }: Priced): BrokenLimit | null {
  const cooldownMs = strategyLimit(config, strategy, 'cooldownMs')
  const lostAt = strategies.get(strategy)?.lostAt ?? null
  if (cooldownMs === undefined || lostAt === null) return null
  const until = lostAt + cooldownMs * 1_000
  return now < until ? { code: 'COOLDOWN', value: String(now), limit: String(until) } : null
}

function brokenSize(account: Account, order: Priced): BrokenLimit | null {
  const { config, prices } = account
  const { instrument, quantity, price } = order
  const limitOf = (name: Parameters<typeof instrumentLimit>[2]) =>
    instrumentLimit(config, instrument, name) as string | undefined
  return (
    below('QUANTITY_BELOW_MIN_PER_ORDER', () => quantity, limitOf('minOrderQuantity')) ??
    above('QUANTITY_EXCEEDS_MAX_PER_ORDER', () => quantity, limitOf('maxOrderQuantity')) ??
    below('NOTIONAL_BELOW_MIN_PER_ORDER', () => valueAt(account, order, price), limitOf('minOrderNotional')) ??
    above(
      'NOTIONAL_EXCEEDS_MAX_PER_ORDER',
      () => valueAt(account, order, dearestPrice(prices, order, price, order.listing)),
      limitOf('maxOrderNotional'),
    ) ??
    brokenCollar(config, order)
  )
}

/** In the account's currency, of either sign of the price. */
function valueAt(account: Account, { quantity, listing }: Priced, price: ExactDecimal): ExactDecimal {
  const { currency } = listing
  const units = convert(account, moneyOfExact(absExact(exposureOf(listing, price, quantity))), currency)
  assert(units !== null, `an order in ${currency}, which nothing converts, was refused before its size was asked for`)
  return { units, scale: moneyScale }
}

function below(code: BrokenLimit['code'], found: () => ExactDecimal, limit: string | undefined): BrokenLimit | null {
  if (limit === undefined) return null
  const value = found()
  return compareExact(value, parseExact(limit)) < 0 ? { code, value: exactText(value), limit } : null
}

/** Limit and stop prices, its own and those of its exits. */
function brokenCollar(
  config: RiskConfig,
  { instrument, limitPrice, stopPrice, bracket = {}, price }: Proposal & Pick<Priced, 'price'>,
): BrokenLimit | null {
  const collar = instrumentLimit(config, instrument, 'priceCollar')
  for (const stated of [limitPrice, stopPrice, bracket.stopLoss, bracket.takeProfit]) {
    const broken = stated === undefined ? null : outsideCollar(stated, price, collar)
    if (broken !== null) return broken
  }
  return null
}

function outsideCollar(limitPrice: string, price: ExactDecimal, collar: number | undefined): BrokenLimit | null {
  if (collar === undefined) return null
  const distance = absExact(subtractExact(parseExact(limitPrice), price))
  const allowed = multiplyExact(absExact(price), exactOfDouble(collar))
  if (compareExact(distance, allowed) <= 0) return null
  return { code: 'PRICE_OUTSIDE_COLLAR', value: limitPrice, limit: `${exactText(price)} ± ${exactText(allowed)}` }
}
