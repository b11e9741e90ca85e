import type { MarketFact } from '#lib/market/market-fact.ts'
import { quantityIn } from '../decimal-text.ts'
import { LineFault } from '../line-fault.ts'
import { priceReader } from './lean-price.ts'
import type { LeanReading } from './lean-reader.ts'

type Cells = readonly string[]
type Sides = { bid: string | null; bidSize: string | null; ask: string | null; askSize: string | null }

/**
 * Quote ticks: time,bid,ask (forex, cfd: no sizes are known, so they are null); time,bid,bidSize,ask,askSize,... (the rest). Where a
 * side is `0,0` or empty it did not change: the quote repeats what it was, and null before the first.
 */
export function quoteTickReader(reading: LeanReading): (cells: string[]) => MarketFact | null {
  const { clock, instrument, keepsSuspicious, onSuspicious } = reading
  const price = priceReader(reading.path)
  const standing: Sides = { bid: null, bidSize: null, ask: null, askSize: null }
  return (cells) => {
    const isSuspicious = cells.length >= 8 && cells[7] === '1'
    const at = clock.startOf(cells[0] as string)
    const told = cells.length === 3 ? pair(cells, price) : both(cells, price)
    if (isSuspicious && !keepsSuspicious) {
      onSuspicious()
      return null
    }
    if (told.bid !== null) {
      standing.bid = told.bid
      standing.bidSize = told.bidSize
    }
    if (told.ask !== null) {
      standing.ask = told.ask
      standing.askSize = told.askSize
    }
    return { at, topic: 'md.tick', payload: { kind: 'quote', instrument, ...standing } }
  }
}

type PriceOf = (cell: string | undefined, name: string) => string

const pair = (cells: Cells, price: PriceOf): Sides => ({
  bid: price(cells[1], 'bid'),
  bidSize: null,
  ask: price(cells[2], 'ask'),
  askSize: null,
})

function both(cells: Cells, price: PriceOf): Sides {
  if (cells.length < 5) throw new LineFault(`${cells.length} cells, expected 3 or at least 5`)
  const hasBid = isTold(cells[1], cells[2])
  const hasAsk = isTold(cells[3], cells[4])
  return {
    bid: hasBid ? price(cells[1], 'bid') : null,
    bidSize: hasBid ? quantityIn(cells[2], 'bid size') : null,
    ask: hasAsk ? price(cells[3], 'ask') : null,
    askSize: hasAsk ? quantityIn(cells[4], 'ask size') : null,
  }
}

const isTold = (price: string | undefined, size: string | undefined): boolean =>
  price !== '' && !(price === '0' && size === '0')
