import { behindMost } from '#lib/book/sequence-run.ts'
import type { Flag } from './normalizer.ts'

type Dated = { readonly instrument: string; readonly exchangeAt?: number }
type Newest = { at: number; behind: number }
type Sides = { readonly instrument: string; readonly bid: string | null; readonly ask: string | null }

/** Best prices: those without a number go by their time, and those that meet are flagged. [MD-N5b] [MD-N8] */
export function followQuotes(flag: Flag) {
  const newest = new Map<string, Map<string, Newest>>()
  const crossed = new Set<string>()

  return {
    /** Is it no older than the newest of its kind? */
    isInTime({ instrument, exchangeAt }: Dated, stream: string): boolean {
      if (exchangeAt === undefined) return true
      const ofStream = newest.get(stream) ?? new Map<string, Newest>()
      newest.set(stream, ofStream)
      const known = ofStream.get(instrument)
      if (known === undefined) ofStream.set(instrument, { at: exchangeAt, behind: 0 })
      else if (exchangeAt >= known.at || ++known.behind >= behindMost) {
        if (exchangeAt < known.at)
          flag('flagged', 'sequence_restarted', {
            instrument,
            stream,
            reason: `its times go on from ${instant(exchangeAt)} after ${instant(known.at)}`,
          })
        known.at = exchangeAt
        known.behind = 0
      } else {
        flag('refused', 'late', {
          instrument,
          stream,
          reason: `of ${instant(exchangeAt)} after one of ${instant(known.at)}`,
        })
        return false
      }
      return true
    },

    onSides({ instrument, bid, ask }: Sides, stream: string): void {
      const isCrossed = bid !== null && ask !== null && isReached(bid, ask)
      if (!isCrossed && crossed.size === 0) return
      const key = `${stream} ${instrument}`
      if (isCrossed === crossed.has(key)) return
      if (isCrossed) crossed.add(key)
      else crossed.delete(key)
      flag(isCrossed ? 'flagged' : 'cleared', 'crossed_book', {
        instrument,
        stream,
        reason: `best bid ${bid}, best ask ${ask}`,
      })
    },
  }
}

/** Is a bid at an ask or above? Nearly always they differ behind the point of texts of one length: there the first other digit tells. */
function isReached(bid: string, ask: string): boolean {
  let isFraction = false
  for (let i = 0; bid.length === ask.length && i < bid.length; i++) {
    const digit = bid.charCodeAt(i)
    const other = ask.charCodeAt(i)
    if (digit === other) isFraction ||= digit === 46
    else if (isFraction && bid.charCodeAt(0) !== 45) return digit > other
    else break
  }
  return Number(bid) >= Number(ask)
}

const instant = (micros: number): string => new Date(micros / 1000).toISOString()
