import { basename } from 'node:path'
import { readChunks } from '#lib/files/read-chunks.ts'
import { textLines } from '#lib/files/text-lines.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { LineFault } from '../line-fault.ts'
import type { ReadReport } from '../read-report.ts'
import { year2200Micros } from '../year-2200.ts'
import { capturedJson } from './captured-json.ts'
import { capturedText } from './captured-text.ts'
import { inTimeOrder } from './in-time-order.ts'
import type { Placed, RawRecord } from './raw-record.ts'

/** `receipt`: `<ns since 1970> <frame>`; `json` and `text`: captures of whole sessions; `bare`: a frame a line, without times. */
export type RecordingForm = 'receipt' | 'json' | 'text' | 'bare'

/** A line that is no record, at the time of the one before it (the first ones at that of the first record). */
export type Unread = Omit<Placed, 'record'> & { readonly at: number; readonly fault: string }

/** The records of files in order of time; at one instant those of the file that is named earlier, then by line, come first. */
export function* readRecording(files: readonly string[], report: Pick<ReadReport, 'badLine'>): Generator<Placed> {
  for (const one of readPlaced(files)) {
    if ('fault' in one) report.badLine(one.file, one.line, one.fault)
    else yield one
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
    const text = line.trim()
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
  const read = () => records(file, readerOf(file, form), form !== 'bare')
  return form === 'receipt' || form === 'bare' ? read() : inTimeOrder(read, timeOf)
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
  let at: number | null = null
  const faults: { line: number; fault: string }[] = []
  let line = 0
  for (const text of linesIn(file)) {
    line++
    if (text.trim() === '') continue
    const record = readLine(read, text)
    if (typeof record === 'string') {
      if (at === null) faults.push({ line, fault: record })
      else yield { at, file, line, isTimed, fault: record }
    } else if (record !== null) {
      at = record.at
      for (const one of faults.splice(0)) yield { at, file, isTimed, ...one }
      yield { record, file, line, isTimed }
    }
  }
  for (const one of faults) yield { at: 0, file, isTimed, ...one }
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

function* linesIn(file: string): Generator<string> {
  try {
    yield* textLines(readChunks(file))
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const { code } = error as NodeJS.ErrnoException
    throw new UserError(code === 'ENOENT' ? 'there is no such file' : `cannot be read: ${error.message}`, { file })
  }
}
