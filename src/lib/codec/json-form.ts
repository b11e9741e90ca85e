import { numberEnd, plainTextEnd } from './json-value-end.ts'

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
  readonly tail: string
}

type Fields = Record<string, unknown>

/**
 * The form of a text that was parsed to `root`: holes are its numbers, decimals in quotes, constants and lists of lists, and where they are not
 * fixed words in quotes; all else is fixed. Null where it holds what no form has: other lists, escapes, a name twice.
 */
export function learnForm(
  text: string,
  root: unknown,
  { isWordFixed, unread }: { readonly isWordFixed: boolean; readonly unread: ReadonlySet<string> },
): JsonForm | null {
  if (text.includes('\\')) return null
  const [literals, parents, keys]: [string[], (Fields | null)[], string[]] = [[], [], []]
  let at = 0
  let fixedFrom = 0

  const spaces = () => {
    while (text.charCodeAt(at) <= 32) at++
  }
  function hole(parent: Fields, key: string, end: number): boolean {
    literals.push(text.slice(fixedFrom, at))
    parents.push(unread.has(key) ? null : parent)
    keys.push(key)
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
    const end = plainTextEnd(text, at)
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
      const end = plainTextEnd(text, at)
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
  return { root, literals, parents, keys, tail: text.slice(fixedFrom) }
}

/** Reads a text into the root of a form; false where it is not of this form: then the root holds nothing that may be read. */
export function readForm({ literals, parents, keys, tail }: JsonForm, text: string, isNumberText: boolean): boolean {
  let at = 0
  for (let i = 0; i < literals.length; i++) {
    const literal = literals[i] as string
    if (!isAt(text, at, literal)) return false
    at += literal.length
    const parent = parents[i]
    const end = parent === null ? scalarEndIn(text, at) : -1
    if (end > 0) {
      at = end
      continue
    }
    const value = readValue(text, at, isNumberText)
    if (value === undefined) return false
    if (parent) parent[keys[i] as string] = value
    at = valueEnd
  }
  return at + tail.length === text.length && isAt(text, at, tail)
}

/** As `startsWith`, which takes four times as long. */
function isAt(text: string, at: number, literal: string): boolean {
  const { length } = literal
  if (length > 12) return text.slice(at, at + length) === literal
  for (let i = 0; i < length; i++) if (text.charCodeAt(at + i) !== literal.charCodeAt(i)) return false
  return true
}

/** Behind a number or plain text in quotes; -1 where there is none. */
const scalarEndIn = (text: string, at: number): number =>
  text.charCodeAt(at) === quote ? plainTextEnd(text, at) : numberEnd(text, at)

/** Where the newest value ended. */
let valueEnd = 0

/** Undefined where there is none, or one that is left to the parser. */
function readValue(text: string, at: number, isNumberText: boolean): unknown {
  const code = text.charCodeAt(at)
  switch (code) {
    case quote: {
      const end = plainTextEnd(text, at)
      valueEnd = end
      return end < 0 ? undefined : text.slice(at + 1, end - 1)
    }
    case bracket:
      return readLevels(text, at, isNumberText)
    case 116:
      return constant(text, at, 'true', true)
    case 102:
      return constant(text, at, 'false', false)
    case 110:
      return constant(text, at, 'null', null)
  }
  if (!isNumberText) return readWhole(text, at)
  const end = numberEnd(text, at)
  if (end < 0) return undefined
  valueEnd = end
  return text.slice(at, end)
}

/** A whole number of fifteen digits at most. */
function readWhole(text: string, from: number): number | undefined {
  let at = from
  let [high, low] = [0, 0]
  // Whole numbers of 32 bits are reckoned with faster.
  for (let code = text.charCodeAt(at); code >= 48 && code <= 57; code = text.charCodeAt(++at)) {
    if (at - from === 9) [high, low] = [low, 0]
    low = (low * 10 + code - zero) | 0
  }
  const digits = at - from
  if (digits === 0 || digits > 15 || (digits > 1 && text.charCodeAt(from) === zero)) return undefined
  valueEnd = at
  return digits > 9 ? high * (powers[digits - 9] as number) + low : low
}

const powers = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]

function constant<T>(text: string, at: number, written: string, value: T): T | undefined {
  valueEnd = at + written.length
  return isAt(text, at, written) ? value : undefined
}

/** `[["61737.6","0.5"],["61730.1","0"]]` */
function readLevels(text: string, from: number, isNumberText: boolean): unknown[] | undefined {
  const levels: unknown[] = []
  let at = from + 1
  if (text.charCodeAt(at) === bracketEnd) {
    valueEnd = at + 1
    return levels
  }
  for (;;) {
    if (text.charCodeAt(at) !== bracket) return undefined
    const first = readScalar(text, at + 1, isNumberText)
    if (first === undefined || text.charCodeAt(valueEnd) !== comma) return undefined
    const second = readScalar(text, valueEnd + 1, isNumberText)
    if (second === undefined) return undefined
    if (text.charCodeAt(valueEnd) === comma) {
      const third = readScalar(text, valueEnd + 1, isNumberText)
      if (third === undefined) return undefined
      levels.push([first, second, third])
    } else levels.push([first, second])
    if (text.charCodeAt(valueEnd) !== bracketEnd) return undefined
    const next = text.charCodeAt(valueEnd + 1)
    at = valueEnd + 2
    if (next === comma) continue
    valueEnd = at
    return next === bracketEnd ? levels : undefined
  }
}

/** A slice of more than twelve characters would keep the whole text in memory for as long as the level is in a book. */
const longestSlice = 12

function readScalar(text: string, at: number, isNumberText: boolean): string | number | undefined {
  const isText = text.charCodeAt(at) === quote
  const end = isText ? plainTextEnd(text, at) : numberEnd(text, at)
  if (end < 0 || end - at > longestSlice + 2) return undefined
  valueEnd = end
  if (isText) return text.slice(at + 1, end - 1)
  return isNumberText ? text.slice(at, end) : undefined
}

const [quote, comma, zero, bracket, bracketEnd, brace, braceEnd] = [34, 44, 48, 91, 93, 123, 125]
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
