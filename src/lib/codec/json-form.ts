import { digitsEnd, intValue, numberEnd, plainTextEnd, unsignedEnd } from './json-scan.ts'
import { type PlainDecimal, PlainLevels } from './plain-decimal.ts'

/**
 * The bytes of a JSON text with holes for its values: value i stood from `starts[i]` to `ends[i]`, and belongs to `keys[i]` of `parents[i]`.
 * `root` is the object that a text is read into.
 */
export type JsonForm = {
  readonly root: unknown
  readonly fixed: Uint8Array
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  /** Null where the value is only passed over. */
  readonly parents: readonly (Fields | null)[]
  readonly keys: readonly string[]
  /** Null where the value is no decimal that is checked as it is read. */
  readonly decimals: readonly (PlainDecimal | null)[]
}

/** A text of ASCII: values are found in its bytes, behind which a zero stands, and are cut from it. */
export type JsonText = { readonly text: string; readonly bytes: Uint8Array }

export type Fields = Record<string, unknown>

/** Reads a text into the root of a form; false where it is not of this form: then the root holds nothing that may be read. */
export function readForm(form: JsonForm, json: JsonText, isNumberText: boolean): boolean {
  const { fixed, starts, ends, parents, keys, decimals } = form
  const { bytes } = json
  let at = 0
  let from = 0
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i] as number
    if (!isSame(bytes, at, fixed, from, start)) return false
    at += start - from
    from = ends[i] as number
    const parent = parents[i]
    const end = parent === null ? scalarEndIn(bytes, at) : -1
    if (end > 0) {
      at = end
      continue
    }
    const decimal = decimals[i] as PlainDecimal | null
    const value = (decimal && readChecked(json, at, isNumberText, decimal)) ?? readValue(json, at, isNumberText)
    if (value === undefined) return false
    if (parent) parent[keys[i] as string] = value
    at = valueEnd
  }
  return json.text.length - at === fixed.length - from && isSame(bytes, at, fixed, from, fixed.length)
}

/** Do bytes from `at` on equal those of a form up to `end`? Comparing slices of texts takes several times as long. */
function isSame(bytes: Uint8Array, at: number, fixed: Uint8Array, from: number, end: number): boolean {
  const ahead = at - from
  for (let i = from; i < end; i++) if (bytes[i + ahead] !== fixed[i]) return false
  return true
}

/** Behind a number or plain text in quotes; -1 where there is none. */
const scalarEndIn = (bytes: Uint8Array, at: number): number =>
  bytes[at] === quote ? plainTextEnd(bytes, at) : numberEnd(bytes, at)

/** Where the newest value ended. */
let valueEnd = 0

/** A decimal or levels which are plain; null where they are something else. */
function readChecked(json: JsonText, at: number, isNumberText: boolean, into: PlainDecimal) {
  const { text, bytes } = json
  if (bytes[at] === bracket) return readPlainLevels(json, at)
  const isQuoted = bytes[at] === quote
  if (!isQuoted && !isNumberText) return null
  const from = isQuoted ? at + 1 : at
  const end = plainEnd(bytes, from)
  if (end < 0 || (isQuoted && bytes[end] !== quote)) return null
  valueEnd = isQuoted ? end + 1 : end
  into.text = text.slice(from, end)
  return into
}

/** `[["61737.63000000","0.50000000"],["61730.17000000","0.00000000"]]` */
function readPlainLevels({ text, bytes }: JsonText, from: number): PlainLevels | null {
  const levels: [string, string][] = []
  let at = from + 1
  while (bytes[at] === bracket && bytes[at + 1] === quote) {
    const priceEnd = plainEnd(bytes, at + 2)
    if (priceEnd < 0 || bytes[priceEnd] !== quote || isZero(bytes, at + 2)) return null
    if (bytes[priceEnd + 1] !== comma || bytes[priceEnd + 2] !== quote) return null
    const sizeEnd = plainEnd(bytes, priceEnd + 3)
    if (sizeEnd < 0 || bytes[sizeEnd] !== quote || bytes[sizeEnd + 1] !== bracketEnd) return null
    levels.push([ownText(text, at + 2, priceEnd), ownText(text, priceEnd + 3, sizeEnd)])
    at = sizeEnd + 2
    if (bytes[at] === comma && bytes[at + 1] === bracket) at++
  }
  if (bytes[at] !== bracketEnd) return null
  valueEnd = at + 1
  return new PlainLevels(levels)
}

