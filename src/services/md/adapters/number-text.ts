/**
 * JSON of an exchange that sends prices as numbers, with every number turned into text as it stands: `0.0500` stays `0.0500`. Throws a
 * SyntaxError as JSON.parse does.
 */
export const parseNumbersAsText = (text: string): unknown => JSON.parse(quoteNumbers(text))

function quoteNumbers(text: string): string {
  let quoted = ''
  let from = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === quote) i = endOfString(text, i)
    else if (isDigit(code) || code === minus) {
      let end = i + 1
      let points = 0
      for (let next = text.charCodeAt(end); isInNumber(next); next = text.charCodeAt(++end)) {
        if (next === point) points++
        else if (!isDigit(next)) points = 2
      }
      // JSON.parse refuses `01`, `-` and `1.`; as text they would pass.
      const number = text.slice(i, end)
      const isPlain = points < 2 && code > zero && text.charCodeAt(end - 1) !== point
      quoted += isPlain || jsonNumber.test(number) ? `${text.slice(from, i)}"${number}"` : text.slice(from, end)
      from = end
      i = end - 1
    }
  }
  return quoted + text.slice(from)
}

const quote = 34
const minus = 45
const point = 46
const zero = 48
const backslash = 92
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

const isDigit = (code: number): boolean => code >= 48 && code <= 57
/** Digits, `.`, `e`, `E`, `+` and `-`. */
const isInNumber = (code: number): boolean =>
  isDigit(code) || code === 46 || code === 101 || code === 69 || code === 43 || code === minus

/** The place of the quote that ends the string which begins at `start`; the end of the text where none does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes++
    if (slashes % 2 === 0) return end
  }
  return text.length
}
