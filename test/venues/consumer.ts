import { applyDelta, emptyBook, loadBook, topOf } from '#lib/book/order-book.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import type { ExchangeBox } from './exchange-box.ts'

/** Hears facts as any service would, and finds out whether they are the truth of the box. */
export function consumer() {
  const book = emptyBook()
  const told = new Set<number>()
  const trades: number[] = []
  const gaps: { stream: Stream; from: number; to: number; how: string | undefined }[] = []
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
          const { fromSequence: from, toSequence: to, state, how } = payload
          const stream = kindOf(payload.stream)
          if (state === 'opened') {
            const one = [...(stream === 'depth' ? told : trades)].find((number) => from <= number && number <= to)
            if (one !== undefined)
              faults.push(`the gap ${from} to ${to} of ${stream} opens over ${one}, which was told`)
          } else if (!gaps.some((gap) => gap.stream === stream && gap.from === from && gap.how === undefined))
            faults.push(`the gap ${from} to ${to} of ${stream} is closed and was not open`)
          gaps.push({ stream, from, to, how })
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
    against(box: ExchangeBox, depth = 10_000): string[] {
      const { truth } = box
      const found = [...faults, ...lostInSilence(box)]
      if (last !== truth.last) found.push(`the book is at ${last}, the exchange at ${truth.last}`)
      if (JSON.stringify(topOf(book, depth)) !== JSON.stringify(topOf(truth.book, depth)))
        found.push('the books differ')
      const count = open.get('depth') ?? 0
      if (count !== 0) found.push(`a gap of depth is open at the end`)
      return found
    },
    lostInSilence,
  }

  /** What was played between the first and the newest that were told, and was neither told nor is in a gap; and gaps of what never was. */
  function lostInSilence({ played }: Pick<ExchangeBox, 'played'>): string[] {
    const found: string[] = []
    const [firstTrade = Number.POSITIVE_INFINITY] = trades
    const newest = { depth: Math.max(0, ...told), trades: Math.max(0, ...trades) }
    const toldTrades = new Set(trades)
    // One that is filled holds nothing that was lost: all of it was told late.
    const isLost = (stream: Stream, number: number) =>
      gaps.some((gap) => gap.stream === stream && gap.how !== 'filled' && gap.from <= number && number <= gap.to) &&
      !gaps.some((gap) => gap.stream === stream && gap.how === 'filled' && gap.from <= number && number <= gap.to)
    for (const { update, trade } of played) {
      const isBehind = update !== undefined && update.last > firstSnapshot && update.last < newest.depth
      if (isBehind && !told.has(update.last) && !isLost('depth', update.last))
        found.push(`the update ${update.last} was lost in silence`)
      // What was lost at the very end shows only by what comes next.
      const isBetween = trade !== undefined && trade > firstTrade && trade < newest.trades
      if (isBetween && !toldTrades.has(trade) && !isLost('trades', trade))
        found.push(`the trade ${trade} was lost in silence`)
    }
    if (toldTrades.size !== trades.length) found.push('a trade was told twice')
    const most = {
      depth: Math.max(0, ...played.map(({ update }) => update?.last ?? 0)),
      trades: Math.max(0, ...played.map(({ trade }) => trade ?? 0)),
    }
    for (const { stream, from, to } of gaps)
      if (to > most[stream] || from > to)
        found.push(`a gap ${from} to ${to} of ${stream}, of which ${most[stream]} is the newest`)
    return found
  }
}

type Stream = 'depth' | 'trades'
const kindOf = (stream: string): Stream => (stream === 'depth' || stream === 'book' ? 'depth' : 'trades')
