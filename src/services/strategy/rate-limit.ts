import type { StrategyDefinition } from '#lib/strategy/strategy-definition.ts'
import type { Running } from './running.ts'

type RateLimit = NonNullable<StrategyDefinition['rateLimit']>

/** Have fewer intents than the limit been made in the stretch of event time that ends now? [T12] */
export function hasRoom({ intentsAt }: Running, limit: RateLimit, now: number): boolean {
  // Times never fall: the one that fills the limit decides.
  const filling = intentsAt[intentsAt.length - limit.intents]
  return filling === undefined || filling <= now - limit.perUs
}

/** Counts an intent made now; keeps no more times than the limit looks at. */
export function countIntent({ intentsAt }: Running, limit: RateLimit, now: number): void {
  intentsAt.push(now)
  if (intentsAt.length > limit.intents) intentsAt.shift()
}

export const rateLimitText = ({ intents, per }: RateLimit): string => `${intents} intents per ${per}`
