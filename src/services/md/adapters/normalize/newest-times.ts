import type { MarketTopic } from '#lib/market/market-fact.ts'
import type { Statement } from '#schemas/event.ts'

/** The newest time of what has no number, by what it is of. */
export function newestTimes() {
  const newest = new Map<string, number>()
  return {
    isNewer({ topic, payload }: Statement<MarketTopic>): boolean {
      const { instrument, interval, exchangeAt, end } = payload as {
        readonly instrument?: string
        readonly interval?: string
        readonly exchangeAt?: number
        readonly end?: number
      }
      const time = exchangeAt ?? end
      const key = `${topic} ${instrument} ${interval}`
      if (time === undefined || time <= (newest.get(key) ?? -1)) return false
      newest.set(key, time)
      return true
    },
    forget: () => newest.clear(),
  }
}
