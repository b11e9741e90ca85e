import { behindMost } from '#lib/book/sequence-run.ts'
import type { Flag } from './normalizer.ts'

type Dated = { readonly instrument: string; readonly exchangeAt?: number }
type Sides = { readonly instrument: string; readonly bid: string | null; readonly ask: string | null }

/** Best prices: those without a number go by their time, and those that meet are flagged. [MD-N5b] [MD-N8] */
export function followQuotes(flag: Flag) {
  const newest = new Map<string, Map<string, { at: number; behind: number }>>()
  const crossed = new Map<string, Set<string>>()

  return {
    /** Is it no older than the newest of its kind? */
    isInTime({ instrument, exchangeAt }: Dated, stream: string): boolean {
      if (exchangeAt === undefined) return true
      const ofStream = of(newest, stream, () => new Map())
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
      const isCrossed = bid !== null && ask !== null && Number(bid) >= Number(ask)
      const ofStream = of(crossed, stream, () => new Set())
      if (isCrossed === ofStream.has(instrument)) return
      if (isCrossed) ofStream.add(instrument)
      else ofStream.delete(instrument)
      flag(isCrossed ? 'flagged' : 'cleared', 'crossed_book', {
        instrument,
        stream,
        reason: `best bid ${bid}, best ask ${ask}`,
      })
    },
  }
}

const instant = (micros: number): string => new Date(micros / 1000).toISOString()

function of<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}
