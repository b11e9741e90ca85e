import { type Loss, linesOrLosses } from '#lib/files/text-lines.ts'
import { unreadable } from '#lib/files/unreadable.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { LineFault } from './line-fault.ts'
import type { ReadReport } from './read-report.ts'
import { year2200Micros } from './year-2200.ts'

/** Reads one line: the fact that it holds, or none. Throws a LineFault when it cannot be read. */
export type LineReader = (line: string) => MarketFact | null

/**
 * The facts of a text file, line by line; empty lines say nothing. A line that cannot be read, is too long to be one, or goes back in time,
 * and the end of a file that is cut, go to the report with their places. A file that cannot be unpacked is a UserError.
 */
export function* readLines(
  file: string,
  chunks: Iterable<Uint8Array>,
  read: LineReader,
  report: ReadReport,
): Generator<MarketFact> {
  let number = 0
  let newest = 0
  for (const line of linesIn(file, chunks)) {
    number++
    if (typeof line !== 'string') {
      report.badLine(file, number, line.lost, line.isEnd)
      continue
    }
    if (line.length === 0) continue
    let fact: MarketFact | null
    try {
      fact = read(line)
      if (fact === null) continue
      if (fact.at >= year2200Micros) throw new LineFault('its time is beyond the year 2200')
      if (fact.at < newest) throw new LineFault(`time goes back, from ${isoMicros(newest)} to ${isoMicros(fact.at)}`)
    } catch (error) {
      if (!(error instanceof LineFault)) throw error
      report.badLine(file, number, error.message)
      continue
    }
    newest = fact.at
    yield fact
  }
}

/** `2024-08-08T23:54:13.937085Z` */
export function isoMicros(at: number): string {
  const ms = Math.floor(at / 1000)
  const micros = String(at - ms * 1000).padStart(3, '0')
  return `${new Date(ms).toISOString().slice(0, -1)}${micros}Z`
}

function* linesIn(file: string, chunks: Iterable<Uint8Array>): Generator<string | Loss> {
  try {
    yield* linesOrLosses(chunks)
  } catch (error) {
    throw unreadable(file, error)
  }
}
