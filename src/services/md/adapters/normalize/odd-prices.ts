import { instrumentOfFact, type MarketFact, type MarketTopic } from '#lib/market/market-fact.ts'
import type { Statement } from '#schemas/event.ts'
import { LineFault } from '../line-fault.ts'
import { eachPrice, mostDigits, neededScale, wholeDigitsOf } from '../seen-steps.ts'
import type { Decoder, Sink } from './decoder.ts'

/** Digits before and behind the point. */
export type Digits = { readonly whole: number; readonly scale: number }
/** The most that a price of an instrument may have, of those whose prices have too many together. */
export type DigitLimits = ReadonlyMap<string, Digits>

/** Counts the digits that facts of these instruments need. */
export function countDigits(instruments: readonly string[]) {
  const seen = new Map(instruments.map((instrument) => [instrument, new Map<string, Counted>()]))
  return {
    fold(fact: MarketFact): void {
      const counts = seen.get(instrumentOfFact(fact) ?? '')
      if (counts === undefined) return
      const digits = digitsOf(fact)
      const key = `${digits.whole}.${digits.scale}`
      const known = counts.get(key)
      if (known === undefined) counts.set(key, { digits, count: 1 })
      else known.count++
    },
    /** Those with which the fewest facts are refused. */
    limits: (): DigitLimits =>
      new Map([...seen].map(([instrument, counts]) => [instrument, limitOf([...counts.values()])])),
  }
}

type Counted = { readonly digits: Digits; count: number }

function limitOf(counts: readonly Counted[]): Digits {
  let best = { whole: mostDigits, scale: 0 }
  let most = -1
  for (let whole = mostDigits; whole >= 1; whole--) {
    const limit = { whole, scale: mostDigits - whole }
    const within = counts.reduce((sum, { digits, count }) => (isWithin(digits, limit) ? sum + count : sum), 0)
    if (within <= most) continue
    best = limit
    most = within
  }
  return best
}

const isWithin = (digits: Digits, limit: Digits): boolean => digits.whole <= limit.whole && digits.scale <= limit.scale

/** The digits that hold every price of a statement. */
function digitsOf(statement: Statement<MarketTopic>): Digits {
  const most = { whole: 1, scale: 0 }
  eachPrice(statement, most, (digits, price) => {
    digits.whole = Math.max(digits.whole, wholeDigitsOf(price))
    digits.scale = Math.max(digits.scale, neededScale(price, digits.scale))
  })
  return most
}

/** A decoder that refuses a record with a price beyond the limit of its instrument: none of it is told. */
export function withoutOddPrices(decoder: Decoder, limits: DigitLimits): Decoder {
  if (limits.size === 0) return decoder
  const check = (statement: Statement<MarketTopic>): void => {
    const { payload } = statement
    const limit = 'instrument' in payload ? limits.get(payload.instrument ?? '') : undefined
    if (limit === undefined) return
    const { whole, scale } = digitsOf(statement)
    if (whole > limit.whole || scale > limit.scale)
      throw new LineFault(
        `a price of ${whole} digits before the point and ${scale} behind it, beside others of its instrument more than ${mostDigits} in all`,
      )
  }
  return {
    rule: decoder.rule,
    read(record, sink) {
      const said: (() => void)[] = []
      const held: Sink = {
        say(statement) {
          check(statement)
          said.push(() => sink.say(statement))
        },
        trade(payload, ...rest) {
          check({ topic: 'md.tick', payload })
          said.push(() => sink.trade(payload, ...rest))
        },
        quote(payload, stream) {
          check({ topic: 'md.tick', payload })
          said.push(() => sink.quote(payload, stream))
        },
        depth(payload, stream) {
          check({ topic: 'md.depth', payload })
          said.push(() => sink.depth(payload, stream))
        },
        listing: sink.listing,
        delisted: (instruments) => said.push(() => sink.delisted(instruments)),
        subscribed: (instruments, isSo) => said.push(() => sink.subscribed(instruments, isSo)),
        leaveOut: (reason) => said.push(() => sink.leaveOut(reason)),
        trouble: (reason) => said.push(() => sink.trouble(reason)),
      }
      decoder.read(record, held)
      for (const say of said) say()
    },
  }
}
