/** What a text says as JSON; null where it is none. A whole number that a double does not hold is the text of its digits. [G50] */
export function jsonOf(text: string): unknown {
  try {
    return /\d{16}/.test(text) ? JSON.parse(text, asWritten) : JSON.parse(text)
  } catch {
    return null
  }
}

/** TypeScript does not know the third: what the text had there. */
const asWritten = (_: string, value: unknown, written?: { readonly source?: string }): unknown => {
  const source = written?.source ?? ''
  return typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? source : value
}
