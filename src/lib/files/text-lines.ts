import { CutFile } from './cut-file.ts'

const newline = 10
const carriageReturn = 13
/** Longer than any honest line: the deepest order book snapshot is below 1 MB. */
const longestLineBytes = 16 << 20

/** In the place of a line that is too long to be one, or at the end of a file that is cut (`isEnd`; a line that the cut goes through is lost with what is behind it). */
export type Loss = { readonly lost: string; readonly isEnd: boolean }

const tooLong: Loss = { lost: `a line is longer than ${longestLineBytes} bytes`, isEnd: false }

/** Lines of UTF-8 text without their line ends (LF or CRLF) and without a leading byte order mark; the last one needs no line end. */
export function* textLines(chunks: Iterable<Uint8Array>): Generator<string> {
  for (const line of linesOrLosses(chunks)) {
    if (typeof line !== 'string') throw new Error(line.lost)
    yield line
  }
}

/** As textLines; what cannot be given is said in its place. */
export function* linesOrLosses(chunks: Iterable<Uint8Array>): Generator<string | Loss> {
  let held: Buffer[] = []
  let heldBytes = 0
  let isFirst = true
  let cut: CutFile | null = null
  for (const chunk of untilCut(chunks)) {
    if (chunk instanceof CutFile) {
      cut = chunk
      break
    }
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const last = bytes.lastIndexOf(newline)
    if (last < 0) {
      heldBytes += bytes.length
      if (heldBytes <= longestLineBytes) held.push(Buffer.from(bytes))
      else held = []
      continue
    }
    // What was too long to be held ends with the first line end.
    const start = heldBytes > longestLineBytes ? bytes.indexOf(newline) + 1 : 0
    const text =
      heldBytes === 0 || start > 0
        ? bytes.toString('utf8', start, last)
        : Buffer.concat([...held, bytes.subarray(0, last)]).toString('utf8')
    held = [Buffer.from(bytes.subarray(last + 1))]
    heldBytes = bytes.length - last - 1
    if (start > 0) yield tooLong
    if (start <= last) yield* linesOf(isFirst && start === 0 ? withoutMark(text) : text)
    isFirst = false
  }
  if (heldBytes > 0 && cut?.isTextWhole !== false) {
    const text = Buffer.concat(held).toString('utf8')
    if (heldBytes > longestLineBytes) yield tooLong
    else yield* linesOf(isFirst ? withoutMark(text) : text)
  }
  if (cut !== null) yield { lost: cut.message, isEnd: true }
}

function* untilCut(chunks: Iterable<Uint8Array>): Generator<Uint8Array | CutFile> {
  try {
    yield* chunks
  } catch (error) {
    if (!(error instanceof CutFile)) throw error
    yield error
  }
}

function* linesOf(text: string): Generator<string | Loss> {
  let start = 0
  for (;;) {
    const end = text.indexOf('\n', start)
    const stop = end < 0 ? text.length : end
    if (stop - start > longestLineBytes) yield tooLong
    else yield text.slice(start, stop > start && text.charCodeAt(stop - 1) === carriageReturn ? stop - 1 : stop)
    if (end < 0) return
    start = end + 1
  }
}

const withoutMark = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
