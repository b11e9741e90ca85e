const quote = 34
const minus = 45
const dot = 46
const zero = 48

/** Where the quote after an exact decimal is; -1 where something else stands there. */
export function decimalEnd(bytes: Uint8Array, from: number, isSigned: boolean): number {
  const end = unsignedEnd(bytes, isSigned && bytes[from] === minus ? from + 1 : from)
  return bytes[end] === quote ? end : -1
}

/** Behind a number without sign and exponent; -1 where there is none. */
export function unsignedEnd(bytes: Uint8Array, from: number): number {
  const whole = digitsEnd(bytes, from)
  if (whole === from || (whole > from + 1 && bytes[from] === zero)) return -1
  if (bytes[whole] !== dot) return whole
  const end = digitsEnd(bytes, whole + 1)
  return end === whole + 1 ? -1 : end
}

/** Behind a number without exponent; -1 where there is none. */
export const numberEnd = (bytes: Uint8Array, from: number): number =>
  unsignedEnd(bytes, bytes[from] === minus ? from + 1 : from)

/** Behind the quote that ends the text which begins at `at`; -1 where there is an escape, or what JSON has not in its texts. */
export function plainTextEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== quote) return -1
  for (let end = at + 1; ; end++) {
    const code = bytes[end] as number
    if (code === quote) return end + 1
    // Behind the bytes there is none.
    if (!(code >= 32) || code === 92) return -1
  }
}

/** Where a safe whole number ends; -1 where there is none, or it is not written as JSON.stringify does. */
export function intEnd(bytes: Uint8Array, from: number): number {
  const at = bytes[from] === minus ? from + 1 : from
  const end = digitsEnd(bytes, at)
  if (end === at || (bytes[at] === zero && end - from > 1)) return -1
  if (end - at > 15 && !isSafe(bytes, at, end)) return -1
  const next = bytes[end]
  return next === dot || next === 69 || next === 101 ? -1 : end
}

/** Sixteen digits may be beyond what is safe; seventeen are. */
const isSafe = (bytes: Uint8Array, at: number, end: number): boolean =>
  end - at === 16 && ((bytes[at] as number) < 57 || intValue(bytes, at, end) <= Number.MAX_SAFE_INTEGER)

/** The whole number that `intEnd` found. */
export function intValue(bytes: Uint8Array, from: number, end: number): number {
  const isNegative = bytes[from] === minus
  const at = isNegative ? from + 1 : from
  const low = Math.max(at, end - 8)
  const value = low === at ? digits(bytes, at, end) : digits(bytes, at, low) * 1e8 + digits(bytes, low, end)
  return isNegative ? -value : value
}

/** Eight digits at most: whole numbers of 32 bits are several times faster than doubles here. */
function digits(bytes: Uint8Array, from: number, end: number): number {
  let value = 0
  for (let at = from; at < end; at++) value = (value * 10 + (bytes[at] as number) - zero) | 0
  return value
}

/** Where a double ends, which is `double.newest` then; -1 where there is none, or it is not written as JSON.stringify does. */
export function doubleEnd(bytes: Uint8Array, text: string, from: number): number {
  let end = from
  while (isInNumber(bytes[end] as number)) end++
  const written = text.slice(from, end)
  const value = Number(written)
  double.newest = value
  return value - value === 0 && `${value}` === written ? end : -1
}

export const double = { newest: 0 }

const isInNumber = (code: number): boolean => (code >= minus && code <= 57) || code === 43 || code === 101

/** Does a text between quotes need more than taking it as it is? */
export const isEscaped = (text: string): boolean => escaped.test(text)

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has no control characters in its strings.
const escaped = /[\u0000-\u001f\\]/

/**
 * A part of a text as a text of its own: a slice of more than twelve characters would keep the whole frame in memory. What is not ASCII is
 * read again from its bytes.
 */
export function copyOf(bytes: Buffer, text: string, from: number, to: number): string {
  const slice = text.slice(from, to)
  if (to - from < 13 && !wide.test(slice)) return slice
  return bytes.toString('utf8', from, to)
}

const wide = /[\u0080-\u00ff]/

/** Where digits end. */
export function digitsEnd(bytes: Uint8Array, from: number): number {
  let at = from
  for (let code = bytes[at] as number; code >= zero && code <= 57; code = bytes[at] as number) at++
  return at
}
