import { checkLine } from '#lib/codec/check-line.ts'
import { LineFile } from '#lib/journal/line-file.ts'
import { isOfSystem, type ReadDisk } from '#lib/journal/log-disk.ts'
import { openNow, type Segment } from '#lib/journal/log-files.ts'
import { atIn, openLine, topicIn } from '#lib/journal/log-line.ts'
import { readFooter, type SegmentFooter, SegmentTally } from '#lib/journal/segment-footer.ts'
import { wholeLines } from '#lib/journal/whole-lines.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** Something in a log that is not as it was written. `seq` is 0 where it is not known. */
export type LogFault = {
  readonly file: string
  readonly offset: number
  readonly seq: number
  readonly kind: 'crc' | 'order' | 'footer' | 'chain' | 'schema' | 'missing' | 'packed' | 'unreadable'
  readonly message: string
}

export type SegmentCheck = {
  /** The first seq that another file has. */
  readonly end: number
  readonly head: number
  readonly isJournal: boolean
  readonly onFault: (fault: LogFault) => void
  readonly onEvent: (seq: number, endOffset: number) => void
  /** To be done when all else was looked at. */
  readonly onLater: (look: () => void) => void
}

/** Looks at one file. Gives its footer; null where it has none, undefined where its end was not got to. */
export function checkSegment(
  disk: ReadDisk,
  segment: Segment,
  options: SegmentCheck,
): SegmentFooter | null | undefined {
  const { onFault, end, head, onEvent } = options
  const start = { file: segment.path, offset: 0, seq: 0 }
  try {
    try {
      return checkLines(disk, segment, options)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      onFault({ ...start, kind: 'packed', message: error.message })
      for (const { seq } of wholeLines(disk, segment)) if (seq < end && seq <= head) onEvent(seq, 0)
    }
  } catch (error) {
    if (!isOfSystem(error)) throw error
    onFault({ ...start, kind: 'unreadable', message: `cannot be read: ${(error as Error).message}` })
  }
  return undefined
}

function checkLines(
  disk: ReadDisk,
  segment: Segment,
  { end, head, isJournal, onFault, onEvent, onLater }: SegmentCheck,
): SegmentFooter | null | undefined {
  const file = openNow(disk, segment, (path) => new LineFile(disk, path))
  if (file === null) return undefined
  const { path } = file
  const fault = ({ offset, seq }: { offset: number; seq: number }, kind: LogFault['kind'], message: string) =>
    onFault({ file: path, offset, seq, kind, message })
  const tally = new SegmentTally()
  let lastSeq = 0
  try {
    while (file.next()) {
      // A file that has another one's name: no reader gets to what is in it.
      if (file.isIntact && lastSeq === 0 && (file.seq < segment.firstSeq || file.seq >= end))
        fault(file, 'order', `event ${file.seq} does not belong into this file`)
      if (file.isIntact && file.seq >= end) break
      // It was written behind what is looked at.
      if (file.isIntact && file.seq > head) return undefined
      if (!file.isIntact) {
        // Behind what was acknowledged a journal may be torn: the next start keeps that aside.
        if (isJournal && Math.max(lastSeq, segment.firstSeq - 1) >= head) break
        const { offset, seq } = file
        const say = () => fault({ offset, seq }, 'crc', 'is not the line that was written')
        if (!isJournal && end === Number.POSITIVE_INFINITY && file.bytes.at(-1) !== 10) {
          // It may be half written: what is in a topic file's end is in the journal too.
          onLater(() => isTorn(disk, segment, { offset, lastSeq }) && say())
          break
        }
        say()
        continue
      }
      if (file.seq <= lastSeq) fault(file, 'order', `event ${file.seq} comes after event ${lastSeq}`)
      lastSeq = file.seq
      const { line } = file
      const checked = checkLine(openLine(line, file.seq).content)
      if (checked.kind === 'invalid') {
        const [first] = checked.faults
        fault(file, 'schema', [first?.path, first?.message].filter((part) => part !== '').join(': '))
      }
      tally.count(file.seq, topicIn(line), atIn(line))
      tally.hash(file.bytes)
      onEvent(file.seq, file.endOffset)
    }
    if (file.footer === null) return null
    const stated = readFooter(file.footer)
    const found = tally.footer('')
    if (stated === null || stated.sha256 !== found.sha256 || stated.events !== found.events)
      fault({ offset: found.bytes, seq: 0 }, 'footer', 'its footer is not of the lines before it')
    return stated
  } finally {
    file.close()
  }
}

/** Is a line that had no end when it was read still none? */
function isTorn(disk: ReadDisk, segment: Segment, { offset, lastSeq }: { offset: number; lastSeq: number }): boolean {
  const file = openNow(disk, segment, (path) => new LineFile(disk, path))
  try {
    file?.seekTo(lastSeq)
    while (file?.next()) if (file.offset >= offset) return !file.isIntact
    return false
  } finally {
    file?.close()
  }
}
