import { basename } from 'node:path'
import { blockLines, type Damage } from '#lib/files/block-lines.ts'
import { unreadable } from '#lib/files/unreadable.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { LineFault } from '../line-fault.ts'
import type { ReadReport } from '../read-report.ts'
import { year2200Micros } from '../year-2200.ts'
import { believedTimes } from './believed-times.ts'
import { capturedJson } from './captured-json.ts'
import { capturedText } from './captured-text.ts'
import { inTimeOrder } from './in-time-order.ts'
import type { Placed, RawRecord } from './raw-record.ts'

/** `receipt`: `<ns since 1970> <frame>`; `json` and `text`: captures of whole sessions; `bare`: a frame a line, without times. */
export type RecordingForm = 'receipt' | 'json' | 'text' | 'bare'

/** A line that is no record, at the time of the one before it (the first ones at that of the first record). */
export type Unread = Omit<Placed, 'record'> & {
  readonly at: number
  readonly fault: string
  /** Nobody knows how much is missing: a damaged block, or what is behind a cut. */
  readonly isLost?: boolean
}

/** The records of files in order of time; at one instant those of the file that is named earlier, then by line, come first. */
export function* readRecording(files: readonly string[], report: Pick<ReadReport, 'badLine'>): Generator<Placed> {
  for (const one of readPlaced(files)) {
    const fault = 'fault' in one ? one.fault : one.badTime
    if (fault !== undefined) report.badLine(one.file, one.line, fault, 'fault' in one && one.isLost)
    if (!('fault' in one)) yield one
  }
}

/** As readRecording, with the lines that cannot be read in their places. */
export function* readPlaced(files: readonly string[]): Generator<Placed | Unread> {
  const readers = files.map((file) => inOrder(file, formOf(file)))
  if (readers.length === 1) return yield* readers[0] as Iterable<Placed | Unread>
  const heads = readers.map((reader) => reader.next())
  for (;;) {
    let first = -1
    for (const [i, head] of heads.entries()) {
      if (head.done === true) continue
      const best = first < 0 ? undefined : heads[first]?.value
      if (best === undefined || timeOf(head.value) < timeOf(best)) first = i
    }
    if (first < 0) return
    yield (heads[first] as IteratorYieldResult<Placed | Unread>).value
    heads[first] = (readers[first] as Generator<Placed | Unread>).next()
  }
}

const timeOf = (one: Placed | Unread): number => ('fault' in one ? one.at : one.record.at)

/** The form that most of the first lines have: the very first one may be cut. Throws a UserError where none has one. */
export function formOf(file: string): RecordingForm {
  const counts = new Map<RecordingForm, number>()
  let lines = 0
  for (const line of linesIn(file)) {
    const text = typeof line === 'string' ? line.trim() : ''
    if (text === '') continue
    const form = formOfLine(text)
    if (form !== null) counts.set(form, (counts.get(form) ?? 0) + 1)
    if (++lines === formLines) break
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a)
  if (most !== undefined) return most[0]
  if (lines === 0) return 'bare'
  throw new UserError('is no recording of raw frames: a line is a time in ns and a frame, or a record of a capture', {
    file,
    line: 1,
  })
}

const formLines = 20

function formOfLine(text: string): RecordingForm | null {
  if (/^\d{16,19} /.test(text)) return 'receipt'
  if (/^\{\s*"t"\s*:\s*"(recv|send|http|connect|close|resume|header)"/.test(text)) return 'json'
  if (/^\d{9,10}(\.\d+)?: |^\S+ (<->|<-|->) \d|^configuration: /.test(text)) return 'text'
  return /^[{[]/.test(text) ? 'bare' : null
}

/** Receipts come in order; captures put what was fetched in front. */
function inOrder(file: string, form: RecordingForm): Generator<Placed | Unread> {
  if (form === 'bare') return records(file, readerOf(file, form), false)
  const read = () => believedTimes(records(file, readerOf(file, form), true), receiptOf, atTime)
  return form === 'receipt' ? read() : inTimeOrder(read, timeOf)
}

const receiptOf = (one: Placed | Unread): number | null => ('fault' in one ? null : one.record.at)

function atTime(one: Placed | Unread, at: number, isBad: boolean): Placed | Unread {
  if ('fault' in one) return { ...one, at }
  if (!isBad) return one
  const badTime = `received at ${new Date(one.record.at / 1000).toISOString()}, which is far from those around it: it is told at the time of the one before`
  return { ...one, record: { ...one.record, at }, isTimed: false, badTime }
}

type LineOfRecording = (line: string) => RawRecord | null

function readerOf(file: string, form: RecordingForm): LineOfRecording {
  switch (form) {
    case 'receipt':
      return receipt
    case 'json':
      return capturedJson
    case 'text': {
      const connection = basename(file).replace(/\.gz$/, '')
      return (line) => capturedText(line, connection)
    }
    case 'bare':
      return (text) => ({ kind: 'frame', at: 0, connection: '', text })
  }
}

function receipt(line: string): RawRecord {
  const space = line.indexOf(' ')
  const time = line.slice(0, space)
  if (!/^\d{19}$/.test(time)) throw new LineFault('expected a time in ns and a frame')
  const at = Number(time.slice(0, -3))
  if (at >= year2200Micros) throw new LineFault('its time is beyond the year 2200')
  return { kind: 'frame', at, connection: '', text: line.slice(space + 1) }
}

function* records(file: string, read: LineOfRecording, isTimed: boolean): Generator<Placed | Unread> {
  let line = 0
  for (const text of linesIn(file)) {
    if (typeof text !== 'string') {
      const { fault, isEnd, block } = text
      yield { at: 0, file, line: line + 1, isTimed, fault, isLost: isEnd || block !== null }
      line += text.lines
      continue
    }
    line++
    if (text.trim() === '') continue
    const record = readLine(read, text)
    if (typeof record === 'string') yield { at: 0, file, line, isTimed, fault: record }
    else if (record !== null) yield { record, file, line, isTimed }
  }
}

/** The record of a line, or what is wrong with it. */
function readLine(read: LineOfRecording, text: string): RawRecord | null | string {
  try {
    return read(text)
  } catch (error) {
    if (!(error instanceof LineFault)) throw error
    return error.message
  }
}

function* linesIn(file: string): Generator<string | Damage> {
  try {
    yield* blockLines(file)
  } catch (error) {
    throw unreadable(file, error)
  }
}
