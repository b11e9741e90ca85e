import { digitsEnd, intValue, numberEnd, plainTextEnd, unsignedEnd } from './json-scan.ts'
import { PlainDecimal, PlainLevels } from './plain-decimal.ts'

/**
 * A JSON text with holes for its values: `literals[i]` stands before value i, which belongs to `keys[i]` of `parents[i]`; `tail` ends the text.
 * `root` is the object that the text is read into.
 */
export type JsonForm = {
  readonly root: unknown
  readonly literals: readonly string[]
  /** Null where the value is only passed over. */
  readonly parents: readonly (Fields | null)[]
  readonly keys: readonly string[]
  /** Null where the value is no decimal that is checked as it is read. */
  readonly decimals: readonly (PlainDecimal | null)[]
  readonly tail: string
}

/** A text of ASCII: values are found in its bytes, behind which a zero stands, and are cut from it. */
export type JsonText = { readonly text: string; readonly bytes: Uint8Array }

type Fields = Record<string, unknown>

type FormOptions = {
  readonly isWordFixed: boolean
  readonly unread: ReadonlySet<string>
  readonly decimals: ReadonlySet<string>
}

/**
 * The form of a text that was parsed to `root`: holes are its numbers, decimals in quotes, constants and lists of lists, and where they are not
 * fixed words in quotes; all else is fixed. Null where it holds what no form has: other lists, escapes, a name twice.
 */
export function learnForm(
  { text, bytes }: JsonText,
  root: unknown,
  { isWordFixed, unread, decimals: checked }: FormOptions,
): JsonForm | null {
  if (text.includes('\\')) return null
  const [literals, parents, keys]: [string[], (Fields | null)[], string[]] = [[], [], []]
  const decimals: (PlainDecimal | null)[] = []
  let at = 0
  let fixedFrom = 0

  const spaces = () => {
    while (text.charCodeAt(at) <= 32) at++
  }
  function hole(parent: Fields, key: string, end: number): boolean {
    literals.push(text.slice(fixedFrom, at))
    parents.push(unread.has(key) ? null : parent)
    keys.push(key)
    decimals.push(checked.has(key) ? new PlainDecimal() : null)
    at = end
    fixedFrom = end
    return true
  }

  function value(parent: Fields, key: string): boolean {
    const code = text.charCodeAt(at)
    // Where a name comes twice another value may stand there.
    if (code === brace) return isFields(parent[key]) && object(parent[key])
    if (code === bracket) return isLevels(parent[key]) && hole(parent, key, listEnd(text, at))
    if (code !== quote) return hole(parent, key, scalarEnd(text, at))
    const end = plainTextEnd(bytes, at)
    if (end < 0) return false
    if (!isWordFixed || decimal.test(text.slice(at + 1, end - 1))) return hole(parent, key, end)
    at = end
    return true
  }

  function object(fields: Fields): boolean {
    at++
    let count = 0
    for (spaces(); text.charCodeAt(at) !== braceEnd; spaces()) {
      if (text.charCodeAt(at) === comma) at++
      spaces()
      const end = plainTextEnd(bytes, at)
      const key = text.slice(at + 1, end - 1)
      // An own field of this name cannot be set again.
      if (end < 0 || key === '__proto__') return false
      at = text.indexOf(':', end) + 1
      spaces()
      if (!value(fields, key)) return false
      count++
    }
    at++
    // A name that comes twice has the later value: fixed values are not set again.
    return count === Object.keys(fields).length
  }

  spaces()
  if (text.charCodeAt(at) !== brace || !object(root as Fields)) return null
  return { root, literals, parents, keys, decimals, tail: text.slice(fixedFrom) }
}

/** Reads a text into the root of a form; false where it is not of this form: then the root holds nothing that may be read. */
export function readForm(form: JsonForm, json: JsonText, isNumberText: boolean): boolean {
  const { literals, parents, keys, decimals, tail } = form
  let at = 0
  for (let i = 0; i < literals.length; i++) {
    const literal = literals[i] as string
    if (!isAt(json, at, literal)) return false
    at += literal.length
    const parent = parents[i]
    const end = parent === null ? scalarEndIn(json.bytes, at) : -1
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
  return at + tail.length === json.text.length && isAt(json, at, tail)
}

/** As `startsWith`, which takes four times as long. */
function isAt({ text, bytes }: JsonText, at: number, literal: string): boolean {
  const { length } = literal
  if (length > 12) return text.slice(at, at + length) === literal
  for (let i = 0; i < length; i++) if (bytes[at + i] !== literal.charCodeAt(i)) return false
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
      return constant(json, at, 'true', true)
    case 102:
      return constant(json, at, 'false', false)
    case 110:
      return constant(json, at, 'null', null)
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

function constant<T>(json: JsonText, at: number, written: string, value: T): T | undefined {
  valueEnd = at + written.length
  return isAt(json, at, written) ? value : undefined
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

const [quote, comma, dot, zero, bracket, bracketEnd, brace, braceEnd] = [34, 44, 46, 48, 91, 93, 123, 125]
const decimal = /^-?\d+(?:\.\d+)?$/

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isLevels = (value: unknown): boolean => Array.isArray(value) && value.every((one) => Array.isArray(one))

/** Of JSON that was parsed: behind the list that begins at `from`, and has no escapes in its texts. */
function listEnd(text: string, from: number): number {
  let depth = 0
  for (let at = from; ; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) at = text.indexOf('"', at + 1)
    else if (code === bracket) depth++
    else if (code === bracketEnd && --depth === 0) return at + 1
  }
}

function scalarEnd(text: string, from: number): number {
  let at = from
  for (let code = text.charCodeAt(at); code > 32 && code !== comma && code !== braceEnd; code = text.charCodeAt(++at));
  return at
}
