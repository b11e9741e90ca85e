import { EmbeddedActionsParser, type IParserErrorMessageProvider, type IToken } from 'chevrotain'
import * as words from './expression-tokens.ts'
import type { Infix, Syntax } from './syntax.ts'

/**
 * The grammar of conditions and numbers, LL(2). From loose to tight: or · and · not · one comparison, cross, between, run, is, in · + - ·
 * * / · minus · [n]. It knows no types: the compiler does.
 */
export class ExpressionGrammar extends EmbeddedActionsParser {
  readonly expression: () => Syntax

  constructor(errorMessageProvider: IParserErrorMessageProvider) {
    super(words.expressionTokens, { maxLookahead: 2, recoveryEnabled: false, errorMessageProvider })

    const expression = this.RULE('expression', (): Syntax => {
      let left = this.SUBRULE(conjunction)
      this.MANY(() => {
        const sign = this.CONSUME(words.Or)
        left = infix(sign, 'or', left, this.SUBRULE2(conjunction))
      })
      return left
    })

    const conjunction = this.RULE('conjunction', (): Syntax => {
      let left = this.SUBRULE(negation)
      this.MANY(() => {
        const sign = this.CONSUME(words.And)
        left = infix(sign, 'and', left, this.SUBRULE2(negation))
      })
      return left
    })

    const negation = this.RULE(
      'negation',
      (): Syntax =>
        this.OR([
          {
            ALT: (): Syntax => {
              const sign = this.CONSUME(words.Not)
              return { kind: 'prefix', op: 'not', of: this.SUBRULE(negation), at: sign.startOffset }
            },
          },
          { ALT: () => this.SUBRULE(relation) },
        ]),
    )

    const relation = this.RULE('relation', (): Syntax => {
      const membership = (): Syntax => {
        const sign = this.CONSUME(words.In)
        return { kind: 'in', name: this.CONSUME(words.Name).image, at: sign.startOffset }
      }
      return this.OR([{ ALT: membership }, { ALT: () => this.SUBRULE(comparison) }])
    })

    const comparison = this.RULE('comparison', (): Syntax => {
      const left = this.SUBRULE(sum)
      return (
        this.OPTION(() =>
          this.OR([
            {
              ALT: (): Syntax => {
                const sign = this.CONSUME(words.Comparison)
                return infix(sign, sign.image as Infix, left, this.SUBRULE2(sum))
              },
            },
            {
              ALT: (): Syntax => {
                const crossed = this.SUBRULE(crossing)
                const right = this.SUBRULE3(sum)
                return this.ACTION(() => infix(crossed.sign, crossed.op, left, right))
              },
            },
            {
              ALT: (): Syntax => {
                const sign = this.CONSUME(words.Between)
                const low = this.SUBRULE4(sum)
                this.CONSUME(words.And)
                return { kind: 'between', of: left, low, high: this.SUBRULE5(sum), at: sign.startOffset }
              },
            },
            { ALT: (): Syntax => this.SUBRULE(run, { ARGS: [left] }) },
            {
              ALT: (): Syntax => {
                const sign = this.CONSUME(words.Is)
                const word = this.CONSUME(words.Name)
                return { kind: 'is', of: left, word: word.image, wordAt: word.startOffset, at: sign.startOffset }
              },
            },
          ]),
        ) ?? left
      )
    })

    const crossing = this.RULE('crossing', (): { sign: IToken; op: Infix } => {
      const sign = this.CONSUME(words.Crosses)
      const op = this.OR([
        { ALT: (): Infix => `crosses ${this.CONSUME(words.Above).image as 'above'}` },
        { ALT: (): Infix => `crosses ${this.CONSUME(words.Below).image as 'below'}` },
      ])
      return { sign, op }
    })

    const run = this.RULE('run', (of: Syntax): Syntax => {
      const sign = this.OR([{ ALT: () => this.CONSUME(words.Rising) }, { ALT: () => this.CONSUME(words.Falling) }])
      let bars: Syntax | null = null
      this.OPTION(() => {
        this.CONSUME(words.For)
        bars = number(this.CONSUME(words.NumberWord))
        this.OPTION2(() => this.CONSUME(words.Bars))
      })
      return { kind: 'run', op: sign.image as 'rising' | 'falling', of, bars, at: sign.startOffset }
    })

    const sum = this.RULE('sum', (): Syntax => {
      let left = this.SUBRULE(product)
      this.MANY(() => {
        const sign = this.CONSUME(words.Sum)
        left = infix(sign, sign.image as Infix, left, this.SUBRULE2(product))
      })
      return left
    })

    const product = this.RULE('product', (): Syntax => {
      let left = this.SUBRULE(signed)
      this.MANY(() => {
        const sign = this.CONSUME(words.Product)
        left = infix(sign, sign.image as Infix, left, this.SUBRULE2(signed))
      })
      return left
    })

    const signed = this.RULE('signed', (): Syntax => {
      const minus = (): Syntax => {
        const sign = this.CONSUME(words.Sum)
        return { kind: 'prefix', op: '-', of: this.SUBRULE(signed), at: sign.startOffset }
      }
      return this.OR([{ ALT: minus }, { ALT: () => this.SUBRULE(past) }])
    })

    const past = this.RULE('past', (): Syntax => {
      let of = this.SUBRULE(atom)
      this.MANY(() => {
        const sign = this.CONSUME(words.OpenIndex)
        const bars = this.SUBRULE(sum)
        this.CONSUME(words.CloseIndex)
        of = { kind: 'past', of, bars, at: sign.startOffset }
      })
      return of
    })

    const atom = this.RULE(
      'atom',
      (): Syntax =>
        this.OR([
          { ALT: () => number(this.CONSUME(words.NumberWord)) },
          { ALT: () => number(this.CONSUME(words.Percent)) },
          { ALT: () => time(this.CONSUME(words.Time)) },
          { ALT: () => this.SUBRULE(since) },
          { ALT: () => this.SUBRULE(call) },
          { ALT: () => this.SUBRULE(inside) },
        ]),
    )

    const since = this.RULE('since', (): Syntax => {
      const sign = this.CONSUME(words.Bars)
      this.CONSUME(words.Since)
      const of = this.OR([{ ALT: () => name(this.CONSUME(words.Name)) }, { ALT: () => this.SUBRULE(inside) }])
      return { kind: 'since', of, at: sign.startOffset }
    })

    const call = this.RULE('call', (): Syntax => {
      const word = this.CONSUME(words.Name)
      const args: Syntax[] = []
      let isCall = false
      this.OPTION(() => {
        this.CONSUME(words.Open)
        isCall = true
        this.MANY_SEP({ SEP: words.Comma, DEF: () => args.push(this.SUBRULE(expression)) })
        this.CONSUME(words.Close)
      })
      return isCall ? { kind: 'call', name: word.image, args, at: word.startOffset } : name(word)
    })

    const inside = this.RULE('inside', (): Syntax => {
      this.CONSUME(words.Open)
      const inner = this.SUBRULE(expression)
      this.CONSUME(words.Close)
      return inner
    })

    this.expression = expression
    this.performSelfAnalysis()
  }
}

const infix = ({ startOffset }: IToken, op: Infix, left: Syntax, right: Syntax): Syntax => ({
  kind: 'infix',
  op,
  left,
  right,
  at: startOffset,
})

const name = ({ image, startOffset }: IToken): Syntax => ({ kind: 'name', name: image, at: startOffset })

const time = ({ image, startOffset }: IToken): Syntax => ({ kind: 'time', text: image, at: startOffset })

function number({ image, startOffset }: IToken): Syntax {
  const isPercent = image.endsWith('%')
  const value = Number(isPercent ? image.slice(0, -1) : image) / (isPercent ? 100 : 1)
  return { kind: 'number', value, text: image, at: startOffset }
}
