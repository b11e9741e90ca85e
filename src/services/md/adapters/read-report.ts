import { UserError } from '#lib/terminal/user-error.ts'

/** Takes what a reader of files does not turn into facts. */
export type ReadReport = {
  /** A line that cannot be read: throws a UserError, or counts it and lets the reader go on. `isLost`: there is no line, and nobody knows how much is missing. */
  badLine(file: string, line: number, message: string, isLost?: boolean): void
  /** A row that is left out on purpose, by the reason in a few words. */
  leaveOut(reason: string): void
}

/** Plain numbers, for the summary. */
export type LeftOut = {
  badLines: number
  /** The first ten, with their places. */
  readonly firstBadLines: string[]
  /** What is missing, with its places. */
  readonly lost: string[]
  readonly rows: { [reason: string]: number }
}

export const nothingLeftOut = (): LeftOut => ({ badLines: 0, firstBadLines: [], lost: [], rows: {} })

/** Counts what is left out; the first bad line ends the import with its place, unless they are to be skipped. */
export function countingReport(leftOut: LeftOut, skipsBadLines: boolean): ReadReport {
  return {
    badLine(file, line, message, isLost = false) {
      if (!skipsBadLines)
        throw new UserError(message, { file, line, hint: '--skip-bad leaves such lines out and counts them' })
      leftOut.badLines++
      const shown = `${file}:${line}: ${message}`
      if (isLost) leftOut.lost.push(shown)
      else if (leftOut.firstBadLines.length < 10) leftOut.firstBadLines.push(shown)
    },
    leaveOut(reason) {
      leftOut.rows[reason] = (leftOut.rows[reason] ?? 0) + 1
    },
  }
}
