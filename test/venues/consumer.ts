import { applyDelta, emptyBook, loadBook, topOf } from '#lib/book/order-book.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import type { ExchangeBox } from './exchange-box.ts'

/** Hears facts as any service would, and finds out whether they are the truth of the box. */
export function consumer() {
  const book = emptyBook()
  const told = new Set<number>()
  const trades: number[] = []
  const gaps: { stream: string; from: number; to: number }[] = []
  const open = new Map<string, number>()
  let last = 0
  let firstSnapshot = Number.POSITIVE_INFINITY
  let newestAt = 0
  const faults: string[] = []
  const codes = new Map<string, number>()

  return {
    codes,
    trades,
    get last() {
      return last
    },
    hear(facts: readonly MarketFact[]): void {
      for (const { at, topic, payload } of facts) {
        if (at < newestAt) faults.push(`time goes back at ${topic}`)
        newestAt = at
        if (topic === 'md.status') {
          const name = payload.code ?? payload.state
          codes.set(name, (codes.get(name) ?? 0) + 1)
        }
        if (topic === 'md.tick' && payload.kind === 'trade') trades.push(payload.sequence as number)
        if (topic === 'md.gap') {
          const { stream, fromSequence: from, toSequence: to, state } = payload
          gaps.push({ stream, from, to })
          open.set(stream, (open.get(stream) ?? 0) + (state === 'opened' ? 1 : -1))
        }
        if (topic !== 'md.depth') continue
        const { kind, bids, asks, lastSequence } = payload
        if (kind === 'snapshot') {
          loadBook(book, bids, asks)
          if (firstSnapshot > lastSequence) firstSnapshot = lastSequence
          if (lastSequence < last) faults.push(`a snapshot goes back from ${last} to ${lastSequence}`)
        } else {
          applyDelta(book, bids, asks)
          if (lastSequence < last) faults.push(`an update goes back from ${last} to ${lastSequence}`)
        }
        told.add(lastSequence)
        last = lastSequence
      }
    },
    /** What does not hold, in words; nothing when everything does. */
    against({ truth, played }: ExchangeBox, depth = 10_000): string[] {
      const found = [...faults]
      if (last !== truth.last) found.push(`the book is at ${last}, the exchange at ${truth.last}`)
      if (JSON.stringify(topOf(book, depth)) !== JSON.stringify(topOf(truth.book, depth)))
        found.push('the books differ')
      const isIn = (stream: string, number: number) =>
        gaps.some(
          (gap) =>
            (gap.stream === 'trade' || gap.stream === 'trades') === (stream === 'trade') &&
            gap.from <= number &&
            number <= gap.to,
        )
      const newestTrade = Math.max(0, ...trades)
      for (const { update, trade } of played) {
        if (
          update !== undefined &&
          update.last > firstSnapshot &&
          !told.has(update.last) &&
          !isIn('depth', update.last)
        )
          found.push(`the update ${update.last} was lost in silence`)
        const [first = Number.POSITIVE_INFINITY] = trades
        // What was lost at the very end shows only by what comes next.
        const isBetween = trade !== undefined && trade > first && trade < newestTrade
        if (isBetween && !trades.includes(trade) && !isIn('trade', trade))
          found.push(`the trade ${trade} was lost in silence`)
      }
      if (new Set(trades).size !== trades.length) found.push('a trade was told twice')
      for (const [stream, count] of open)
        if (count !== 0 && (stream === 'depth' || stream === 'book'))
          found.push(`a gap of ${stream} is open at the end`)
      return found
    },
  }
}
