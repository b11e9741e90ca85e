import type { Fields, JsonForm, JsonText } from './json-form.ts'
import { plainTextEnd } from './json-scan.ts'
import { PlainDecimal } from './plain-decimal.ts'

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
  const [starts, ends, keys]: [number[], number[], string[]] = [[], [], []]
  const [parents, decimals]: [(Fields | null)[], (PlainDecimal | null)[]] = [[], []]
  let at = 0

  const spaces = () => {
    while (text.charCodeAt(at) <= 32) at++
  }
  function hole(parent: Fields, key: string, end: number): boolean {
    starts.push(at)
    ends.push(end)
    parents.push(unread.has(key) ? null : parent)
    keys.push(key)
    decimals.push(checked.has(key) ? new PlainDecimal() : null)
    at = end
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
  return { root, fixed: bytes.slice(0, text.length), starts, ends, parents, keys, decimals }
}

const [quote, comma, bracket, bracketEnd, brace, braceEnd] = [34, 44, 91, 93, 123, 125]
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
