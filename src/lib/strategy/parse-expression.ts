import { EOF, type IParserErrorMessageProvider, type IToken, tokenLabel, tokenMatcher } from 'chevrotain'
import { ExpressionFault } from './expression-fault.ts'
import { ExpressionGrammar } from './expression-grammar.ts'
import * as words from './expression-tokens.ts'
import type { Syntax } from './syntax.ts'

let grammar: ExpressionGrammar | undefined

/** Reads one expression. Throws ExpressionFault and nothing else. */
export function parseExpression(text: string): Syntax {
  const tokens = words.expressionWords(text)
  grammar ??= new ExpressionGrammar(explanations)
  grammar.input = tokens
  const syntax = grammar.expression()
  const [fault] = grammar.errors
  if (!fault) return checkNumbers(tokens, syntax)
  const { message, token } = fault
  if (message === neverClosed) throw new ExpressionFault(openBracket(tokens), message)
  const previous = (fault as { previousToken?: IToken }).previousToken
  if (message === halfCrossing && previous) throw new ExpressionFault(previous.startOffset, message)
  throw new ExpressionFault(isEnd(token) ? text.length : token.startOffset, message)
}

const neverClosed = 'this ( is never closed'
const halfCrossing = 'write crosses above or crosses below'
const chained = 'comparisons do not chain: join two of them with and'

const explanations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage({ expected, actual }) {
    if (expected === words.Close && isEnd(actual)) return neverClosed
    if (expected === words.Close && isComparing(actual)) return chained
    if (expected === words.And) return `expected and, as in rsi between 40 and 60, found ${shown(actual)}`
    return `expected ${tokenLabel(expected)}, found ${shown(actual)}`
  },
  buildNotAllInputParsedMessage({ firstRedundant }) {
    if (isComparing(firstRedundant)) return chained
    return `expected and, or, or a comparison, found ${shown(firstRedundant)}`
  },
  buildNoViableAltMessage({ actual, ruleName }) {
    if (ruleName === 'crossing') return halfCrossing
    if (ruleName === 'since') return 'write bars since entry, or bars since (a condition)'
    return `expected a name, a number or (, found ${shown(actual[0])}`
  },
  buildEarlyExitMessage: ({ actual }) => `expected more than ${shown(actual[0])}`,
}

const isEnd = (token: IToken): boolean => token.tokenType === EOF

const isComparing = (token: IToken): boolean =>
  [words.Comparison, words.Crosses, words.Between, words.Rising, words.Falling, words.Is].some((kind) =>
    tokenMatcher(token, kind),
  )

const shown = (token: IToken | undefined): string => (!token || isEnd(token) ? 'the end' : token.image)

/** Where the bracket stands that the end finds open. */
function openBracket(tokens: readonly IToken[]): number {
  const open: number[] = []
  for (const { tokenType, startOffset } of tokens) {
    if (tokenType === words.Open) open.push(startOffset)
    else if (tokenType === words.Close) open.pop()
  }
  return open.at(-1) ?? 0
}

function checkNumbers(tokens: readonly IToken[], syntax: Syntax): Syntax {
  const isNumber = ({ tokenType }: IToken) => tokenType === words.NumberWord || tokenType === words.Percent
  const endless = tokens.find((token) => isNumber(token) && !Number.isFinite(Number.parseFloat(token.image)))
  if (endless) throw new ExpressionFault(endless.startOffset, 'a number beyond all bounds')
  return syntax
}
