/**
 * Where the character at `index` of a YAML scalar's value stands in the file. `source` is the file, `start` and `end` the scalar's
 * range in it. Folding, indentation and escapes are followed by matching the characters that are not white space.
 */
export function offsetInFile(source: string, start: number, end: number, value: string, index: number): number {
  const quote = source[start]
  const isQuoted = quote === '"' || quote === "'"
  let at = quote === '|' || quote === '>' ? source.indexOf('\n', start) + 1 : start + (isQuoted ? 1 : 0)
  let last = at
  for (let i = 0; i <= index; i++) {
    const character = value[i]
    if (character === undefined) return endOf(source, start, end, isQuoted)
    if (isSpace(character)) continue
    let piece = pieceAt(source, at, quote)
    while (at < end && isSpace(piece.character)) {
      at += piece.length
      piece = pieceAt(source, at, quote)
    }
    // A surrogate pair escaped as \U00000000 is one piece of the file and two characters of the value.
    if (at >= end) return last
    last = at
    at += piece.length
  }
  return last
}

type Piece = { readonly character: string; readonly length: number }

function pieceAt(source: string, at: number, quote: string | undefined): Piece {
  const character = source[at] ?? ''
  if (quote === "'" && character === "'") return { character, length: 2 }
  if (quote !== '"' || character !== '\\') return { character, length: 1 }
  const [written = '\\'] = /^\\(?:x[\da-f]{2}|u[\da-f]{4}|U[\da-f]{8}|[\s\S]?)/i.exec(source.slice(at, at + 10)) ?? []
  const letter = written[1] ?? ''
  const code = written.length > 2 ? Number.parseInt(written.slice(2), 16) : Number.NaN
  const isBlank = Number.isNaN(code) ? 'ntrvfNLP_ \t\r\n'.includes(letter) : code === 32 || (code >= 9 && code <= 13)
  return { character: isBlank ? ' ' : 'x', length: written.length }
}

function endOf(source: string, start: number, end: number, isQuoted: boolean): number {
  if (isQuoted) return end - 1
  let at = end
  while (at > start && isSpace(source[at - 1] as string)) at--
  return at
}

const isSpace = (character: string): boolean => /\s/.test(character)
