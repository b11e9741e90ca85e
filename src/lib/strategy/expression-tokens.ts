import { createToken, type IToken, Lexer, type TokenType, tokenLabel } from 'chevrotain'
import { ExpressionFault } from './expression-fault.ts'

export const Name = createToken({
  name: 'Name',
  label: 'name',
  pattern: /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/,
})
export const Comparison = createToken({ name: 'Comparison', label: 'comparison', pattern: /<=|>=|==|!=|<|>/ })
export const Sum = createToken({ name: 'Sum', label: 'sum', pattern: /[+-]/ })
export const Product = createToken({ name: 'Product', label: 'product', pattern: /[*/]/ })
export const Time = createToken({ name: 'Time', label: 'time of day', pattern: /\d{1,2}:\d{2}(?![\w.:])/ })
export const Percent = createToken({ name: 'Percent', label: 'percentage', pattern: /\d+(?:\.\d+)?%/ })
export const NumberWord = createToken({ name: 'Number', label: 'number', pattern: /\d+(?:\.\d+)?(?![\w.:%])/ })
export const Open = createToken({ name: 'Open', label: '(', pattern: /\(/ })
export const Close = createToken({ name: 'Close', label: ')', pattern: /\)/ })
export const OpenIndex = createToken({ name: 'OpenIndex', label: '[', pattern: /\[/ })
export const CloseIndex = createToken({ name: 'CloseIndex', label: ']', pattern: /\]/ })
export const Comma = createToken({ name: 'Comma', label: ',', pattern: /,/ })

const keyword = (word: string): TokenType =>
  createToken({ name: `${word[0]?.toUpperCase()}${word.slice(1)}`, label: word, pattern: word, longer_alt: Name })
export const And = keyword('and')
export const Or = keyword('or')
export const Not = keyword('not')
export const Crosses = keyword('crosses')
export const Above = keyword('above')
export const Below = keyword('below')
export const Between = keyword('between')
export const Rising = keyword('rising')
export const Falling = keyword('falling')
export const For = keyword('for')
export const Bars = keyword('bars')
export const Since = keyword('since')
export const Is = keyword('is')
export const In = keyword('in')

const keywords = [And, Or, Not, Crosses, Above, Below, Between, Rising, Falling, For, Bars, Since, Is, In]
const Space = createToken({ name: 'Space', label: 'space', pattern: /\s+/, group: Lexer.SKIPPED })

/** Every kind of word, in the order in which they are tried. */
export const expressionTokens: TokenType[] = [
  Space,
  ...keywords,
  Name,
  Time,
  Percent,
  NumberWord,
  Comparison,
  Sum,
  Product,
  Open,
  Close,
  OpenIndex,
  CloseIndex,
  Comma,
]

/** Words that the grammar itself uses. */
export const keywordNames: readonly string[] = keywords.map((word) => tokenLabel(word))

const mostTokens = 400
const mostNested = 32
let lexer: Lexer | undefined

/** The words of an expression. Throws ExpressionFault at the first character that begins none. */
export function expressionWords(text: string): IToken[] {
  lexer ??= new Lexer(expressionTokens, { positionTracking: 'onlyOffset' })
  const { tokens, errors } = lexer.tokenize(text)
  const [broken] = errors
  const tooLong = tokens[mostTokens]
  if (tooLong && (!broken || broken.offset > tooLong.startOffset))
    throw new ExpressionFault(tooLong.startOffset, `the condition is too long: more than ${mostTokens} words and signs`)
  if (broken) throw unreadable(text, broken.offset)
  let depth = 0
  for (const { tokenType, startOffset } of tokens) {
    if (tokenType === Open || tokenType === OpenIndex) depth++
    else if (tokenType === Close || tokenType === CloseIndex) depth--
    if (depth > mostNested) throw new ExpressionFault(startOffset + 1, `nested more than ${mostNested} deep`)
  }
  return tokens
}

const insteadOf: Readonly<Record<string, string>> = {
  '=': 'write == to compare',
  '!': 'write not',
  '&': 'write and',
  '|': 'write or',
  '^': 'there is no power',
}

function unreadable(text: string, at: number): ExpressionFault {
  const character = String.fromCodePoint(text.codePointAt(at) as number)
  if (/\d/.test(character)) return new ExpressionFault(at, 'not a number; write it like 30 or 0.25')
  const instead = insteadOf[character]
  return new ExpressionFault(at, `${JSON.stringify(character)} means nothing here${instead ? `: ${instead}` : ''}`)
}
