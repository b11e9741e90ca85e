import { faultText, foldDepth } from '#lib/book/book-checksum.ts'
import { emptyBook, type OrderBook, topOf } from '#lib/book/order-book.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { followDepth, holeText } from '#services/md/adapters/depth-holes.ts'
import type { ExchangeBox } from './exchange-box.ts'
import { eraNumber, eraSize, eraTold } from './made-market.ts'

/** Hears facts as any service would, and compares them with the truth of the box. */
export function consumer() {
  const books = new Map<string, OrderBook>()
  const depthRun = followDepth()
  const told = new Set<number>()
  const trades: number[] = []
  const gaps: Gap[] = []
  const open = new Map<string, number>()
  let last = 0
  const firstSnapshots = new Map<number, number>()
  let newestAt = 0
  const faults: string[] = []
  const codes = new Map<string, number>()

  return {
    codes,
    trades,
    /** The newest update, with its era. */
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
        if (topic === 'md.tick' && payload.kind === 'trade') trades.push(keyOf('trades', payload.sequence as number))
        if (topic === 'md.gap') {
          const { state, how } = payload
          const stream = kindOf(payload.stream)
          const opened = gaps.findLast(({ first, stream: of }) => of === stream && first === payload.fromSequence)
          const [from, to] = [keyOf(stream, payload.fromSequence), keyOf(stream, payload.toSequence)]
          if (state === 'opened') {
            if (stream === 'depth') depthRun.onGap(payload.instrument, payload.toSequence)
            const one = [...(stream === 'depth' ? told : trades)].find((number) => from <= number && number <= to)
            if (one !== undefined)
              faults.push(`the gap ${from} to ${to} of ${stream} opens over ${one}, which was told`)
          } else if (opened === undefined)
            faults.push(`the gap ${from} to ${to} of ${stream} is closed and was not open`)
          gaps.push({ stream, from, to, how, first: payload.fromSequence })
          open.set(stream, (open.get(stream) ?? 0) + (state === 'opened' ? 1 : -1))
        }
        if (topic !== 'md.depth') continue
        const newest = keyOf('depth', payload.lastSequence)
        const fault = foldDepth(books, payload)
        if (fault !== null) faults.push(faultText(fault))
        const hole = depthRun.onDepth(payload)
        if (hole !== null) faults.push(holeText(hole))
        if (payload.kind === 'snapshot') {
          if (!firstSnapshots.has(eraOf(newest))) firstSnapshots.set(eraOf(newest), newest)
          if (newest < last) faults.push(`a snapshot goes back from ${last} to ${newest}`)
        } else if (newest < last) faults.push(`an update goes back from ${last} to ${newest}`)
        told.add(newest)
        last = newest
      }
    },
    /** What does not hold, in words; nothing when everything does. */
    against(box: ExchangeBox, depth = 10_000, received?: ReadonlySet<string>): string[] {
      const { truth } = box
      const [book = emptyBook()] = books.values()
      const found = [...faults, ...lostInSilence(box, received)]
      if (last !== truth.newest) found.push(`the book is at ${last}, the exchange at ${truth.newest}`)
      if (JSON.stringify(topOf(book, depth)) !== JSON.stringify(topOf(truth.book, depth)))
        found.push('the books differ')
      const count = open.get('depth') ?? 0
      if (count !== 0) found.push(`a gap of depth is open at the end`)
      return found
    },
    lostInSilence,
  }

  /**
   * What was played between the first and the newest that were told, and was neither told nor is in a gap; and gaps of what never was.
   * Of an era after the first that was told, it is from the first of the `received` frames: that it was begun is seen only by what is refused meanwhile.
   */
  function lostInSilence({ played }: Pick<ExchangeBox, 'played'>, received: ReadonlySet<string> = new Set()): string[] {
    const found: string[] = []
    const toldTrades = new Set(trades)
    // One that is filled holds nothing that was lost: all of it was told late.
    const isLost = (stream: Stream, number: number) => {
      const hows = gaps.filter((gap) => gap.stream === stream && gap.from <= number && number <= gap.to)
      return hows.length > 0 && !hows.some(({ how }) => how === 'filled')
    }
    const [depths, ofTrades] = [spans([...firstSnapshots.values(), ...told]), spans(trades)]
    for (const { text, update, trade, era = 0 } of played) {
      const all = update === undefined ? ofTrades : depths
      const span = all.get(era)
      const isLater = [...all.keys()].some((told) => told < era)
      if (span !== undefined && isLater && received.has(text))
        span.first = Math.min(span.first, eraNumber(era, update?.last ?? trade ?? 0) - 1)
    }
    for (const { update, trade, era = 0 } of played) {
      const last = eraNumber(era, update?.last ?? 0)
      if (update !== undefined && isWithin(depths, last) && !told.has(last) && !isLost('depth', last))
        found.push(`the update ${last} was lost in silence`)
      const number = eraNumber(era, trade ?? 0)
      if (trade !== undefined && isWithin(ofTrades, number) && !toldTrades.has(number) && !isLost('trades', number))
        found.push(`the trade ${number} was lost in silence`)
    }
    if (toldTrades.size !== trades.length) found.push('a trade was told twice')
    const most = { depth: 0, trades: 0 }
    for (const { update, trade, era = 0 } of played) {
      most.depth = Math.max(most.depth, eraNumber(era, update?.last ?? 0))
      most.trades = Math.max(most.trades, eraNumber(era, trade ?? 0))
    }
    for (const { stream, from, to } of gaps)
      if (to > most[stream] || from > to)
        found.push(`a gap ${from} to ${to} of ${stream}, of which ${most[stream]} is the newest`)
    return found
  }
}

type Stream = 'depth' | 'trades'
/** `first` as it was told; `from` and `to` with the era. */
type Gap = {
  readonly stream: Stream
  readonly first: number
  readonly from: number
  readonly to: number
  readonly how: string | undefined
}
const keyOf = (stream: Stream, number: number): number => eraNumber(eraTold(stream, number), number)
const eraOf = (number: number): number => Math.floor(number / eraSize)
const kindOf = (stream: string): Stream => (stream === 'depth' || stream === 'book' ? 'depth' : 'trades')

/** The first and the newest that was told of each era: what was lost at its end shows only by what comes next. */
function spans(numbers: readonly number[]): Map<number, { first: number; newest: number }> {
  const found = new Map<number, { first: number; newest: number }>()
  for (const number of numbers) {
    const span = found.get(eraOf(number))
    if (span === undefined) found.set(eraOf(number), { first: number, newest: number })
    else span.newest = Math.max(span.newest, number)
  }
  return found
}

function isWithin(all: ReadonlyMap<number, { first: number; newest: number }>, number: number): boolean {
  const span = all.get(eraOf(number))
  return span !== undefined && number > span.first && number < span.newest
}
