import type { ArithmeticSign, ComparisonSign, Crossing } from './expression.ts'
import { ExpressionFault } from './expression-fault.ts'
import { type Token, tokenizeExpression } from './tokenize-expression.ts'

/** An expression as written, before names and types are looked at. `at` is where its name, number or sign stands. */
export type Syntax =
  | { readonly kind: 'number'; readonly value: number; readonly at: number }
  | { readonly kind: 'name'; readonly name: string; readonly at: number }
  | { readonly kind: 'prefix'; readonly op: 'not' | '-'; readonly of: Syntax; readonly at: number }
  | { readonly kind: 'infix'; readonly op: Infix; readonly left: Syntax; readonly right: Syntax; readonly at: number }

export type Infix = 'and' | 'or' | ArithmeticSign | ComparisonSign | Crossing

/** Words that no input can be called. */
export const reservedWords: readonly string[] = ['and', 'or', 'not', 'crosses', 'above', 'below']

/**
 * Reads one expression (Pratt, 1973). From loose to tight: or · and · not · comparison and crosses, which do not chain · + - · * / ·
 * unary minus. Throws ExpressionFault and nothing else.
 */
export function parseExpression(text: string): Syntax {
  const reader = { tokens: tokenizeExpression(text), next: 0 }
  const syntax = parse(reader, 0, 0)
  const rest = peek(reader)
  if (rest.kind !== 'end') throw new ExpressionFault(rest.at, `expected and, or, or a comparison, found ${rest.text}`)
  return syntax
}

type Reader = { readonly tokens: readonly Token[]; next: number }

const mostNested = 32

// How tightly each binds its neighbours.
const notBinds = 3
const comparisonBinds = 4
const minusBinds = 7
const binds = new Map<string, number>([
  ['or', 1],
  ['and', 2],
  ...['<', '<=', '>', '>=', '==', '!=', 'crosses'].map((sign) => [sign, comparisonBinds] as const),
  ['+', 5],
  ['-', 5],
  ['*', 6],
  ['/', 6],
])

function parse(reader: Reader, loosest: number, depth: number): Syntax {
  if (depth > mostNested) throw new ExpressionFault(peek(reader).at, `nested more than ${mostNested} deep`)
  let left = parseFirst(reader, depth)
  for (;;) {
    const sign = peek(reader)
    const power = binds.get(sign.text)
    if (power === undefined || power <= loosest) return left
    reader.next++
    const op = sign.text === 'crosses' ? takeCrossing(reader, sign) : (sign.text as Infix)
    const right = parse(reader, power, depth + 1)
    left = { kind: 'infix', op, left, right, at: sign.at }
    const after = peek(reader)
    if (power === comparisonBinds && binds.get(after.text) === comparisonBinds)
      throw new ExpressionFault(after.at, 'comparisons do not chain: join two of them with and')
  }
}

function parseFirst(reader: Reader, depth: number): Syntax {
  const token = peek(reader)
  reader.next++
  if (token.kind === 'number') return readNumber(token)
  if (token.text === 'not') return { kind: 'prefix', op: 'not', of: parse(reader, notBinds, depth + 1), at: token.at }
  if (token.text === '-') return { kind: 'prefix', op: '-', of: parse(reader, minusBinds, depth + 1), at: token.at }
  if (token.text === '(') return parseInside(reader, token, depth)
  if (token.kind === 'name' && !reservedWords.includes(token.text))
    return { kind: 'name', name: token.text, at: token.at }
  throw new ExpressionFault(token.at, `expected a name, a number or (, found ${shown(token)}`)
}

function readNumber({ text, at }: Token): Syntax {
  const value = Number(text)
  if (!Number.isFinite(value)) throw new ExpressionFault(at, 'a number beyond all bounds')
  return { kind: 'number', value, at }
}

function parseInside(reader: Reader, open: Token, depth: number): Syntax {
  const inner = parse(reader, 0, depth + 1)
  const close = peek(reader)
  if (close.text === ')') {
    reader.next++
    return inner
  }
  if (close.kind === 'end') throw new ExpressionFault(open.at, 'this ( is never closed')
  throw new ExpressionFault(close.at, `expected ), found ${close.text}`)
}

function takeCrossing(reader: Reader, crosses: Token): Crossing {
  const side = peek(reader)
  if (side.text !== 'above' && side.text !== 'below')
    throw new ExpressionFault(crosses.at, 'write crosses above or crosses below')
  reader.next++
  return `crosses ${side.text}`
}

// Never beyond the last token, which is the end.
const peek = ({ tokens, next }: Reader): Token => tokens[Math.min(next, tokens.length - 1)] as Token

const shown = (token: Token): string => (token.kind === 'end' ? 'the end' : token.text)
