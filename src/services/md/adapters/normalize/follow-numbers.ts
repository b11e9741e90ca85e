import { behindMost, endRun, onNumber, type SequenceRun, startRun } from '#lib/book/sequence-run.ts'
import type { NewestNumber } from '../raw/raw-record.ts'
import type { Quote, Trade } from './decoder.ts'
import type { Flag, Tell } from './normalizer.ts'
import { tellGaps } from './tell-gaps.ts'

/** Trades that are numbered one by one, and quotes whose number rises: nothing is told twice, and nothing is missed in silence. */
export function followNumbers(tell: Tell, flag: Flag, isSettling: () => boolean) {
  const gaps = tellGaps(tell)
  const runs = new Map<string, Map<string, SequenceRun>>()
  const resumed = new Map<string, NewestNumber>()
  const newestQuotes = new Map<string, { quote: Quote; behind: number }>()

  const runOf = (instrument: string, stream: string): SequenceRun => {
    let ofStream = runs.get(stream)
    if (ofStream === undefined) {
      ofStream = new Map()
      runs.set(stream, ofStream)
    }
    const known = ofStream.get(instrument)
    if (known !== undefined) return known
    const before = resumed.get(instrument)
    resumed.delete(instrument)
    const run = startRun(before?.number, before?.at)
    ofStream.set(instrument, run)
    return run
  }

  return {
    /** Trades up to there were told before this start. */
    resume: (before: NewestNumber) => resumed.set(before.instrument, before),

    trade(trade: Trade, stream: string, number: number | null, isOfMarket: boolean) {
      const payload = trade
      if (number === null) return tell({ topic: 'md.tick', payload })
      const { instrument } = trade
      const of = { instrument, stream }
      const step = onNumber(runOf(instrument, stream), number, trade.exchangeAt ?? null)
      if (step.kind === 'repeated' || step.kind === 'behind')
        return flag('refused', step.kind === 'behind' ? 'late' : 'repeated', { ...of, reason: `trade ${number}` })
      if ('given' in step) for (const missing of step.given ?? []) gaps.closed(of, missing, 'lost')
      if (step.kind === 'restarted') {
        flag('flagged', 'sequence_restarted', { ...of, reason: `trade ${number} after ${step.after}` })
        if (step.refused !== null) gaps.lost(of, step.refused)
      }
      if (step.kind === 'gap') gaps[step.isLost === true ? 'lost' : 'opened'](of, step)
      if (isOfMarket) tell({ topic: 'md.tick', payload })
      if (step.kind === 'filled' && step.closed !== null)
        gaps.closed(of, step.closed, step.closed.left > 0 ? 'lost' : 'filled')
    },

    /** Is the quote told? One that is older than the newest is not, nor one that was told before. */
    quote(quote: Quote, stream: string): boolean {
      const { instrument, sequence } = quote
      const followed = newestQuotes.get(instrument)
      const newest = followed?.quote
      if (sequence !== undefined && newest?.sequence !== undefined && sequence <= newest.sequence) {
        const isRepeated = sequence === newest.sequence && isSame(quote, newest)
        // When a connection is replaced, the new one has said much that was told.
        const isBehind = !isRepeated && sequence < newest.sequence && !isSettling()
        if (isBehind && followed !== undefined && ++followed.behind >= behindMost)
          flag('flagged', 'sequence_restarted', {
            instrument,
            stream,
            reason: `quote ${sequence} after ${newest.sequence}`,
          })
        else if (isRepeated || sequence < newest.sequence) {
          flag('refused', isRepeated ? 'repeated' : 'late', { instrument, stream, reason: `quote ${sequence}` })
          return false
        }
      }
      if (followed === undefined) newestQuotes.set(instrument, { quote, behind: 0 })
      else {
        followed.quote = quote
        followed.behind = 0
      }
      tell({ topic: 'md.tick', payload: quote })
      return true
    },

    onDisconnect: giveUp,
    end: giveUp,
  }

  function giveUp(): void {
    for (const [stream, ofStream] of runs)
      for (const [instrument, run] of ofStream) {
        const { missing, refused } = endRun(run)
        for (const hole of missing) gaps.closed({ instrument, stream }, hole, 'lost')
        if (refused !== null) gaps.lost({ instrument, stream }, refused)
      }
  }
}

const isSame = (a: Quote, b: Quote): boolean =>
  a.bid === b.bid &&
  a.bidSize === b.bidSize &&
  a.ask === b.ask &&
  a.askSize === b.askSize &&
  a.exchangeAt === b.exchangeAt
