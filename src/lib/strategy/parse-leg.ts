import { EOF, type IParserErrorMessageProvider, type IToken, Lexer, tokenLabel } from 'chevrotain'
import { ExpressionFault } from './expression-fault.ts'
import { LegGrammar, legTokens, type OptionLeg, type WrittenLeg } from './leg-grammar.ts'

let lexer: Lexer | undefined
let grammar: LegGrammar | undefined

/** Reads one leg of an option wish. Throws ExpressionFault, with an index into the text, and nothing else. */
export function parseLeg(text: string): OptionLeg {
  lexer ??= new Lexer(legTokens, { positionTracking: 'onlyOffset' })
  grammar ??= new LegGrammar(explanations)
  const { tokens, errors } = lexer.tokenize(text)
  const [unreadable] = errors
  if (unreadable) {
    const [word = ''] = /^(?:[A-Za-z_]\w*|\P{L})/u.exec(text.slice(unreadable.offset)) ?? []
    throw new ExpressionFault(unreadable.offset, `${JSON.stringify(word)} means nothing here, as in ${example}`)
  }
  grammar.input = tokens
  const written = grammar.leg()
  const [fault] = grammar.errors
  if (fault) throw new ExpressionFault(isEnd(fault.token) ? text.length : fault.token.startOffset, fault.message)
  return legOf(written)
}

const example = 'sell put delta 25, 30-45 days'

const explanations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, actual }) => `expected ${tokenLabel(expected)}, found ${shown(actual)}`,
  buildNotAllInputParsedMessage: ({ firstRedundant }) => `expected the end, found ${shown(firstRedundant)}`,
  buildNoViableAltMessage({ actual, ruleName }) {
    const found = shown(actual[0])
    if (ruleName === 'strike')
      return `expected a strike (atm+1, itm 2, otm 2, delta 25, moneyness 95%, premium 1.50, spot-5), found ${found}`
    if (ruleName === 'expiry')
      return `expected an expiry (nearest, nearest weekly, nearest monthly after 7 days, 30-45 days), found ${found}`
    return `expected call or put, found ${found}`
  },
  buildEarlyExitMessage: ({ actual }) => `expected more than ${shown(actual[0])}`,
}

const isEnd = (token: IToken): boolean => token.tokenType === EOF
const shown = (token: IToken | undefined): string => (!token || isEnd(token) ? 'the end' : token.image)

function legOf({ side, ratio, right, strike, expiry }: WrittenLeg): OptionLeg {
  const times = whole(ratio.slice(0, -1), 1, 100, strike.at, 'ratio')
  return { right, side, ratio: times, strike: strikeOf(strike), expiry: expiryOf(expiry) }
}

function strikeOf({ by, sign, amount, at }: WrittenLeg['strike']): OptionLeg['strike'] {
  const factor = sign === '-' ? -1 : 1
  switch (by) {
    case 'atm':
      return { by, offset: factor * whole(amount, 0, 100, at, 'steps') + 0 }
    case 'itm':
    case 'otm':
      return { by, steps: whole(amount, 1, 100, at, 'steps') }
    case 'delta': {
      const delta = fraction(amount, at, 'delta')
      if (delta > 0 && delta <= 1) return { by, delta }
      throw new ExpressionFault(at, 'delta is from 1 to 100, or a fraction of 1, as in delta 25 or delta 0.25')
    }
    case 'moneyness': {
      const ratio = fraction(amount, at, 'moneyness')
      if (ratio > 0 && ratio <= 100) return { by, ratio }
      throw new ExpressionFault(at, 'moneyness is strike / spot, as in moneyness 95% or moneyness 0.95')
    }
    case 'premium':
      return { by, price: exact(amount, at, 'premium') }
    default:
      return { by: 'offset', points: `${sign === '-' && /[1-9]/.test(amount) ? '-' : ''}${exact(amount, at, 'spot')}` }
  }
}

function expiryOf({ by, cycle, after, min, max, at }: WrittenLeg['expiry']): OptionLeg['expiry'] {
  if (by === 'nearest')
    return {
      by,
      ...(after === null ? {} : { afterDays: whole(after, 0, 10_000, at, 'days') }),
      ...(cycle === null ? {} : { cycle: cycle as 'weekly' | 'monthly' | 'quarterly' }),
    }
  const least = whole(min, 0, 10_000, at, 'days')
  const most = whole(max, 0, 10_000, at, 'days')
  if (least > most) throw new ExpressionFault(at, `no day is from ${least} to ${most} days away`)
  return { by, min: least, max: most }
}

/** `25%` and, of a delta, `25` are 0.25. */
function fraction(amount: string, at: number, what: 'delta' | 'moneyness'): number {
  const isPercent = amount.endsWith('%') || (what === 'delta' && Number(amount) >= 1)
  const value = Number.parseFloat(amount) / (isPercent ? 100 : 1)
  if (Number.isFinite(value)) return value
  throw new ExpressionFault(at, `${what} is beyond all bounds`)
}

function whole(text: string, least: number, most: number, at: number, what: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new ExpressionFault(at, `${what} have to be a whole number from ${least} to ${most}`)
}

function exact(amount: string, at: number, what: string): string {
  if (amount.length <= 32 && /^(?:0|[1-9]\d*)(?:\.\d+)?$/.test(amount)) return amount
  throw new ExpressionFault(at, `${what} has to be an exact number, such as 1.50`)
}
