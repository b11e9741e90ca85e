import { ExpressionFault } from './expression-fault.ts'

/** A word of an expression; `at` is the index of its first character, `end` that after its last. */
export type Token = {
  readonly kind: 'number' | 'name' | 'sign' | 'end'
  readonly text: string
  readonly at: number
  readonly end: number
}

/** The tokens of an expression, closed by one of kind `end`. Throws ExpressionFault at the first character that begins none. */
export function tokenizeExpression(text: string): Token[] {
  const tokens: Token[] = []
  let at = skipSpace(text, 0)
  while (at < text.length) {
    const token = tokenAt(text, at)
    tokens.push(token)
    if (tokens.length > mostTokens)
      throw new ExpressionFault(at, `the condition is too long: more than ${mostTokens} words and signs`)
    at = skipSpace(text, token.end)
  }
  tokens.push({ kind: 'end', text: '', at: text.length, end: text.length })
  return tokens
}

const mostTokens = 400

const patterns = [
  ['name', /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/y],
  ['number', /\d+(?:\.\d+)?(?![\w.])/y],
  ['sign', /<=|>=|==|!=|[<>+\-*/()]/y],
] as const

const insteadOf: Readonly<Record<string, string>> = {
  '=': 'write == to compare',
  '!': 'write not',
  '&': 'write and',
  '|': 'write or',
  '^': 'there is no power',
}

function tokenAt(text: string, at: number): Token {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found) return { kind, text: found[0], at, end: at + found[0].length }
  }
  const character = String.fromCodePoint(text.codePointAt(at) as number)
  if (/\d/.test(character)) throw new ExpressionFault(at, 'not a number; write it like 30 or 0.25')
  const instead = insteadOf[character]
  throw new ExpressionFault(at, `${JSON.stringify(character)} means nothing here${instead ? `: ${instead}` : ''}`)
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && /\s/.test(text[at] as string)) at++
  return at
}
