import { createToken, EmbeddedActionsParser, type IParserErrorMessageProvider, Lexer, type TokenType } from 'chevrotain'
import type { PayloadOf } from '#schemas/catalogue.ts'

export type OptionLeg = NonNullable<PayloadOf<'strategy.intent'>['wish']>['legs'][number]

const keyword = (word: string, pattern: RegExp = new RegExp(`${word}(?![A-Za-z0-9_])`)): TokenType =>
  createToken({ name: `${word[0]?.toUpperCase()}${word.slice(1)}`, label: word, pattern })
const Buy = keyword('buy')
const Sell = keyword('sell')
const Call = keyword('call')
const Put = keyword('put')
const Atm = keyword('atm')
const Itm = keyword('itm')
const Otm = keyword('otm')
const Delta = keyword('delta')
const Moneyness = keyword('moneyness')
const Premium = keyword('premium')
const Spot = keyword('spot')
const Nearest = keyword('nearest')
const After = keyword('after')
const Days = keyword('days', /days?(?![A-Za-z0-9_])/)
const To = createToken({ name: 'To', label: 'to', pattern: /to(?![A-Za-z0-9_])|\u2013/ })
const Cycle = createToken({
  name: 'Cycle',
  label: 'weekly, monthly or quarterly',
  pattern: /(?:weekly|monthly|quarterly)(?![A-Za-z0-9_])/,
})
const Times = createToken({ name: 'Times', label: '2x', pattern: /\d{1,3}x(?![A-Za-z0-9_])/ })
const Percent = createToken({ name: 'Percent', label: 'percentage', pattern: /\d+(?:\.\d+)?%/ })
const Amount = createToken({ name: 'Amount', label: 'number', pattern: /\d+(?:\.\d+)?(?![\w.%])/ })
const Sign = createToken({ name: 'Sign', label: '+ or -', pattern: /[+-]/ })
const Comma = createToken({ name: 'Comma', label: ',', pattern: /,/ })
const Space = createToken({ name: 'Space', label: 'space', pattern: /\s+/, group: Lexer.SKIPPED })

export const legTokens: TokenType[] = [
  Space,
  Buy,
  Sell,
  Call,
  Put,
  Atm,
  Itm,
  Otm,
  Delta,
  Moneyness,
  Premium,
  Spot,
  Nearest,
  After,
  Days,
  To,
  Cycle,
  Times,
  Percent,
  Amount,
  Sign,
  Comma,
]

/** A leg as its words say it; what numbers may be is checked where they are read. */
export type WrittenLeg = {
  side: 'buy' | 'sell'
  ratio: string
  right: 'call' | 'put'
  strike: { by: string; sign: string; amount: string; at: number }
  expiry: { by: 'nearest' | 'days'; cycle: string | null; after: string | null; min: string; max: string; at: number }
}

/** `[buy|sell] [2x] call|put`, a strike, an expiry: `sell put delta 25, 30-45 days`, `call atm+1 nearest weekly after 2 days`. */
export class LegGrammar extends EmbeddedActionsParser {
  readonly leg: () => WrittenLeg

  constructor(errorMessageProvider: IParserErrorMessageProvider) {
    super(legTokens, { maxLookahead: 2, recoveryEnabled: false, errorMessageProvider })

    this.leg = this.RULE('leg', (): WrittenLeg => {
      let side: 'buy' | 'sell' = 'buy'
      let ratio = '1x'
      this.OPTION(() => {
        side = this.OR([
          { ALT: () => this.CONSUME(Buy).image as 'buy' },
          { ALT: () => this.CONSUME(Sell).image as 'sell' },
        ])
      })
      this.OPTION2(() => {
        ratio = this.CONSUME(Times).image
      })
      const right = this.OR2([
        { ALT: () => this.CONSUME(Call).image as 'call' },
        { ALT: () => this.CONSUME(Put).image as 'put' },
      ])
      const strikeOf = this.SUBRULE(strike)
      this.OPTION3(() => this.CONSUME(Comma))
      return { side, ratio, right, strike: strikeOf, expiry: this.SUBRULE(expiry) }
    })

    const strike = this.RULE('strike', (): WrittenLeg['strike'] => {
      const amount = () => this.OR3([{ ALT: () => this.CONSUME(Amount) }, { ALT: () => this.CONSUME(Percent) }])
      return this.OR([
        {
          ALT: () => {
            const { startOffset: at } = this.CONSUME(Atm)
            let [sign, steps] = ['+', '0']
            this.OPTION(() => {
              sign = this.CONSUME(Sign).image
              steps = this.CONSUME2(Amount).image
            })
            return { by: 'atm', sign, amount: steps, at }
          },
        },
        {
          ALT: () => {
            const { startOffset: at } = this.CONSUME(Spot)
            const sign = this.CONSUME2(Sign).image
            return { by: 'offset', sign, amount: this.CONSUME3(Amount).image, at }
          },
        },
        {
          ALT: () => {
            const { image: by } = this.OR2([
              { ALT: () => this.CONSUME(Itm) },
              { ALT: () => this.CONSUME(Otm) },
              { ALT: () => this.CONSUME(Delta) },
              { ALT: () => this.CONSUME(Moneyness) },
              { ALT: () => this.CONSUME(Premium) },
            ])
            const { image, startOffset: at } = amount()
            return { by, sign: '+', amount: image, at }
          },
        },
      ])
    })

    const expiry = this.RULE('expiry', (): WrittenLeg['expiry'] =>
      this.OR([
        {
          ALT: (): WrittenLeg['expiry'] => {
            const { startOffset: at } = this.CONSUME(Nearest)
            let cycle: string | null = null
            let after: string | null = null
            this.OPTION(() => {
              cycle = this.CONSUME(Cycle).image
            })
            this.OPTION2(() => {
              this.CONSUME(After)
              after = this.CONSUME(Amount).image
              this.CONSUME(Days)
            })
            return { by: 'nearest', cycle, after, min: '0', max: '0', at }
          },
        },
        {
          ALT: (): WrittenLeg['expiry'] => {
            const { image: min, startOffset: at } = this.CONSUME2(Amount)
            this.OR2([{ ALT: () => this.CONSUME(To) }, { ALT: () => this.CONSUME(Sign) }])
            const max = this.CONSUME3(Amount).image
            this.CONSUME2(Days)
            return { by: 'days', cycle: null, after: null, min, max, at }
          },
        },
      ]),
    )

    this.performSelfAnalysis()
  }
}
