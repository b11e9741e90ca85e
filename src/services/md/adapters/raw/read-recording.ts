import { basename } from 'node:path'
import { readChunks } from '#lib/files/read-chunks.ts'
import { textLines } from '#lib/files/text-lines.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { LineFault } from '../line-fault.ts'
import type { ReadReport } from '../read-report.ts'
import { capturedJson } from './captured-json.ts'
import { capturedText } from './captured-text.ts'
import type { Placed, RawRecord } from './raw-record.ts'

/** `receipt`: `<ns since 1970> <frame>`; `json` and `text`: captures of whole sessions; `bare`: a frame a line, without times. */
export type RecordingForm = 'receipt' | 'json' | 'text' | 'bare'

/** The records of files in order of time; at one instant those of the file that is named earlier, then by line, come first. */
export function* readRecording(files: readonly string[], report: Pick<ReadReport, 'badLine'>): Generator<Placed> {
  const readers = files.map((file) => inOrder(file, formOf(file), report))
  if (readers.length === 1) return yield* readers[0] as Iterable<Placed>
  const heads = readers.map((reader) => reader.next())
  for (;;) {
    let first = -1
    for (const [i, head] of heads.entries()) {
      if (head.done === true) continue
      const best = first < 0 ? undefined : heads[first]?.value
      if (best === undefined || head.value.record.at < best.record.at) first = i
    }
    if (first < 0) return
    yield (heads[first] as IteratorYieldResult<Placed>).value
    heads[first] = (readers[first] as Generator<Placed>).next()
  }
}

/** By its first line. Throws a UserError when it looks like none. */
export function formOf(file: string): RecordingForm {
  for (const line of linesIn(file)) {
    const text = line.trim()
    if (text === '') continue
    if (/^\d{16,19} /.test(text)) return 'receipt'
    if (/^\{\s*"t"\s*:\s*"(recv|send|http|connect|close|header)"/.test(text)) return 'json'
    if (/^\d{9,10}(\.\d+)?: |^\S+ (<->|<-|->) \d|^configuration: /.test(text)) return 'text'
    if (/^[{[]/.test(text)) return 'bare'
    throw new UserError('is no recording of raw frames: a line is a time in ns and a frame, or a record of a capture', {
      file,
      line: 1,
    })
  }
  return 'bare'
}

/** Receipts come in order; captures put what was fetched in front, and a stable sort puts everything in its place. */
function inOrder(file: string, form: RecordingForm, report: Pick<ReadReport, 'badLine'>): Generator<Placed> {
  const placed = records(file, readerOf(file, form), form !== 'bare', report)
  return form === 'receipt' || form === 'bare' ? placed : sorted(placed)
}

function* sorted(placed: Iterable<Placed>): Generator<Placed> {
  yield* [...placed].sort((a, b) => a.record.at - b.record.at)
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
  if (at >= year2200) throw new LineFault('its time is beyond the year 2200')
  return { kind: 'frame', at, connection: '', text: line.slice(space + 1) }
}

const year2200 = 7_258_118_400_000_000

function* records(
  file: string,
  read: LineOfRecording,
  isTimed: boolean,
  report: Pick<ReadReport, 'badLine'>,
): Generator<Placed> {
  let number = 0
  for (const line of linesIn(file)) {
    number++
    if (line.trim() === '') continue
    let record: RawRecord | null
    try {
      record = read(line)
    } catch (error) {
      if (!(error instanceof LineFault)) throw error
      report.badLine(file, number, error.message)
      continue
    }
    if (record !== null) yield { record, file, line: number, isTimed }
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
