/** Writes beyond the end of the bytes are dropped: who calls compares the answer with the length, and makes room. */
export type Bytes = Buffer

/** Characters that JSON takes as they are, ASCII and without quotes: as an id or a price is. Answers where they end. */
export function writePlain(bytes: Bytes, at: number, text: string): number {
  const { length } = text
  if (length <= shortMost) for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i)
  // Buffer.write drops what does not fit, but throws where nothing does.
  else if (at < bytes.length) bytes.write(text, at, 'latin1')
  return at + length
}

/** Up to here a loop is faster than a call into Node. */
const shortMost = 14

/** Any text as a JSON string, with its quotes. */
export function writeString(bytes: Bytes, at: number, text: string): number {
  bytes[at] = 34
  const { length } = text
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code < 32 || code > 126 || code === 34 || code === 92) return writeWide(bytes, at, JSON.stringify(text))
    bytes[at + 1 + i] = code
  }
  bytes[at + 1 + length] = 34
  return at + 2 + length
}

/** Any value, as JSON.stringify has it. */
export const writeJson = (bytes: Bytes, at: number, value: unknown): number =>
  writeWide(bytes, at, JSON.stringify(value))

/** A whole number; anything else as JSON has it. */
export function writeInt(bytes: Bytes, at: number, value: number): number {
  if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER && value === Math.floor(value)))
    return writeDouble(bytes, at, value)
  if (value < 1e8) return writeSmall(bytes, at, value | 0)
  const high = Math.floor(value / 1e8)
  const next = high < 1e8 ? writeSmall(bytes, at, high | 0) : writeInt(bytes, at, high)
  return writeEight(bytes, next, (value - high * 1e8) | 0)
}

/** The shortest text that is this double again; null where there is none. */
export const writeDouble = (bytes: Bytes, at: number, value: number): number =>
  writePlain(bytes, at, value - value === 0 ? `${value}` : 'null')

function writeSmall(bytes: Bytes, at: number, value: number): number {
  const digits =
    value < 1e4
      ? value < 1e2
        ? value < 10
          ? 1
          : 2
        : value < 1e3
          ? 3
          : 4
      : value < 1e6
        ? value < 1e5
          ? 5
          : 6
        : value < 1e7
          ? 7
          : 8
  let rest = value
  for (let i = at + digits - 1; i >= at; i--) {
    const tenth = (rest / 10) | 0
    bytes[i] = 48 + rest - tenth * 10
    rest = tenth
  }
  return at + digits
}

function writeEight(bytes: Bytes, at: number, value: number): number {
  let rest = value
  for (let i = at + 7; i >= at; i--) {
    const tenth = (rest / 10) | 0
    bytes[i] = 48 + rest - tenth * 10
    rest = tenth
  }
  return at + 8
}

function writeWide(bytes: Bytes, at: number, text: string): number {
  const length = Buffer.byteLength(text)
  if (at + length <= bytes.length) bytes.write(text, at)
  return at + length
}