/** Behind a plain decimal; -1 where there is none. */
function plainEnd(bytes: Uint8Array, from: number): number {
  const end = unsignedEnd(bytes, from)
  return end - from > 15 ? -1 : end
}

function isZero(bytes: Uint8Array, from: number): boolean {
  let at = from
  while (bytes[at] === zero || bytes[at] === dot) at++
  return bytes[at] === quote
}

/** Undefined where there is none, or one that is left to the parser. */
function readValue(json: JsonText, at: number, isNumberText: boolean): unknown {
  const { text, bytes } = json
  switch (bytes[at]) {
    case quote: {
      const end = plainTextEnd(bytes, at)
      valueEnd = end
      return end < 0 ? undefined : text.slice(at + 1, end - 1)
    }
    case bracket:
      return readLevels(json, at, isNumberText)
    case 116:
      return constant(bytes, at, 'true', true)
    case 102:
      return constant(bytes, at, 'false', false)
    case 110:
      return constant(bytes, at, 'null', null)
  }
  if (!isNumberText) return readWhole(bytes, at)
  const end = numberEnd(bytes, at)
  if (end < 0) return undefined
  valueEnd = end
  return text.slice(at, end)
}

/** A whole number of fifteen digits at most. */
function readWhole(bytes: Uint8Array, from: number): number | undefined {
  const end = digitsEnd(bytes, from)
  if (end === from || end - from > 15 || (end > from + 1 && bytes[from] === zero)) return undefined
  valueEnd = end
  return intValue(bytes, from, end)
}

function constant<T>(bytes: Uint8Array, at: number, written: string, value: T): T | undefined {
  valueEnd = at + written.length
  for (let i = 0; i < written.length; i++) if (bytes[at + i] !== written.charCodeAt(i)) return undefined
  return value
}

/** `[["61737.6","0.5"],["61730.1","0"]]` */
function readLevels(json: JsonText, from: number, isNumberText: boolean): unknown[] | undefined {
  const { bytes } = json
  const levels: unknown[] = []
  let at = from + 1
  if (bytes[at] === bracketEnd) {
    valueEnd = at + 1
    return levels
  }
  for (;;) {
    if (bytes[at] !== bracket) return undefined
    const first = readScalar(json, at + 1, isNumberText)
    if (first === undefined || bytes[valueEnd] !== comma) return undefined
    const second = readScalar(json, valueEnd + 1, isNumberText)
    if (second === undefined) return undefined
    if (bytes[valueEnd] === comma) {
      const third = readScalar(json, valueEnd + 1, isNumberText)
      if (third === undefined) return undefined
      levels.push([first, second, third])
    } else levels.push([first, second])
    if (bytes[valueEnd] !== bracketEnd) return undefined
    const next = bytes[valueEnd + 1]
    at = valueEnd + 2
    if (next === comma) continue
    valueEnd = at
    return next === bracketEnd ? levels : undefined
  }
}

function readScalar({ text, bytes }: JsonText, at: number, isNumberText: boolean): string | undefined {
  const isText = bytes[at] === quote
  const end = isText ? plainTextEnd(bytes, at) : numberEnd(bytes, at)
  if (end < 0 || end - at > 2 * longestCopy) return undefined
  valueEnd = end
  if (isText) return ownText(text, at + 1, end - 1)
  return isNumberText ? ownText(text, at, end) : undefined
}

/** A slice of more characters would keep the whole text in memory for as long as the level is in a book; of two that are copies one is made. */
const longestCopy = 12

const ownText = (text: string, from: number, end: number): string =>
  end - from <= longestCopy
    ? text.slice(from, end)
    : text.slice(from, from + longestCopy) + text.slice(from + longestCopy, end)

const [quote, comma, dot, zero, bracket, bracketEnd] = [34, 44, 46, 48, 91, 93]
