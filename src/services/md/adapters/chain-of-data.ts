import type { MarketFact } from '#lib/market/market-fact.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { startChain } from '../chain.ts'
import { chainAt, foldChains } from '../chains.ts'
import { endOfDay } from '../end-of-day.ts'

export type ToldChain = { readonly at: number; readonly chain: PayloadOf<'md.option.chain.snapshot'> }

/** The newest chain on an underlying that the facts tell, or else the one that their listings and ticks make; null where they hold none. */
export function chainOf(
  facts: Iterable<MarketFact>,
  underlying: string,
  until = Number.POSITIVE_INFINITY,
): ToldChain | null {
  const kept = startChain({ underlying })
  let told: ToldChain | null = null
  for (const fact of facts) {
    if (fact.at > until) break
    switch (fact.topic) {
      case 'md.option.chain.snapshot':
        if (fact.payload.underlying === underlying) told = { at: fact.at, chain: fact.payload }
        break
      case 'md.instrument':
      case 'md.tick':
      case 'md.option.tick':
      case 'md.status':
        foldChains([kept], fact, ofNoCalendar)
    }
  }
  if (told !== null) return told
  const at = Math.min(until, kept.newestAt)
  const chain = chainAt(kept, at)
  return chain.contracts.length === 0 ? null : { at, chain }
}

const ofNoCalendar = endOfDay({ sessions: {}, calendars: {} })
