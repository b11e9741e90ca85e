import { Flags } from '@oclif/core'
import { answerCsv } from '#compose/answer-csv.ts'
import { volatilityModels, volatilityRow } from '#lib/options/option-table.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'

export default class OptionsIv extends TraderCommand {
  static override summary = 'Find the implied volatility of a table of option prices'
  static override description =
    'Reads type, spot or forward, strike, t_years, r, q, price of each row and writes the same rows with implied_vol (Black-Scholes-Merton; Black-76 with a forward; --model american, or inverse for prices in coin). A price below intrinsic value, beyond its bound, or of an option that has expired has none: then it is null, with the reason on stderr and exit code 2.'
  static override examples = ['<%= config.bin %> options iv --csv prices.csv --out vols.csv']
  static override enableJsonFlag = true
  static override flags = {
    csv: Flags.string({ required: true, helpValue: 'FILE', description: 'Table with a header row; - is stdin' }),
    out: Flags.string({ required: true, helpValue: 'FILE', description: 'Where the answers go; - is stdout' }),
    model: Flags.option({ options: volatilityModels, description: 'How options are priced' })({ default: 'european' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(OptionsIv)
    const done = answerCsv(flags.csv, flags.out, {
      answers: () => ['implied_vol'],
      answer: (_, cell) => volatilityRow(cell, flags.model),
      say: (line) => this.say(line),
    })
    if (done.failed > 0) process.exitCode = exitCode.usage
    this.say(`${done.rows} rows, ${done.failed} without a volatility`)
    return done
  }
}
