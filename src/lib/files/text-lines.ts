const newline = 10
const carriageReturn = 13
/** Longer than any honest line: the deepest order book snapshot is below 1 MB. */
const longestLineBytes = 16 << 20

/** Lines of UTF-8 text without their line ends (LF or CRLF) and without a leading byte order mark; the last one needs no line end. */
export function* textLines(chunks: Iterable<Uint8Array>): Generator<string> {
  let held: Buffer[] = []
  let heldBytes = 0
  let isFirst = true
  for (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const last = bytes.lastIndexOf(newline)
    if (last < 0) {
      heldBytes += bytes.length
      if (heldBytes > longestLineBytes) throw new Error(`a line is longer than ${longestLineBytes} bytes`)
      held.push(Buffer.from(bytes))
      continue
    }
    const text =
      heldBytes === 0
        ? bytes.toString('utf8', 0, last)
        : Buffer.concat([...held, bytes.subarray(0, last)]).toString('utf8')
    held = [Buffer.from(bytes.subarray(last + 1))]
    heldBytes = bytes.length - last - 1
    yield* linesOf(isFirst ? withoutMark(text) : text)
    isFirst = false
  }
  if (heldBytes === 0) return
  const text = Buffer.concat(held).toString('utf8')
  yield* linesOf(isFirst ? withoutMark(text) : text)
}

function* linesOf(text: string): Generator<string> {
  let start = 0
  for (;;) {
    const end = text.indexOf('\n', start)
    const stop = end < 0 ? text.length : end
    yield text.slice(start, stop > start && text.charCodeAt(stop - 1) === carriageReturn ? stop - 1 : stop)
    if (end < 0) return
    start = end + 1
  }
}

const withoutMark = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
