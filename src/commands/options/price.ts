import { Flags } from '@oclif/core'
import { answerCsv } from '#compose/answer-csv.ts'
import { answersOf, modelOf, priceRow, tableModels } from '#lib/options/option-table.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'

export default class OptionsPrice extends TraderCommand {
  static override summary = 'Price a table of options: Black-Scholes-Merton with 12 greeks, Black-76, American'
  static override description =
    'Reads type, spot or forward, strike, t_years, vol, r, q of each row and writes the same rows with price and greeks, per 1.00 of volatility and rate, per year. A table with a forward is priced by Black (1976), one with days or american_price as American (Andersen, Lake and Offengenden, 2016), any other as European; --model american-greeks adds delta, gamma, vega, theta and rho to those of American ones; --model inverse prices options that are settled in coin (price in coin, on a forward). A row that cannot be priced says null, with the reason on stderr and exit code 2.'
  static override examples = ['<%= config.bin %> options price --csv options.csv --out priced.csv']
  static override enableJsonFlag = true
  static override flags = {
    csv: Flags.string({ required: true, helpValue: 'FILE', description: 'Table with a header row; - is stdin' }),
    out: Flags.string({ required: true, helpValue: 'FILE', description: 'Where the answers go; - is stdout' }),
    model: Flags.option({ options: tableModels, description: 'How to price, whatever the columns say' })(),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(OptionsPrice)
    const modelFor = (columns: readonly string[]) => flags.model ?? modelOf(columns)
    const done = answerCsv(flags.csv, flags.out, {
      answers: (columns) => answersOf[modelFor(columns)],
      answer: (columns, cell) => priceRow(modelFor(columns), cell),
      say: (line) => this.say(line),
    })
    if (done.failed > 0) process.exitCode = exitCode.usage
    this.say(`${done.rows} rows, ${done.failed} that could not be priced`)
    return done
  }
}
