import { loadBook } from '#lib/book/order-book.ts'
import type { Depth, Sink, Venue } from '#services/md/adapters/normalize/decoder.ts'
import { readRecording } from '#services/md/adapters/raw/read-recording.ts'
import type { BoxFrame, trueBook } from './made-market.ts'

/** A recording of one instrument as the box plays it, byte for byte, from its snapshot on. `truth` is given the book of the snapshot. */
export function* recordedMarket(
  venue: Venue,
  market: string | undefined,
  file: string,
  truth: ReturnType<typeof trueBook>,
): Generator<BoxFrame> {
  const decoder = venue.openDecoder({ market })
  let depth: Depth | null = null
  let trade: number | null = null
  const sink: Sink = {
    say: () => undefined,
    trade: (_, __, number) => {
      trade = number
    },
    quote: () => undefined,
    depth: (one) => {
      depth = one
    },
    listing: () => undefined,
    leaveOut: () => undefined,
    delisted: () => undefined,
    subscribed: () => undefined,
    trouble: () => undefined,
  }
  let isWhole = false
  for (const { record } of readRecording([file], { badLine: () => undefined })) {
    depth = null
    trade = null
    decoder.read(record, sink)
    const said = depth as Depth | null
    if (said?.kind === 'snapshot') {
      loadBook(truth.book, said.bids, said.asks)
      truth.begin(said.lastSequence)
      isWhole = true
    }
    if (!isWhole || record.kind !== 'frame' || said?.kind === 'snapshot') continue
    if (said === null) yield trade === null ? { text: record.text } : { text: record.text, trade }
    else if (said.lastSequence > truth.last) {
      const { bids, asks, lastSequence: last, previousSequence: previous = said.firstSequence - 1 } = said
      yield { text: record.text, update: { previous, last, bids, asks } }
    }
  }
}
