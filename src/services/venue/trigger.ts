import { addExact, compareDecimalText, compareExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { fromUnits } from '#lib/domain/decimal.ts'
import { subtractExact } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'

/** The price that an order waits for. Plain JSON. */
export type Trigger = {
  /** `up`: it is reached at or above its price; `down`: at or below it. */
  readonly towards: 'up' | 'down'
  /** Null for a trailing stop that has not seen a price yet. */
  price: string | null
  /** How far it follows the best price; null when it stands still. */
  readonly offset: string | null
}

/** What a submission waits for; null when it is in the market at once. [V23] */
export function triggerOf({
  orderType,
  side,
  stopPrice,
  trailingOffset,
}: PayloadOf<'order.submitted'>): Trigger | null {
  switch (orderType) {
    case 'market':
    case 'limit':
      return null
    case 'stop':
    case 'stop_limit':
      return { towards: side === 'buy' ? 'up' : 'down', price: stopPrice as string, offset: null }
    case 'trailing_stop':
      return { towards: side === 'buy' ? 'up' : 'down', price: stopPrice ?? null, offset: trailingOffset as string }
    case 'market_if_touched':
    case 'limit_if_touched':
      return { towards: side === 'buy' ? 'down' : 'up', price: stopPrice as string, offset: null }
  }
}

/** Has the market come to the trigger? */
export function isReached({ towards, price }: Trigger, market: string): boolean {
  if (price === null) return false
  const difference = compareDecimalText(market, price)
  return towards === 'up' ? difference >= 0 : difference <= 0
}

/** A trailing stop follows the best price that the market has shown: a sell's up, a buy's down, and never back. [V24] */
export function trail(trigger: Trigger, best: string): void {
  if (trigger.offset === null) return
  const offset = parseExact(trigger.offset)
  const followed =
    trigger.towards === 'down' ? subtractExact(parseExact(best), offset) : addExact(parseExact(best), offset)
  const isCloser =
    trigger.price === null ||
    (trigger.towards === 'down'
      ? compareExact(followed, parseExact(trigger.price)) > 0
      : compareExact(followed, parseExact(trigger.price)) < 0)
  if (isCloser) trigger.price = fromUnits(followed.units, followed.scale)
}
